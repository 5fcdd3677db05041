-- The weeks in which devices come and go: shares of online_weeks that add up. What the runs after a
-- checkpoint give, less what those before it gave.
-- grain: one row per week (week numbers count Mondays from 1969-12-29)
-- reads: online_spans, online_last_spans, online_going_on
-- recompute: summed
-- An interval that goes on after a checkpoint covers the days up to it.
-- `/` gives doubles, exact here: without the remainder both are multiples of 2^13 (below 2^53).
with spans as (
    select
        1 as sign,
        online_spans.device_id,
        online_spans.from_day_number,
        case
            when online_spans.to_day_number > online_checkpoint.until_day_number
                then online_checkpoint.until_day_number
            else online_spans.to_day_number
        end as to_day_number
    from online_checkpoint
    cross join online_spans

    union all

    select 1 as sign, device_id, from_day_number, to_day_number
    from online_last_spans
    where not is_last

    union all

    select -1 as sign, device_id, from_day_number, to_day_number
    from online_last_spans

    union all

    select
        -1 as sign,
        online_going_on.device_id,
        cast(
            (
                online_going_on.start_us
                - (online_going_on.start_us % 86400000000 + 86400000000) % 86400000000
            ) / 86400000000 as bigint
        ) as from_day_number,
        online_checkpoint.day_number as to_day_number
    from online_checkpoint
    cross join online_going_on
),

weeks as (
    select
        sign,
        device_id,
        cast(floor((from_day_number + 3) / 7) as bigint) as from_week,
        cast(floor((to_day_number + 3) / 7) as bigint) as to_week
    from spans
),

reached as (
    select
        sign,
        from_week,
        to_week,
        max(to_week) over (
            partition by sign, device_id
            order by from_week, to_week
            rows between unbounded preceding and 1 preceding
        ) as reach_week
    from weeks
),

-- What no earlier run of the device covers.
added as (
    select
        sign,
        case when reach_week >= from_week then reach_week + 1 else from_week end as from_week,
        to_week,
        case when reach_week is null then 1 else 0 end as is_new,
        case when reach_week < from_week - 1 then 1 else 0 end as is_return
    from reached
    where reach_week is null or to_week > reach_week
),

steps as (
    select from_week as week_number, sign as step, sign * is_new as is_new, sign * is_return as is_return
    from added
    union all
    select to_week + 1 as week_number, -sign as step, 0 as is_new, 0 as is_return
    from added
),

changes as (
    select
        week_number,
        cast(sum(step) as bigint) as change,
        cast(sum(is_new) as bigint) as new_devices,
        cast(sum(is_return) as bigint) as returned_devices
    from steps
    group by week_number
)

select week_number, change, new_devices, returned_devices
from changes
where change <> 0 or new_devices <> 0 or returned_devices <> 0
