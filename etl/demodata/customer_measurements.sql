-- A cold store's thermometers, rows $first_row to $end_row of $rows spread evenly over the days.
-- grain: one row per measurement; freezer-2 thaws for nine hours, 8 days before the last
copy (
    with spread as (
        select r.i,
            (r.i::bigint * $days * 86400 // $rows) as second,
            1 + r.i % $units as unit,
            hash(r.i, $seed) as dice
        from range($first_row, $end_row) as r (i)
    )
    select $first_day::date + to_seconds(second) as measured_at,
        'freezer-' || unit as unit,
        ((case
            when unit = 2 and second between ($days - 9) * 86400 + 7200 and ($days - 9) * 86400 + 39600
                then -400
            else -1900
        end + (dice % 120)::bigint) / 100)::decimal(6, 2) as temperature_c,
        case when dice // 1000 % 10 = 0 then (dice // 10000 % 180)::bigint else 0 end
            as door_open_seconds
    from spread
    order by i
) to $path (format csv, header)
