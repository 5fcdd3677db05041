-- How many reports the fleet sends when: time cut into units with equally many reports each.
-- grain: one row per unit, numbered from 0 in time order
-- A busy hour has more units, so its reports lie closer together. Shares are per mille (pm) or per
-- million (ppm) and cumulative where they decide between several. days_ago 0 is $last_day.
create or replace temp table units as
with curve as (
    -- percent of the mean, by UTC hour
    select [45, 40, 38, 38, 42, 55, 75, 100, 120, 130, 132, 130,
            125, 128, 130, 128, 120, 110, 100, 92, 85, 75, 62, 52] as by_hour,
        [97, 103, 101, 100, 94, 62, 55] as by_weekday
),
days as (
    select d.days_ago,
        $last_day::date - d.days_ago::integer as day,
        by_weekday[isodow(day)]
            * (94 + (hash(d.days_ago, $seed) % 13)::bigint)
            * (100 + 15 * ($days - d.days_ago) // $days) as busyness
    from range($days) as d (days_ago), curve
),
hours as (
    select days_ago, day, h.hour,
        by_hour[h.hour + 1] * busyness as busyness,
        -- cameras fall silent for 30 hours
        (days_ago = 24 and h.hour >= 6) or (days_ago = 23 and h.hour < 12) as cameras_silent,
        -- gateways lose their backend for five hours
        days_ago = 12 and h.hour between 9 and 13 as gateways_down
    from days, range(24) as h (hour), curve
),
weighted as (
    select *,
        greatest(1, (busyness * 4 * case
            when cameras_silent then 85
            when gateways_down then 120
            else 100
        end) // 1000000000)::bigint as hour_units
    from hours
),
numbered as (
    select *, u.unit_in_hour
    from weighted, range(hour_units) as u (unit_in_hour)
)
select row_number() over (order by days_ago desc, hour, unit_in_hour) - 1 as unit,
    day,
    days_ago,
    3600000000 // hour_units as length_us,
    day + to_hours(hour) + to_microseconds(unit_in_hour * length_us) as starts_at,
    greatest(0, 45 - days_ago) * 400 as growing_ppm,
    growing_ppm + 15000 * least(11, greatest(0, days_ago - 5)) // 11 as vanishing_ppm,
    vanishing_ppm + case when days_ago <= 3 then 9000 else 0 end as new_ppm,
    case when cameras_silent then 647 when gateways_down then 450 else 550 end as sensor_pm,
    case when cameras_silent then 1000 else 850 end as gateway_pm,
    case when gateways_down then 850 else 0 end as gateway_error_pm,
    case when days_ago <= 14 then 350 else 60 end as firmware_degraded_pm
from numbered
order by unit
