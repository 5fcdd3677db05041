-- The reports numbered $first_row to $end_row of $rows in all, in time order.
-- grain: one row per report; about one in 200 repeats the one before it
-- $part: 'late' the reports that arrive late, 'on time' the others (one late report in five is
-- delivered both times), 'all'.
-- Each report follows from its own number, so this streams at any size; it keeps its order as long
-- as the joins are not turned round.
copy (
    with total as (
        select count(*) as units from units
    ),
    numbered as (
        select units,
            -- a repeat lies in the same day's file as what it repeats
            case when hash(r.i, $seed, 'repeat') % 200 = 0 and days.day is null
                then r.i - 1
                else r.i
            end as report
        from range($first_row, $end_row) as r (i)
            cross join total
            left join days on days.first_row = r.i
    ),
    dice as (
        select units,
            report * units // $rows as unit,
            report * units % $rows as place,
            hash(report, $seed) as first_throw,
            hash(first_throw) as second_throw,
            (first_throw % 1000000)::bigint as story_dice,
            (first_throw // 1000000 % $slots)::bigint as slot_dice,
            (second_throw % 1000)::bigint as type_dice,
            (second_throw // 1000 % 1000)::bigint as status_dice,
            (second_throw // 1000000 % 1000)::bigint as moment_dice,
            (second_throw // 1000000000 % 100)::bigint as late_dice
        from numbered
    ),
    placed as (
        select dice.*, u.* exclude (unit),
            u.starts_at + to_microseconds(least(
                u.length_us - 1,
                u.length_us * place // $rows + u.length_us * units // $rows * moment_dice // 1000
            )) as "timestamp",
            case
                when story_dice < growing_ppm then 3 * $slots
                when story_dice < vanishing_ppm then 3 * $slots + 1
                when story_dice < new_ppm then 3 * $slots + 2
                when type_dice < sensor_pm then slot_dice
                when type_dice < gateway_pm then $slots + slot_dice
                else 2 * $slots + slot_dice
            end as slot
        from dice join units as u using (unit)
    )
    select "timestamp",
        case when days_ago > 20 then s.id_before else s.id end as id,
        s.type,
        case
            when s.type = 'gateway' and status_dice < gateway_error_pm then 'error'
            when s.has_new_firmware and status_dice < firmware_degraded_pm then 'degraded'
            when s.is_flaky and status_dice < 450 then 'offline'
            when status_dice >= 980 then 'error'
            when status_dice >= 930 then 'degraded'
            when status_dice >= 720 then 'offline'
            else 'online'
        end as status
    from placed join slots as s using (slot)
    where case $part
        when 'on time' then late_dice >= 5 or late_dice = 0
        when 'late' then late_dice < 5
        else true
    end
) to $path (format csv, header, timestampformat '%Y-%m-%dT%H:%M:%SZ')
