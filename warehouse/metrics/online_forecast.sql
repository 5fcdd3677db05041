-- Projection of the devices online on each day after the newest event, with prediction intervals,
-- and the error of the same model on the last 28 whole days, which it had not seen.
-- It needs 56 whole days of connectivity events, and says so when there are fewer.
-- grain: one row per day, beginning after the newest event's day; none after the year 9999
-- dataset: connectivity_events
-- param horizon_days INTEGER = 28 [days]: how many days ahead, 1 to 90
-- column day DATE: the UTC day
-- column devices DOUBLE [devices] "Expected": distinct devices expected online on that day
-- column low_80 DOUBLE [devices] "80 %: from": with 80 % probability at least so many
-- column high_80 DOUBLE [devices] "80 %: to": with 80 % probability at most so many
-- column low_95 DOUBLE [devices] "95 %: from": with 95 % probability at least so many
-- column high_95 DOUBLE [devices] "95 %: to": with 95 % probability at most so many
-- column error_devices DOUBLE [devices]: mean absolute error on the days held back
-- column error_pct DOUBLE [%]: the same in percent of their mean devices; NULL without any
create or replace macro online_forecast(horizon_days := 28) as table
with observed as (
    select
        max(end_day_number) as end_day_number,
        greatest(coalesce(max(end_day_number - begin_day_number) - 1, 0), 0) as whole_days
    from online_observation
),

asked as (
    select
        case
            when whole_days < 56
                then error(
                    format(
                        'A projection needs 56 whole days of connectivity events, there are {}',
                        whole_days
                    )
                )
            when horizon_days between 1 and 90
                then date '1970-01-01' + end_day_number::integer + horizon_days::integer
            else error(format('horizon_days is 1 to 90, not {}', horizon_days))
        end as newest_day
    from observed
)

select
    projection.day,
    projection.devices,
    projection.low_80,
    projection.high_80,
    projection.low_95,
    projection.high_95,
    projection.error_devices,
    projection.error_pct
from asked
left join online_projection as projection on projection.day <= asked.newest_day
where projection.day is not null -- there is none where the calendar ends
order by projection.day;
