-- The polls from $first_day to before $end_day, in no order, as the real file has them.
copy (
    select store_id, status, polled_at::varchar || ' UTC' as timestamp_utc
    from polls
    where polled_at >= $first_day::date and polled_at < $end_day::date
    order by place
) to $path (format csv, header)
