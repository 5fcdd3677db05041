-- The last event of each device up to a checkpoint, which the next one decides upon.
-- grain: one row per device with an event
-- reads: connectivity_events, files, online_last_events
-- recompute: carried
with source_order as (
    select source_id, row_number() over (order by source_id) as source_number
    from files
    where dataset = 'connectivity_events' and status = 'loaded'
),

newest as (
    select device_id, max(timestamp_us) as newest_us, count(*) as events
    from connectivity_events
    group by device_id
),

ranked as (
    select
        events.device_id,
        events.user_id,
        events.server_id,
        events.connected,
        events.timestamp_us,
        newest.events,
        row_number() over (
            partition by events.device_id
            order by source_order.source_number desc, events.line desc
        ) as age_rank
    from connectivity_events as events
    inner join newest
        on events.device_id = newest.device_id and events.timestamp_us = newest.newest_us
    inner join source_order on events.source_id = source_order.source_id
)

select
    coalesce(ranked.device_id, before.device_id) as device_id,
    case when ranked.device_id is null then before.user_id else ranked.user_id end as user_id,
    case when ranked.device_id is null then before.server_id else ranked.server_id end as server_id,
    case when ranked.device_id is null then before.connected else ranked.connected end as connected,
    coalesce(ranked.timestamp_us, before.timestamp_us) as timestamp_us,
    coalesce(before.event_number, 0) + coalesce(ranked.events, 0) as event_number
from (select * from ranked where age_rank = 1) as ranked
full outer join online_last_events as before on ranked.device_id = before.device_id
