-- What each server carried and what its destruction cut off; servers that only events name too.
-- grain: one row per server
-- reads: online_intervals, server_lives
-- recompute: all
with carried as (
    select
        server_id,
        count(distinct device_id) as devices,
        count(*) as intervals,
        count(*) filter (where cut_off) as cut_off_intervals,
        sum(cast(end_us - start_us as decimal(18, 0))) as online_us
    from online_intervals
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
