-- Devices online in each week, and how many of them came or went since the week before:
-- devices = devices of the week before + new + returned - lost.
-- grain: one row per ISO week of the observation of which a day lies in the range
-- dataset: connectivity_events
-- param first_day DATE: a day of the first week
-- param last_day DATE: a day of the last one
-- column week DATE "Week from": the Monday on which the week begins
-- column devices BIGINT [devices] "Online": distinct devices online at any time in the week
-- column new_devices BIGINT [devices] "New": of these, online for the first time ever
-- column returned_devices BIGINT [devices] "Returned": of these, online before but not in the week before
-- column lost_devices BIGINT [devices] "Lost": online in the week before and not in this one
-- column complete BOOLEAN: whether all its days lie between those of the oldest and newest event
create or replace macro online_weekly(first_day, last_day) as table
with observed as (
    select
        floor((begin_day_number + 3) / 7)::bigint as begin_week,
        floor((end_day_number + 3) / 7)::bigint as end_week,
        begin_day_number,
        end_day_number
    from online_observation
),

calendar as (
    select unnest(range(begin_week, end_week + 1)) as week_number from observed
),

weeks as (
    select
        calendar.week_number,
        coalesce(standing.devices, 0) as devices,
        coalesce(changed.new_devices, 0) as new_devices,
        coalesce(changed.returned_devices, 0) as returned_devices
    from calendar
    asof left join online_weeks as standing on calendar.week_number >= standing.week_number
    left join online_weeks as changed on calendar.week_number = changed.week_number
),

dated as (
    select
        *,
        (date '1969-12-29' + 7 * week_number::integer) as week,
        coalesce(lag(devices) over (order by week_number), 0) as devices_before
    from weeks
)

select
    dated.week,
    dated.devices,
    dated.new_devices,
    dated.returned_devices,
    dated.devices_before + dated.new_devices + dated.returned_devices - dated.devices
        as lost_devices,
    7 * dated.week_number - 3 > observed.begin_day_number
    and 7 * dated.week_number + 3 < observed.end_day_number as complete
from dated
cross join observed
where dated.week between date_trunc('week', first_day::date) and last_day::date
order by dated.week;
