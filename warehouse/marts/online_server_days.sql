-- The first day with an event on each server.
-- grain: one row per server
-- reads: connectivity_events
-- recompute: summed
select server_id, min(timestamp_day_number) as first_day_number
from connectivity_events
group by server_id
