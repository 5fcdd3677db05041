-- The devices that each server carried for the first time.
-- grain: one row per server and device
-- reads: online_intervals
-- recompute: carried
with pairs as (
    select distinct online_intervals.server_id, online_intervals.device_id
    from online_checkpoint
    cross join online_intervals
    where
        online_checkpoint.until_day_number is null
        or online_intervals.settled_day_number <= online_checkpoint.until_day_number
)

select pairs.server_id, pairs.device_id
from pairs
left join online_known_pairs as known
    on pairs.server_id = known.server_id and pairs.device_id = known.device_id
where known.server_id is null
