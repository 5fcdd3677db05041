-- How long devices were online on each day; time in which a device's intervals overlap counts
-- once.
-- grain: one row per calendar day
-- dataset: connectivity_events
-- param first_day DATE: the first UTC day
-- param last_day DATE: the last one
-- column day DATE: the UTC day
-- column devices BIGINT [devices]: distinct devices online on the day: its device-days
-- column hours DOUBLE [h] "Hours online": hours online of all devices together
-- column mean_hours DOUBLE [h] "Mean": hours online per device; NULL when there was none
-- column median_hours DOUBLE [h] "Median": half of the devices were online for longer; NULL likewise
-- column complete BOOLEAN: false on the oldest and newest event's days, seen in part, and beyond
create or replace macro online_hours(first_day, last_day) as table
with calendar as (
    select day_number
    from range(
        first_day::date - date '1970-01-01', last_day::date - date '1970-01-01' + 1
    ) as days(day_number)
),

bounds as (
    select
        min(day_number) * 86400000000 as begin_us, (max(day_number) + 1) * 86400000000 as stop_us
    from calendar
),

-- The intervals within these days, and how far earlier ones of the device reach into them.
reached as (
    select
        intervals.device_id,
        greatest(intervals.start_us, bounds.begin_us) as start_us,
        least(intervals.end_us, bounds.stop_us) as end_us,
        max(intervals.end_us) over (
            partition by intervals.device_id
            order by intervals.event_number
            rows between unbounded preceding and 1 preceding
        ) as reach_us
    from online_intervals as intervals
    cross join bounds
    where
        intervals.start_us < bounds.stop_us
        and greatest(intervals.start_us, intervals.end_us - 1) >= bounds.begin_us
),

disjoint as (
    select
        device_id,
        greatest(start_us, reach_us) as start_us,
        end_us,
        make_timestamp(greatest(start_us, reach_us))::date - date '1970-01-01' as from_day_number,
        make_timestamp(greatest(start_us, reach_us, end_us - 1))::date
            - date '1970-01-01' as to_day_number
    from reached
    where reach_us is null or reach_us <= start_us or reach_us < end_us
),

-- Days that begin or end an interval, apart from those between, which are online as a whole.
parts as (
    select
        device_id,
        from_day_number as day_number,
        least(end_us, (from_day_number + 1) * 86400000000) - start_us as online_us
    from disjoint
    union all
    select
        device_id,
        to_day_number as day_number,
        end_us - to_day_number * 86400000000 as online_us
    from disjoint
    where from_day_number < to_day_number
),

part_days as (
    select day_number, sum(online_us) / 3.6e9 as hours from parts group by day_number, device_id
),

part_totals as (
    select
        day_number,
        count(*) as devices,
        sum(hours) as hours,
        list(hours order by hours) as ascending_hours
    from part_days
    group by day_number
),

whole_steps as (
    select from_day_number + 1 as day_number, count(*) as step
    from disjoint
    where from_day_number < to_day_number
    group by from_day_number
    union all
    select to_day_number as day_number, -count(*) as step
    from disjoint
    where from_day_number < to_day_number
    group by to_day_number
),

whole_changes as (
    select day_number, sum(step) as change from whole_steps group by day_number
),

totals as (
    select
        calendar.day_number,
        coalesce(part_totals.devices, 0) as part_devices,
        coalesce(part_totals.hours, 0) as part_hours,
        part_totals.ascending_hours,
        coalesce(
            sum(whole_changes.change) over (order by calendar.day_number), 0
        )::bigint as whole_devices,
        part_devices + whole_devices as devices,
        part_hours + 24.0::double * whole_devices as hours
    from calendar
    left join part_totals using (day_number)
    left join whole_changes using (day_number)
)

select
    (date '1970-01-01' + totals.day_number::integer) as day,
    totals.devices,
    totals.hours,
    totals.hours / nullif(totals.devices, 0) as mean_hours,
    case
        when totals.devices > 0
            then (
                coalesce(totals.ascending_hours[(totals.devices + 1) // 2], 24)
                + coalesce(totals.ascending_hours[(totals.devices + 2) // 2], 24)
            ) / 2
    end as median_hours,
    coalesce(
        totals.day_number > observation.begin_day_number
        and totals.day_number < observation.end_day_number,
        false
    ) as complete
from totals
left join online_observation as observation on true
order by day;
