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
with calendar as (
    select (last_day::date - step::integer) as day
    from range(
        case
            when days between 0 and 36525 then days
            else error('daily_device_shares: days must be 0 to 36525 (100 years), not ' || days)
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

kind as (
    select day, devices
    from health_day_totals
    where
        report_status is null
        and report_type is not distinct from case
            when device_status is not null then device_type::varchar
        end
),

loaded as (
    select day
    from health_day_totals
    where report_type is null and report_status is null
),

counted as (
    select
        calendar.day,
        case when loaded.day is not null then coalesce(matching.devices, 0) end as devices,
        case when loaded.day is not null then coalesce(kind.devices, 0) end as of_devices,
        case when loaded.day is not null then coalesce(matching.reports, 0) end as reports,
        loaded.day is not null as has_data
    from calendar
    left join loaded using (day)
    left join matching using (day)
    left join kind using (day)
)

select
    day,
    devices::bigint as devices,
    of_devices::bigint as of_devices,
    100.0 * devices / nullif(of_devices, 0) as share_pct,
    reports::bigint as reports,
    has_data
from counted
order by day;
