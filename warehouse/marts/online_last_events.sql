-- The last event of each device up to a checkpoint: how many it has until then, and where the last
-- one is an online event, whose end the next one decides, that event. Of an offline one nothing
-- else matters later.
-- grain: one row per device with an event
-- reads: connectivity_events, online_last_events
-- recompute: carried
with counted as (
    select device_id, sum(events) as events
    from (
        select device_id, count(*) as events
        from connectivity_events
        group by device_id
        union all
        select device_id, event_number as events
        from online_last_events
    ) as shares
    group by device_id
)

select
    counted.device_id,
    undecided.user_id,
    undecided.server_id,
    undecided.event_number is not null as connected,
    coalesce(undecided.start_us, -9223372036854775807) as timestamp_us,
    cast(counted.events as bigint) as event_number
from counted
left join online_undecided as undecided on counted.device_id = undecided.device_id
