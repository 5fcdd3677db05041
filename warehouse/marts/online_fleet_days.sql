-- Distinct devices online within a window of days, by the fleet size of their owners.
--
-- A device that was online from day a to day b is in the windows that end on a to b + length - 1.
-- In these it belongs to the run of days that started last: to each run until the next one
-- starts and, in the holes that leaves, to the last earlier run that reaches so far. Where an owner
-- gets and loses a device in this way the fleet grows and shrinks by one; a running total gives
-- the fleet's size, and a second one, over all fleets of a size, the devices. Nothing is ever
-- spread out to one row per device and day.
-- Computed from a checkpoint on, of which the runs that such windows can see are read.
-- grain: one row per window length, fleet size and day on which the number changes; it stands
-- until the next row (day numbers from 1970-01-01)
-- reads: online_spans, online_last_spans, fleet_windows, fleet_sizes
-- recompute: after
with
known as (
    select device_id, user_id, event_number, from_day_number, to_day_number
    from online_spans
    union all
    select device_id, user_id, event_number, from_day_number, to_day_number
    from online_last_spans
    where not is_last
),

longest as (
    select max(length_days) as length_days from fleet_windows
),

spans as (
    select known.*
    from longest
    cross join online_checkpoint
    cross join known
    where known.to_day_number + longest.length_days > online_checkpoint.day_number
),

neighbours as (
    select
        *,
        lag(user_id) over in_order as user_id_before,
        lag(to_day_number) over in_order as to_day_number_before,
        lead(user_id) over in_order as next_user_id,
        lead(from_day_number) over in_order as next_from_day_number,
        max(to_day_number) over (
            partition by device_id
            order by event_number
            rows between unbounded preceding and 1 preceding
        ) as reach_day_number
    from spans
    window in_order as (partition by device_id order by event_number)
),

-- The last windows in which a run, and any run before it, is seen if no later one starts; and
-- whether it goes on from the run before, or into the next, under the same owner.
seen as (
    select
        length_days,
        device_id,
        user_id,
        event_number,
        from_day_number,
        to_day_number + length_days - 1 as last_seen,
        reach_day_number + length_days - 1 as reach_last_seen,
        coalesce(next_from_day_number - 1, 9223372036854775807) as before_next,
        coalesce(
            user_id = user_id_before
            and from_day_number <= to_day_number_before + length_days,
            false
        ) as goes_on,
        coalesce(
            user_id = next_user_id
            and next_from_day_number <= to_day_number + length_days,
            false
        ) as is_followed
    from fleet_windows
    cross join neighbours
),

holes as (
    select
        length_days,
        device_id,
        event_number,
        last_seen + 1 as first_end,
        least(reach_last_seen, before_next) as last_end
    from seen
    where last_seen < reach_last_seen and last_seen < before_next
),

-- Each earlier run that reaches into a hole owns what no run between reaches.
reaching as (
    select
        holes.length_days,
        spans.user_id,
        coalesce(
            max(spans.to_day_number + holes.length_days) over (
                partition by holes.length_days, holes.device_id, holes.event_number
                order by spans.event_number desc
                rows between unbounded preceding and 1 preceding
            ),
            holes.first_end
        ) as first_end,
        least(spans.to_day_number + holes.length_days - 1, holes.last_end) as last_end
    from holes
    inner join spans
        on
            holes.device_id = spans.device_id
            and holes.event_number > spans.event_number
            and holes.first_end < spans.to_day_number + holes.length_days
),

sides as (
    select 1 as side
    union all
    select -1 as side
),

steps as (
    select
        seen.length_days,
        seen.user_id,
        case
            when sides.side = 1 then seen.from_day_number
            else least(seen.last_seen, seen.before_next) + 1
        end as day_number,
        sides.side as step
    from sides
    cross join seen
    where (sides.side = 1 and not seen.goes_on) or (sides.side = -1 and not seen.is_followed)
    union all
    select
        reaching.length_days,
        reaching.user_id,
        case
            when sides.side = 1 then reaching.first_end else reaching.last_end + 1
        end as day_number,
        sides.side as step
    from sides
    cross join reaching
    where reaching.first_end <= reaching.last_end
),

fleet_steps as (
    select length_days, user_id, day_number, cast(sum(step) as bigint) as fleet_step
    from steps
    group by length_days, user_id, day_number
    having sum(step) <> 0
),

fleets as (
    select
        length_days,
        day_number,
        fleet_step,
        cast(
            sum(fleet_step) over (
                partition by length_days, user_id
                order by day_number
                rows between unbounded preceding and current row
            ) as bigint
        ) as devices
    from fleet_steps
),

-- A fleet that changes leaves its old size and enters the new one, with all of its devices.
moves as (
    select
        fleets.length_days,
        fleets.day_number,
        case when sides.side = 1 then fleets.devices else fleets.devices - fleets.fleet_step end as fleet,
        case when sides.side = 1 then fleets.devices else fleets.fleet_step - fleets.devices end as change
    from sides
    cross join fleets
),

moved as (
    select length_days, day_number, fleet, sum(change) as change
    from moves
    group by length_days, day_number, fleet
),

sized as (
    select
        moved.length_days,
        moved.day_number,
        fleet_sizes.fleet_size,
        moved.change
    from moved
    inner join fleet_sizes
        on moved.fleet between fleet_sizes.least_devices and fleet_sizes.most_devices
),

changes as (
    select length_days, fleet_size, day_number, sum(change) as day_change
    from sized
    group by length_days, fleet_size, day_number
    having sum(change) <> 0
),

standing as (
    select
        length_days,
        fleet_size,
        day_number,
        cast(
            sum(day_change) over (
                partition by length_days, fleet_size
                order by day_number
                rows between unbounded preceding and current row
            ) as bigint
        ) as devices
    from changes
)

select standing.length_days, standing.fleet_size, standing.day_number, standing.devices
from online_checkpoint
cross join standing
where standing.day_number > online_checkpoint.day_number
