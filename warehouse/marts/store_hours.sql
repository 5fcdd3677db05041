-- Current weekly opening hours: of each store, the spans in the newest file that names it.
-- start_seconds and end_seconds count from local midnight; an end of 86400 is the end of the day,
-- however it was written (from 23:59 on), and an end at or before the start lies on the next day.
-- Without times the store is closed on that weekday, unless other rows open it.
-- grain: one row per store, weekday (0 is Monday) and span
-- reads: business_hours, files
-- recompute: whole
with
ranked as (
    select
        business_hours.store_id,
        business_hours.weekday,
        business_hours.start_seconds,
        business_hours.end_seconds,
        rank() over (
            partition by business_hours.store_id
            order by files.load_id desc, files.path desc
        ) as age_rank
    from business_hours
    inner join files on business_hours.source_id = files.source_id
    where files.dataset = 'business_hours' and files.status = 'loaded'
)

select distinct
    store_id,
    weekday,
    cast(start_seconds as bigint) as start_seconds,
    cast(case when end_seconds >= 86340 then 86400 else end_seconds end as bigint) as end_seconds
from ranked
where age_rank = 1
