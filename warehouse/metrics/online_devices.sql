-- Distinct devices online within a window of days, by the fleet size of their owners, for each
-- day on which such a window ends. The five numbers of a day add up to its distinct devices.
-- grain: one row per day and fleet size, zeros included
-- dataset: connectivity_events
-- param first_day DATE: the first day on which a window ends
-- param last_day DATE: the last one
-- param window_days INTEGER = 1 [days]: the length of the window, 1 to 90; quick for 1, 7, 28
-- column day DATE: the UTC day on which the window ends, included
-- column fleet_size VARCHAR: how many devices of the owner were online in the window
-- column devices BIGINT [devices]: distinct devices of such owners online at any time in it
-- column complete BOOLEAN: whether the window lies between the oldest and the newest event's day
create or replace macro online_devices(first_day, last_day, window_days := 1) as table
with asked as (
    select
        case
            when window_days between 1 and 90 and window_days = window_days::bigint
                then window_days::bigint
            else error(
                'window_days is a whole number from 1 to 90, not ' || coalesce(window_days::varchar, 'NULL')
            )
        end as length_days
),

calendar as (
    select day_number
    from range(
        first_day::date - date '1970-01-01', last_day::date - date '1970-01-01' + 1
    ) as days(day_number)
),

cells as (
    select calendar.day_number, asked.length_days, sizes.place, sizes.fleet_size
    from calendar, asked, fleet_sizes as sizes
),

-- Any other length is computed as the mart does it, of the runs of days that such windows reach.
not_ready as (
    select length_days from asked anti join fleet_windows using (length_days)
),

reached as (
    select spans.*
    from online_spans as spans, not_ready
    where
        spans.from_day_number <= last_day::date - date '1970-01-01'
        and spans.to_day_number > first_day::date - date '1970-01-01' - not_ready.length_days
),

computed as (
    with
    online_spans as (from reached), -- noqa: ST03
    online_last_spans as (select *, true as is_last from reached where false), -- noqa: ST03
    online_checkpoint as (select -1000000 as day_number), -- noqa: ST03
    fleet_windows as (from not_ready) -- noqa: ST03
    select * from statement.online_fleet_days
),

fleets as (
    select length_days, fleet_size, day_number, devices from online_fleet_days
    union all
    select length_days, fleet_size, day_number, devices from computed
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
asof left join fleets
    on
        cells.length_days = fleets.length_days
        and cells.fleet_size = fleets.fleet_size
        and cells.day_number >= fleets.day_number
left join online_observation as observation on true
order by day, cells.place;
