-- The servers file as it was at the end of $known_day: what happens later is not in it yet.
copy (
    select id,
        $first_day::date + to_microseconds(created_us) as created_at,
        case when destroyed_at < $known_day::date + interval 1 day then destroyed_at end
            as destroyed_at
    from (
        select *, $first_day::date + to_microseconds(destroyed_us) as destroyed_at from servers
    )
    where created_at < $known_day::date + interval 1 day
    order by id
) to $path (format csv, header false)
