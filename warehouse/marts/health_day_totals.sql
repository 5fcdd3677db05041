-- Devices and distinct reports of each day by type and status; a NULL type or status means any.
-- grain: one row per day, type or any, and status or any
-- reads: health_device_days
-- recompute: day
select
    day,
    report_type,
    report_status,
    count(distinct device_id) as devices,
    cast(sum(reports) as bigint) as reports
from health_device_days
group by grouping sets (
    (day, report_type, report_status),
    (day, report_type),
    (day, report_status),
    (day)
)
