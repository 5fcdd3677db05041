-- A day in progress like for like: up to its newest report, and up to the same time a week before.
-- grain: one row for a day with data, else none
-- dataset: health_reports
-- param on_day DATE: the UTC day
-- column until_at TIMESTAMP [UTC]: its newest report
-- column reports BIGINT [reports]: distinct reports up to then
-- column devices BIGINT [devices]: distinct devices up to then
-- column reports_week_before BIGINT [reports]: up to the same time 7 days earlier; NULL without data of that day
-- column devices_week_before BIGINT [devices]: the same for devices
create or replace macro day_so_far(on_day) as table
with today as (
    select max(timestamp) as until_at
    from health_reports
    where day = on_day::date
),

counted as (
    select
        day,
        count(distinct (timestamp, id, type, status)) as reports,
        count(distinct id) as devices
    from health_reports
    where
        (day = on_day::date)
        or (
            day = on_day::date - 7
            and timestamp <= (select until_at - interval 7 day from today)
        )
    group by day
),

week_before as (
    select count(*) > 0 as has_data
    from health_day_totals
    where day = on_day::date - 7
)

select
    today.until_at,
    now.reports,
    now.devices,
    case when week_before.has_data then coalesce(before.reports, 0) end as reports_week_before,
    case when week_before.has_data then coalesce(before.devices, 0) end as devices_week_before
from today
inner join counted as now on now.day = on_day::date
cross join week_before
left join counted as before on before.day = on_day::date - 7;
