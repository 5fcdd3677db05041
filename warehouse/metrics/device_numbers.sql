-- One device on a day, and over the days up to it.
-- grain: one row; none for a device that never reported
-- dataset: health_reports
-- param of_device VARCHAR: the device
-- param on_day DATE: the UTC day
-- param days INTEGER = 30 [days]: how many days, on_day included
-- column device_id VARCHAR "Device": the device
-- column rank BIGINT: its rank on that day among all devices; NULL when it had no report
-- column occurrences BIGINT [reports] "Reports on the day": distinct reports on that day; NULL where it has no data
-- column occurrences_week_before BIGINT [reports] "Week before": distinct reports 7 days earlier; NULL where that day has no data
-- column change_pct DOUBLE [%] "Change": change against 7 days earlier; NULL without reports then
-- column reports BIGINT [reports]: its distinct reports in those days
-- column days_reported BIGINT [days]: those of these days on which it reported
-- column first_day DATE: the first day ever on which it reported
-- column last_day DATE "Last reported": the newest day on which it reported
create or replace macro device_numbers(of_device, on_day, days := 30) as table
with own as (
    select day, occurrences, day_rank
    from health_device_ranks
    where device_id = of_device::varchar
),

loaded as (
    select
        count(*) filter (where day = on_day::date) > 0 as has_day,
        count(*) filter (where day = on_day::date - 7) > 0 as has_week_before
    from health_day_totals
    where report_type is null and report_status is null
),

counted as (
    select
        min(day_rank) filter (where day = on_day::date) as rank,
        coalesce(sum(occurrences) filter (where day = on_day::date), 0)::bigint as today,
        coalesce(sum(occurrences) filter (where day = on_day::date - 7), 0)::bigint as before,
        coalesce(
            sum(occurrences) filter (
                where day between on_day::date - (days::integer - 1) and on_day::date
            ), 0
        )::bigint as reports,
        count(*) filter (
            where day between on_day::date - (days::integer - 1) and on_day::date
        ) as days_reported,
        min(day) as first_day,
        max(day) as last_day
    from own
)

select
    of_device::varchar as device_id,
    counted.rank,
    case when loaded.has_day then counted.today end as occurrences,
    case when loaded.has_week_before then counted.before end as occurrences_week_before,
    case
        when loaded.has_day and counted.before > 0
            then 100.0 * (counted.today - counted.before) / counted.before
    end as change_pct,
    counted.reports,
    counted.days_reported,
    counted.first_day,
    counted.last_day
from counted
cross join loaded
where counted.last_day is not null;
