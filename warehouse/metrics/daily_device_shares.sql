-- Devices that reported with a type and a status on each day, and what share of their kind that is:
-- of the devices of that type where a status is asked for, else of all devices of the day.
-- grain: one row per calendar day, oldest first
-- dataset: health_reports
-- param device_type VARCHAR = NULL: the type; NULL means any
-- param device_status VARCHAR = NULL: the status; NULL means any
-- param last_day DATE: the newest day of the result
-- param days INTEGER = 30 [days]: how many days, the last one included
-- column day DATE: the UTC day
-- column devices BIGINT [devices]: distinct devices with such a report; NULL where has_data is false
-- column of_devices BIGINT [devices]: distinct devices of their kind, with any status; NULL likewise
-- column share_pct DOUBLE [%] .1 "Share": devices of of_devices; NULL where there are none
-- column reports BIGINT [reports]: distinct reports of that type and status; NULL likewise
-- column has_data BOOLEAN: false where nothing at all was loaded for that day
create or replace macro daily_device_shares(
    device_type, device_status, last_day, days := 30
) as table
select
    matching.day,
    matching.devices,
    kind.devices as of_devices,
    100.0 * matching.devices / nullif(kind.devices, 0) as share_pct,
    matching.reports,
    matching.has_data
from daily_devices(device_type, device_status, last_day, days := days) as matching
inner join
    daily_devices(
        case when device_status is not null then device_type end, null, last_day, days := days
    ) as kind
    using (day)
order by day;
