-- Each device's distinct reports of a day and its rank among all devices of that day.
-- grain: one row per day and device
-- reads: health_device_days
-- recompute: day
with occurrences as (
    select day, device_id, cast(sum(reports) as bigint) as occurrences
    from health_device_days
    group by day, device_id
)

select
    day,
    device_id,
    occurrences,
    cast(
        row_number() over (
            partition by day order by occurrences desc, device_id asc
        ) as bigint
    ) as day_rank
from occurrences
