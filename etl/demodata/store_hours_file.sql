-- Opening hours in local time, several spans a day, some over midnight. Day 0 is Monday.
-- $changed: only the shops that open longer from now on, as a file of their new hours.
copy (
    with patterns (pattern, is_change, days, start_time_local, end_time_local) as (
        values
            ('shop', false, [0, 1, 2, 3, 4, 5], '09:00:00', '21:00:00'),
            ('shop', false, [6], '10:00:00', '18:00:00'),
            ('restaurant', false, [1, 2, 3, 4, 5, 6], '11:30:00', '14:30:00'),
            ('restaurant', false, [1, 2, 3, 4, 5, 6], '17:30:00', '22:30:00'),
            ('bar', false, [0, 1, 2, 6], '17:00:00', '23:59:59'),
            ('bar', false, [3, 4, 5], '18:00:00', '02:00:00'),
            ('late diner', false, [0, 1, 2, 3, 4, 5, 6], '00:00:00', '02:00:00'),
            ('late diner', false, [0, 1, 2, 3, 4, 5, 6], '11:00:00', '23:59:59'),
            ('kiosk', false, [0, 1, 2, 3, 4, 5, 6], '6:30', '19:00'),
            ('around the clock', false, [0, 1, 2, 3, 4, 5, 6], '00:00:00', '24:00'),
            ('all but a minute', false, [0, 1, 2, 3, 4, 5, 6], '00:00:00', '23:59:00'),
            ('two shifts', false, [0, 1, 2, 3, 4], '08:00:00', '14:00:00'),
            ('two shifts', false, [0, 1, 2, 3, 4], '13:30:00', '20:00:00'),
            ('shop', true, [0, 1, 2, 3, 4, 5, 6], '07:00:00', '23:00:00')
    ),
    spans as (
        select *, unnest(days) as "day" from patterns where is_change = $changed
    )
    select store_id, "day", start_time_local, end_time_local
    from stores join spans using (pattern)
    where not $changed or n % 20 = 0
    order by hash(n), "day", start_time_local
) to $path (format csv, header)
