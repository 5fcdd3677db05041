-- What each server carried and what its destruction cut off; servers that only events name too.
-- grain: one row per server
-- reads: online_server_sums, server_lives
-- recompute: all
with carried as (
    select
        server_id,
        cast(sum(devices) as bigint) as devices,
        cast(sum(intervals) as bigint) as intervals,
        cast(sum(cut_off_intervals) as bigint) as cut_off_intervals,
        sum(online_us) as online_us
    from online_server_sums
    group by server_id
)

select
    coalesce(server_lives.server_id, carried.server_id) as server_id,
    server_lives.server_id is not null as is_known,
    server_lives.created_us,
    server_lives.destroyed_us,
    coalesce(carried.devices, 0) as devices,
    coalesce(carried.intervals, 0) as intervals,
    coalesce(carried.cut_off_intervals, 0) as cut_off_intervals,
    cast(coalesce(carried.online_us, 0) as decimal(38, 0)) as online_us
from server_lives
full outer join carried on server_lives.server_id = carried.server_id
