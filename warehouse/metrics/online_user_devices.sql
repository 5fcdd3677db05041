-- The devices of one user within a window of days: those whose latest online interval in it is the
-- user's, as online_users counts them.
-- grain: one row per device, ordered by device_id
-- dataset: connectivity_events
-- param of_user VARCHAR: the owner
-- param on_day DATE: the UTC day on which the window ends, included
-- param window_days INTEGER = 1 [days]: the length of the window
-- column device_id VARCHAR "Device": the device
-- column first_day DATE "Online since": the day on which its latest run of days online began
-- column last_day DATE "Online until": the day on which that run ends
create or replace macro online_user_devices(of_user, on_day, window_days := 1) as table
with asked as (
    select
        on_day::date - date '1970-01-01' as end_day_number,
        case
            when window_days >= 1 then window_days::bigint
            else error('window_days is 1 or more')
        end as length_days
),

latest as (
    select
        spans.device_id,
        arg_max(spans.user_id, spans.event_number) as user_id,
        arg_max(spans.from_day_number, spans.event_number) as from_day_number,
        arg_max(spans.to_day_number, spans.event_number) as to_day_number
    from online_spans as spans
    cross join asked
    where
        spans.from_day_number <= asked.end_day_number
        and spans.to_day_number > asked.end_day_number - asked.length_days
    group by spans.device_id
)

select
    device_id,
    date '1970-01-01' + from_day_number::integer as first_day,
    date '1970-01-01' + to_day_number::integer as last_day
from latest
where user_id = of_user::varchar
order by device_id;
