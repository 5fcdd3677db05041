-- Distinct devices online in a week, and how many of them were not online in the week before.
-- grain: one row per week in which these numbers change; `devices` stands until the next row
-- (week numbers count Mondays from 1969-12-29)
-- reads: online_week_steps
-- recompute: all
with changes as (
    select
        week_number,
        sum(change) as week_change,
        sum(new_devices) as week_new_devices,
        sum(returned_devices) as week_returned_devices
    from online_week_steps
    group by week_number
    having sum(change) <> 0 or sum(new_devices) <> 0 or sum(returned_devices) <> 0
)

select
    week_number,
    cast(
        sum(week_change) over (
            order by week_number
            rows between unbounded preceding and current row
        ) as bigint
    ) as devices,
    cast(week_new_devices as bigint) as new_devices,
    cast(week_returned_devices as bigint) as returned_devices
from changes
