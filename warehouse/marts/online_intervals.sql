-- When each device was online, repaired where events are missing: every online event opens one
-- interval, and the device's next event decides where it ends (METRICS.md, section 2).
-- `event_number` counts a device's events by timestamp, source id and line. `cut_off` is true
-- where the destruction of the server ended the interval. `decided_day_number` is the day of that
-- next event, and `settled_day_number` the one from which no later event can change the interval,
-- NULL while the end of observation decides (day numbers from 1970-01-01).
-- Computed from a checkpoint on: of the days before, only each device's last event and the
-- intervals that still go on are read.
-- grain: one row per online event
-- reads: connectivity_events, online_last_events, online_going_on, server_lives, online_observation, files
-- recompute: settled
with source_order as (
    select source_id, row_number() over (order by source_id) as source_number
    from files
    where dataset = 'connectivity_events' and status = 'loaded'
),

-- `place` orders the rows of a moment: by source, then by line, which is below 2^32.
events as (
    select
        events.device_id,
        events.user_id,
        events.server_id,
        events.connected,
        events.timestamp_us,
        source_order.source_number * 4294967296 + events.line as place
    from connectivity_events as events
    inner join source_order on events.source_id = source_order.source_id

    union all

    select
        device_id,
        user_id,
        server_id,
        connected,
        timestamp_us,
        0 as place
    from online_last_events
),

sequenced as (
    select
        device_id,
        user_id,
        server_id,
        connected,
        timestamp_us as start_us,
        row_number() over in_order as event_number,
        lead(timestamp_us) over in_order as next_us,
        lead(server_id) over in_order as next_server_id,
        lead(connected) over in_order as next_connected
    from events
    window in_order as (
        partition by device_id
        order by timestamp_us, place
    )
),

-- A device's events are counted on from the one that is carried.
counted as (
    select
        sequenced.*,
        coalesce(online_last_events.event_number - 1, 0) as events_before
    from sequenced
    left join online_last_events on sequenced.device_id = online_last_events.device_id
    where sequenced.connected
),

ruled as (
    select
        device_id,
        events_before + event_number as event_number,
        user_id,
        server_id,
        case
            when next_us is null then 'none'
            when next_connected and next_server_id = server_id then 'online, same server'
            when next_connected then 'online, other server'
            when next_server_id = server_id then 'offline, same server'
            else 'offline, other server'
        end as rule,
        start_us,
        next_us
    from counted

    union all

    select device_id, event_number, user_id, server_id, rule, start_us, next_us
    from online_going_on
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
    from online_observation
    cross join ruled
    left join server_lives on ruled.server_id = server_lives.server_id
),

ended as (
    select
        device_id,
        event_number,
        user_id,
        server_id,
        rule,
        start_us,
        next_us,
        greatest(start_us, least(coalesce(destroyed_us, limit_us), limit_us)) as end_us,
        coalesce(destroyed_us <= limit_us, false) as cut_off
    from limited
),

-- `/` gives doubles, exact here: without the remainder both are multiples of 2^13 (below 2^53).
numbered as (
    select
        *,
        cast(
            (next_us - (next_us % 86400000000 + 86400000000) % 86400000000)
            / 86400000000 as bigint
        ) as next_day_number,
        cast(
            (end_us - 1 - ((end_us - 1) % 86400000000 + 86400000000) % 86400000000)
            / 86400000000 as bigint
        ) as last_day_number
    from ended
)

select
    device_id,
    event_number,
    user_id,
    server_id,
    rule,
    start_us,
    end_us,
    cut_off,
    next_us,
    next_day_number as decided_day_number,
    case
        when rule <> 'offline, other server' then next_day_number
        when cut_off then greatest(next_day_number, last_day_number)
    end as settled_day_number
from numbered
