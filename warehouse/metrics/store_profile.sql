-- Where and how a store lives: its zone, its weekly hours, and how much was heard of it.
-- grain: one row per store, in order of store_id
-- dataset: store_status
-- param store VARCHAR = NULL: the store's id; NULL is every store
-- column store_id VARCHAR "Store": the store
-- column zone VARCHAR "Time zone": its IANA time zone
-- column zone_given BOOLEAN: false: no zone was loaded, so it is America/Chicago
-- column opening_hours VARCHAR: its weekly hours by its own clock, or 'always open' or 'never open'
-- column hours_rejected BIGINT [rows]: rows of its hours that were rejected and not replaced since
-- column polls BIGINT [polls]: distinct polls
-- column first_poll_at TIMESTAMP: the oldest; NULL without polls
-- column newest_poll_at TIMESTAMP: the newest; NULL without polls
create or replace macro store_profile(store := NULL) as table
with
chosen as (
    select *
    from store_directory
    where store is null or store_id = store::varchar
),

days as (
    select
        store_id,
        weekday,
        array_to_string(list_sort(list(format(
            '{:02d}:{:02d}–{:02d}:{:02d}',
            start_seconds // 3600,
            start_seconds // 60 % 60,
            end_seconds // 3600,
            end_seconds // 60 % 60
        ))), ', ') as spans
    from store_hours
    semi join chosen using (store_id)
    where start_seconds is not null
    group by store_id, weekday
),

alike as (
    select store_id, spans, list_sort(list(weekday)) as weekdays
    from days
    group by store_id, spans
),

weeks as (
    select
        store_id,
        string_agg(
            array_to_string(
                list_select(
                    ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
                    list_transform(weekdays, lambda weekday: weekday + 1)
                ),
                ', '
            )
            || ' ' || spans,
            '; ' order by weekdays
        ) as opening_hours
    from alike
    group by store_id
),

heard as (
    select
        store_id,
        count(*) as polls,
        make_timestamp(min(poll_us)) as first_poll_at,
        make_timestamp(max(poll_us)) as newest_poll_at
    from store_polls
    semi join chosen using (store_id)
    group by store_id
)

select
    store_id,
    zone,
    zone_given,
    coalesce(
        opening_hours,
        case when hours_given then 'never open' else 'always open' end
    ) as opening_hours,
    hours_rejected,
    coalesce(polls, 0) as polls,
    first_poll_at,
    newest_poll_at
from chosen
left join weeks using (store_id)
left join heard using (store_id)
order by store_id;
