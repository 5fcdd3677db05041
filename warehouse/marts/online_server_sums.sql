-- What each server carried and what its destruction cut off: shares of online_server_totals.
-- grain: one row per server
-- reads: online_intervals, online_server_pairs
-- recompute: summed
with carried as (
    select
        online_intervals.server_id,
        count(*) as intervals,
        count(*) filter (where online_intervals.cut_off) as cut_off_intervals,
        sum(cast(online_intervals.end_us - online_intervals.start_us as decimal(18, 0)))
            as online_us
    from online_checkpoint
    cross join online_intervals
    where
        online_checkpoint.until_day_number is null
        or online_intervals.settled_day_number <= online_checkpoint.until_day_number
    group by online_intervals.server_id
),

devices as (
    select server_id, count(*) as devices
    from online_server_pairs
    group by server_id
)

select
    carried.server_id,
    coalesce(devices.devices, 0) as devices,
    carried.intervals,
    carried.cut_off_intervals,
    cast(carried.online_us as decimal(38, 0)) as online_us
from carried
left join devices on carried.server_id = devices.server_id
