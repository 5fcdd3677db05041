-- The users with devices online within a window of days, and the sizes of their fleets.
-- A device belongs to the owner of its latest online interval in the window.
-- grain: one row per user, largest fleet first, ties by user_id
-- dataset: connectivity_events
-- param on_day DATE: the UTC day on which the window ends, included
-- param window_days INTEGER = 1 [days]: the length of the window
-- column user_id VARCHAR "User": the owner
-- column devices BIGINT [devices]: distinct devices of the user online at any time in the window
-- column fleet_size VARCHAR: the range that this number lies in, as in online_devices
create or replace macro online_users(on_day, window_days := 1) as table
with asked as (
    select
        on_day::date - date '1970-01-01' as end_day_number,
        case
            when window_days >= 1 then window_days::bigint
            else error('window_days is 1 or more')
        end as length_days
),

owners as (
    select arg_max(spans.user_id, spans.event_number) as user_id
    from online_spans as spans
    cross join asked
    where
        spans.from_day_number <= asked.end_day_number
        and spans.to_day_number > asked.end_day_number - asked.length_days
    group by spans.device_id
),

fleets as (
    select user_id, count(*) as devices from owners group by user_id
)

select fleets.user_id, fleets.devices, sizes.fleet_size
from fleets
inner join fleet_sizes as sizes
    on fleets.devices between sizes.least_devices and sizes.most_devices
order by fleets.devices desc, fleets.user_id;
