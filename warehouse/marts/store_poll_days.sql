-- When polls came on each day.
-- grain: one row per day with polls (UTC)
-- reads: store_status
-- recompute: day
select
    day,
    min(timestamp_utc_us) as first_poll_us,
    max(timestamp_utc_us) as newest_poll_us
from store_status
group by day
