-- One device's reports on each of the days up to a last day.
-- grain: one row per calendar day, oldest first
-- dataset: health_reports
-- param of_device VARCHAR: the device
-- param last_day DATE: the newest day
-- param days INTEGER = 30 [days]: how many days, the last one included
-- column day DATE: the UTC day
-- column reports BIGINT [reports]: its distinct reports; NULL where nothing at all was loaded for the day
create or replace macro device_trend(of_device, last_day, days := 30) as table
with calendar as (
    select (last_day::date - step::integer) as day
    from range(
        case
            when days between 0 and 36525 then days
            else error('device_trend: days must be 0 to 36525 (100 years), not ' || days)
        end
    ) as steps(step)
),

loaded as (
    select day
    from health_day_totals
    where report_type is null and report_status is null
),

own as (
    select day, occurrences
    from health_device_ranks
    where device_id = of_device::varchar
)

select
    calendar.day,
    case when loaded.day is not null then coalesce(own.occurrences, 0) end::bigint as reports
from calendar
left join loaded using (day)
left join own using (day)
order by calendar.day;
