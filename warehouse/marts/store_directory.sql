-- Every store with a poll, hours or a time zone, and where and how it lives.
-- grain: one row per store
-- reads: store_status, store_hours, store_timezones, files
-- recompute: all
with
known as (
    select store_id from store_status
    union
    select store_id from store_hours
    union
    select store_id from store_timezones
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
    with_hours.store_id is not null as hours_given
from known
left join newest_zones on known.store_id = newest_zones.store_id
left join with_hours on known.store_id = with_hours.store_id
