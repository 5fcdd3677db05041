-- When each device was online, repaired where events are missing: every online event opens one
-- interval, and the device's next event decides where it ends (METRICS.md, section 2).
-- `event_number` counts a device's events by timestamp, source id and line. `cut_off` is true
-- where the destruction of the server ended the interval.
-- grain: one row per online event
-- reads: connectivity_events, server_lives, online_observation, files
-- recompute: all
with source_order as (
    select source_id, row_number() over (order by source_id) as source_number
    from files
    where dataset = 'connectivity_events' and status = 'loaded'
),

sequenced as (
    select
        events.device_id,
        events.user_id,
        events.server_id,
        events.connected,
        events.timestamp_us as start_us,
        cast(row_number() over in_order as bigint) as event_number,
        lead(events.timestamp_us) over in_order as next_us,
        lead(events.server_id) over in_order as next_server_id,
        lead(events.connected) over in_order as next_connected
    from connectivity_events as events
    inner join source_order on events.source_id = source_order.source_id
    window in_order as (
        partition by events.device_id
        order by events.timestamp_us, source_order.source_number, events.line
    )
),

ruled as (
    select
        *,
        case
            when next_us is null then 'none'
            when next_connected and next_server_id = server_id then 'online, same server'
            when next_connected then 'online, other server'
            when next_server_id = server_id then 'offline, same server'
            else 'offline, other server'
        end as rule
    from sequenced
    where connected
),

-- While its server lives, an interval lasts until the next event that counts, or to the end of
-- observation. An event on the same server proves that the server lived until then.
limited as (
    select
        ruled.*,
        case
            when ruled.rule in ('offline, other server', 'none') then online_observation.end_us
            else ruled.next_us
        end as limit_us,
        case
            when ruled.rule in ('online, other server', 'offline, other server', 'none')
                then server_lives.destroyed_us
        end as destroyed_us
    from ruled
    cross join online_observation
    left join server_lives on ruled.server_id = server_lives.server_id
)

select
    device_id,
    event_number,
    user_id,
    server_id,
    rule,
    start_us,
    greatest(start_us, least(coalesce(destroyed_us, limit_us), limit_us)) as end_us,
    coalesce(destroyed_us <= limit_us, false) as cut_off
from limited
