-- The days with health reports, and how much each holds.
-- grain: one row per day with data, oldest first
-- dataset: health_reports
-- column day DATE: the UTC day
-- column devices BIGINT [devices]: distinct devices that reported
-- column reports BIGINT [reports]: distinct reports
-- column is_whole BOOLEAN: whether reports were loaded after it ended; else it is in progress
create or replace macro report_days() as table
with loaded as (
    select max(loaded_at) as last_load
    from files
    where dataset = 'health_reports' and status in ('loaded', 'retracted') and rows_loaded > 0
)

select
    totals.day,
    totals.devices,
    totals.reports,
    coalesce(loaded.last_load >= totals.day + interval 1 day, false) as is_whole
from health_day_totals as totals
cross join loaded
where totals.report_type is null and totals.report_status is null
order by totals.day;
