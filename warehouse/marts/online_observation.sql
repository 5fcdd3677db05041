-- When the observation of connectivity begins and ends: with the oldest and the newest event.
-- grain: one row; before the first event its values are NULL
-- reads: online_event_days
-- recompute: whole
select
    min(first_us) as begin_us,
    max(last_us) as end_us,
    min(day_number) as begin_day_number,
    max(day_number) as end_day_number
from online_event_days
