-- The events from $first_day to before $end_day that arrived late, or those that did not.
copy (
    select "timestamp",
        device_id,
        user_id,
        server_id,
        case when connected then 'True' else 'False' end as connected
    from events
    where "timestamp" >= $first_day::date
        and "timestamp" < $end_day::date
        and (is_late = $late or $everything)
    order by "timestamp", hash(device_id), connected, server_id
) to $path (format csv, header $header)
