-- Devices that reported with a type and a status, for each of the days up to a last day.
-- grain: one row per calendar day, oldest first
-- dataset: health_reports
-- param device_type VARCHAR = NULL: the type; NULL means any
-- param device_status VARCHAR = NULL: the status; NULL means any
-- param last_day DATE: the newest day of the result
-- param days INTEGER = 30 [days]: how many days, the last one included
-- column day DATE: the UTC day
-- column devices BIGINT [devices]: distinct devices with such a report; NULL where has_data is false
-- column reports BIGINT [reports]: distinct reports of that kind; NULL where has_data is false
-- column has_data BOOLEAN: false where nothing at all was loaded for that day
create or replace macro daily_devices(device_type, device_status, last_day, days := 30) as table
with calendar as (
    select (last_day::date - step::integer) as day
    from range(
        case
            when days between 0 and 36525 then days
            else error('daily_devices: days must be 0 to 36525 (100 years), not ' || days)
        end
    ) as steps(step)
),

matching as (
    select day, devices, reports
    from health_day_totals
    where
        report_type is not distinct from device_type::varchar
        and report_status is not distinct from device_status::varchar
),

loaded as (
    select day
    from health_day_totals
    where report_type is null and report_status is null
)

select
    calendar.day,
    case when loaded.day is not null then coalesce(matching.devices, 0) end::bigint as devices,
    case when loaded.day is not null then coalesce(matching.reports, 0) end::bigint as reports,
    loaded.day is not null as has_data
from calendar
left join loaded using (day)
left join matching using (day)
order by calendar.day;
