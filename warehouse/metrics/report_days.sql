-- The days with health reports, and how much each holds.
-- grain: one row per day with data, oldest first
-- dataset: health_reports
-- column day DATE: the UTC day
-- column devices BIGINT [devices]: distinct devices that reported
-- column reports BIGINT [reports]: distinct reports
create or replace macro report_days() as table
select day, devices, reports
from health_day_totals
where report_type is null and report_status is null
order by day;
