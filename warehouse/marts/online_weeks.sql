-- Distinct devices online in a week, and how many of them were not online in the week before.
-- grain: one row per week in which a device comes or goes; `devices` stands until the next row
-- (week numbers count Mondays from 1969-12-29)
-- reads: online_spans
-- recompute: all
with weeks as (
    select
        device_id,
        cast(floor((from_day_number + 3) / 7) as bigint) as from_week,
        cast(floor((to_day_number + 3) / 7) as bigint) as to_week
    from online_spans
),

reached as (
    select
        from_week,
        to_week,
        max(to_week) over (
            partition by device_id
            order by from_week, to_week
            rows between unbounded preceding and 1 preceding
        ) as reach_week
    from weeks
),

-- What no earlier run of the device covers.
added as (
    select
        case when reach_week >= from_week then reach_week + 1 else from_week end as from_week,
        to_week,
        case when reach_week is null then 1 else 0 end as is_new,
        case when reach_week < from_week - 1 then 1 else 0 end as is_return
    from reached
    where reach_week is null or to_week > reach_week
),

steps as (
    select from_week as week_number, 1 as step, is_new, is_return from added
    union all
    select to_week + 1 as week_number, -1 as step, 0 as is_new, 0 as is_return from added
),

changes as (
    select
        week_number,
        sum(step) as change,
        sum(is_new) as new_devices,
        sum(is_return) as returned_devices
    from steps
    group by week_number
)

select
    week_number,
    cast(
        sum(change) over (
            order by week_number
            rows between unbounded preceding and current row
        ) as bigint
    ) as devices,
    cast(new_devices as bigint) as new_devices,
    cast(returned_devices as bigint) as returned_devices
from changes
