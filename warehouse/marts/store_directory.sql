-- Every store with a poll, hours or a time zone, and where and how it lives. hours_rejected: rows of
-- its hours that were rejected by the load of the hours that hold, or later.
-- grain: one row per store
-- reads: store_status, store_last_polls, business_hours, store_hours, store_timezones, files, rejects
-- recompute: whole
with
loaded_hours as (
    select business_hours.store_id, max(files.load_id) as load_id
    from business_hours
    inner join files on business_hours.source_id = files.source_id
    where files.dataset = 'business_hours' and files.status = 'loaded'
    group by business_hours.store_id
),

rejected_hours as (
    select rejects.subject as store_id, count(*) as rejected_rows
    from rejects
    inner join files
        on
            rejects.source_id = files.source_id
            and rejects.path = files.path
            and rejects.load_id = files.load_id
    left join loaded_hours on rejects.subject = loaded_hours.store_id
    where
        files.dataset = 'business_hours'
        and files.status <> 'retracted'
        and rejects.subject is not null
        and rejects.load_id >= coalesce(loaded_hours.load_id, 0)
    group by rejects.subject
),

known as (
    select store_id from store_status
    union
    select store_id from store_last_polls
    union
    select store_id from store_hours
    union
    select store_id from store_timezones
    union
    select store_id from rejected_hours
),

ranked_zones as (
    select
        store_timezones.store_id,
        store_timezones.timezone_str,
        row_number() over (
            partition by store_timezones.store_id
            order by files.load_id desc, files.path desc, store_timezones.line desc
        ) as age_rank
    from store_timezones
    inner join files on store_timezones.source_id = files.source_id
    where files.dataset = 'store_timezones' and files.status = 'loaded'
),

newest_zones as (
    select store_id, timezone_str
    from ranked_zones
    where age_rank = 1
),

with_hours as (
    select distinct store_id from store_hours
)

select
    known.store_id,
    coalesce(newest_zones.timezone_str, 'America/Chicago') as zone,
    newest_zones.timezone_str is not null as zone_given,
    with_hours.store_id is not null as hours_given,
    coalesce(rejected_hours.rejected_rows, 0) as hours_rejected
from known
left join newest_zones on known.store_id = newest_zones.store_id
left join with_hours on known.store_id = with_hours.store_id
left join rejected_hours on known.store_id = rejected_hours.store_id
