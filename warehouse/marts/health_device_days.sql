-- Distinct reports of each device by type and status on each day: rows equal in all four fields
-- are one report delivered more than once.
-- grain: one row per day, device, type and status
-- reads: health_reports
-- recompute: day
select
    day,
    id as device_id,
    type as report_type,
    status as report_status,
    count(distinct timestamp) as reports
from health_reports
group by day, id, type, status
