-- The time zone of each store that has one. $changed: only corrections of a few.
copy (
    select store_id,
        case when $changed then 'America/Indiana/Indianapolis' else zone end as timezone_str
    from stores
    where has_zone
        and (not $changed or (zone = 'America/New_York' and n % 50 = 0))
    order by hash(n)
) to $path (format csv, header)
