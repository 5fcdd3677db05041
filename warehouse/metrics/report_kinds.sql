-- The types and statuses that exist in the health reports, the busiest first.
-- grain: one row per type and status
-- dataset: health_reports
-- column report_type VARCHAR: the type
-- column report_status VARCHAR: the status
-- column reports BIGINT [reports]: distinct reports ever
create or replace macro report_kinds() as table
select report_type, report_status, sum(reports)::bigint as reports
from health_day_totals
where report_type is not null and report_status is not null
group by report_type, report_status
order by reports desc, report_type, report_status;
