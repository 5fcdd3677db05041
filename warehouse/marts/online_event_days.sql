-- What the connectivity events of each day hold, before any repair.
-- grain: one row per day with events (a day number counts from 1970-01-01)
-- reads: connectivity_events, server_lives
-- recompute: after
select
    events.timestamp_day_number as day_number,
    min(events.timestamp_us) as first_us,
    max(events.timestamp_us) as last_us,
    count(*) filter (where not events.connected) as offline_events,
    count(*) filter (where server_lives.server_id is null) as unknown_server_events
from connectivity_events as events
left join server_lives on events.server_id = server_lives.server_id
group by events.timestamp_day_number
