-- Distinct devices online within a window of days, by the fleet size of their owners, for each
-- day on which such a window ends. The five numbers of a day add up to its distinct devices.
-- grain: one row per day and fleet size, zeros included
-- dataset: connectivity_events
-- param first_day DATE: the first day on which a window ends
-- param last_day DATE: the last one
-- param window_days INTEGER = 1 [days]: the length of the window, 1, 7 or 28
-- column day DATE: the UTC day on which the window ends, included
-- column fleet_size VARCHAR: how many devices of the owner were online in the window
-- column devices BIGINT [devices]: distinct devices of such owners online at any time in it
-- column complete BOOLEAN: whether the window lies between the oldest and the newest event's day
create or replace macro online_devices(first_day, last_day, window_days := 1) as table
with asked as (
    select
        case
            when window_days in (1, 7, 28) then window_days::bigint
            else error(format('window_days is 1, 7 or 28, not {}', window_days))
        end as length_days
),

calendar as (
    select day_number
    from range(
        first_day::date - date '1970-01-01', last_day::date - date '1970-01-01' + 1
    ) as days(day_number)
),

sizes(place, fleet_size) as (
    values (1, '1-2'), (2, '3-9'), (3, '10-99'), (4, '100-999'), (5, '1000+')
),

cells as (
    select calendar.day_number, asked.length_days, sizes.place, sizes.fleet_size
    from calendar, asked, sizes
)

select
    (date '1970-01-01' + cells.day_number::integer) as day,
    cells.fleet_size,
    coalesce(fleets.devices, 0) as devices,
    coalesce(
        cells.day_number - cells.length_days + 1 >= observation.begin_day_number
        and cells.day_number <= observation.end_day_number,
        false
    ) as complete
from cells
asof left join online_fleet_days as fleets
    on
        cells.length_days = fleets.length_days
        and cells.fleet_size = fleets.fleet_size
        and cells.day_number >= fleets.day_number
left join online_observation as observation on true
order by day, cells.place;
