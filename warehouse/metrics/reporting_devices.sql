-- Every device that ever reported.
-- grain: one row per device, ordered by device_id
-- dataset: health_reports
-- column device_id VARCHAR "Device": the device
-- column last_day DATE "Last reported": the newest day on which it reported
create or replace macro reporting_devices() as table
select device_id, max(day) as last_day
from health_device_ranks
group by device_id
order by device_id;
