-- One device's reports by status on each of the days up to a last day.
-- grain: one row per day and status the device reported; days without any have no row
-- dataset: health_reports
-- param of_device VARCHAR: the device
-- param last_day DATE: the newest day
-- param days INTEGER = 30 [days]: how many days, the last one included
-- column day DATE: the UTC day
-- column report_status VARCHAR: the status
-- column reports BIGINT [reports]: distinct reports with that status
create or replace macro device_days(of_device, last_day, days := 30) as table
select day, report_status, sum(reports)::bigint as reports
from health_device_days
where
    device_id = of_device::varchar
    and day between last_day::date - (days::integer - 1) and last_day::date
group by day, report_status
order by day, report_status;
