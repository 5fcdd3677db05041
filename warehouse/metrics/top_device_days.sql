-- The daily occurrences of a day's most popular devices over the days up to it, for sparklines.
-- grain: one row per device, highest rank first
-- dataset: health_reports
-- param on_day DATE: the UTC day
-- param top_n INTEGER = 10: how many devices
-- param days INTEGER = 30 [days]: how many days, on_day included
-- column device_id VARCHAR "Device": the device
-- column occurrences_by_day BIGINT[] [reports]: oldest day first; NULL where nothing was loaded
create or replace macro top_device_days(on_day, top_n := 10, days := 30) as table
with calendar as (
    select (on_day::date - step::integer) as day
    from range(
        case
            when days between 0 and 36525 then days
            else error('top_device_days: days must be 0 to 36525 (100 years), not ' || days)
        end
    ) as steps(step)
),

loaded as (
    select day
    from health_day_totals
    where report_type is null and report_status is null
),

leaders as (
    select device_id, day_rank
    from health_device_ranks
    where day = on_day::date and day_rank <= top_n
),

counted as (
    select day, device_id, occurrences
    from health_device_ranks
    where
        day between on_day::date - (days::integer - 1) and on_day::date
        and device_id in (select device_id from leaders)
)

select
    leaders.device_id,
    list(
        case when loaded.day is not null then coalesce(counted.occurrences, 0) end
        order by calendar.day
    )::bigint[] as occurrences_by_day
from leaders
cross join calendar
left join loaded on calendar.day = loaded.day
left join counted on calendar.day = counted.day and leaders.device_id = counted.device_id
group by leaders.device_id, leaders.day_rank
order by leaders.day_rank;
