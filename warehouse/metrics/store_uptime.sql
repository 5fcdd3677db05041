-- How long each store was up, down or unknown within its opening hours, in the hour, the day and
-- the week that end at an instant.
-- grain: one row per store with a poll, opening hours or a time zone, in order of store_id
-- dataset: store_status
-- param as_of TIMESTAMP = NULL: end of the windows, up to 7 days after the newest poll; NULL is that poll
-- param method VARCHAR = 'nearest' [nearest|poll]: the nearest poll within an hour decides, or each poll counts an hour
-- column store_id VARCHAR "Store": the store
-- column uptime_last_hour DOUBLE [minutes] .2: up in the last hour
-- column uptime_last_day DOUBLE [hours] .2: up in the last 24 hours
-- column uptime_last_week DOUBLE [hours] .2: up in the last 7 days
-- column downtime_last_hour DOUBLE [minutes] .2: down in the last hour
-- column downtime_last_day DOUBLE [hours] .2: down in the last 24 hours
-- column downtime_last_week DOUBLE [hours] .2: down in the last 7 days
-- column unknown_last_hour DOUBLE [minutes] .2: open without a poll within an hour; 0 by method poll
-- column unknown_last_day DOUBLE [hours] .2: the same of the last 24 hours
-- column unknown_last_week DOUBLE [hours] .2: the same of the last 7 days
-- column uptime_low_pct DOUBLE [%] .2 "At least": least share of the week's open time that polls allow; NULL if never open
-- column uptime_high_pct DOUBLE [%] .2 "At most": the greatest such share; neither depends on the method
create or replace macro store_uptime(as_of := NULL, method := 'nearest') as table
with
-- Text with an offset or a zone behind its time is that instant, other text is UTC.
asked as (
    select
        coalesce(
            case
                when
                    typeof(as_of) = 'TIMESTAMP WITH TIME ZONE'
                    or regexp_matches(as_of::varchar, ':\d+(\.\d*)?\s*[^\s\d:.]')
                    then epoch_us(as_of::timestamptz)
                else epoch_us(as_of::timestamp)
            end,
            (select max(newest_poll_us) from store_observation)
        ) as end_us
),

askable as (
    select
        bool_or(end_us between first_poll_us and latest_us) as known,
        string_agg(
            format('{} to {}', make_timestamp(first_poll_us), make_timestamp(latest_us)),
            ' or ' order by first_poll_us
        ) as ranges
    from store_observation
    cross join asked
),

windows as (
    select
        case
            when coalesce(method::varchar, '') not in ('nearest', 'poll')
                then error(format(
                    'store_uptime: method must be ''nearest'' or ''poll'', not ''{}''',
                    coalesce(method::varchar, '')
                ))
            when known is null
                then error('store_uptime: no data yet, no poll of any store has been loaded')
            when not known
                then error(format(
                    'store_uptime: as_of must be from the first poll to 7 days after the newest, '
                    || '{} (UTC), not {}',
                    ranges,
                    make_timestamp(end_us)
                ))
            else end_us
        end::bigint as end_us,
        asked.end_us - 3600000000 as hour_us,
        asked.end_us - 86400000000 as day_us,
        asked.end_us - 604800000000 as week_us
    from asked
    cross join askable
),

pieces as (
    select
        store_id,
        status,
        certain,
        least(until_half_us, 2 * end_us) as until_half_us,
        greatest(from_half_us, 2 * hour_us) as from_hour_half_us,
        greatest(from_half_us, 2 * day_us) as from_day_half_us,
        greatest(from_half_us, 2 * week_us) as from_week_half_us
    from store_open_status
    cross join windows
    where until_half_us > 2 * week_us and from_half_us < 2 * end_us
),

measured as (
    select
        store_id,
        status,
        certain,
        greatest(0, until_half_us - from_hour_half_us) as in_hour,
        greatest(0, until_half_us - from_day_half_us) as in_day,
        greatest(0, until_half_us - from_week_half_us) as in_week
    from pieces
),

polls as (
    select
        store_id,
        case when active then 'up' else 'down' end as status,
        case when poll_us > hour_us then 7200000000 else 0 end as in_hour,
        case when poll_us > day_us then 7200000000 else 0 end as in_day,
        7200000000 as in_week
    from store_polls
    cross join windows
    where in_hours and poll_us > week_us and poll_us <= end_us
),

counted as (
    select store_id, status, in_hour, in_day, in_week
    from measured
    where method = 'nearest'

    union all

    select store_id, status, in_hour, in_day, in_week
    from polls
    where method = 'poll'
),

-- Half microseconds: 120 million of them are a minute, 7,200 million an hour.
totals as (
    select
        store_id,
        sum(in_hour) filter (status = 'up') / 120000000 as uptime_last_hour,
        sum(in_day) filter (status = 'up') / 7200000000 as uptime_last_day,
        sum(in_week) filter (status = 'up') / 7200000000 as uptime_last_week,
        sum(in_hour) filter (status = 'down') / 120000000 as downtime_last_hour,
        sum(in_day) filter (status = 'down') / 7200000000 as downtime_last_day,
        sum(in_week) filter (status = 'down') / 7200000000 as downtime_last_week,
        sum(in_hour) filter (status = 'unknown') / 120000000 as unknown_last_hour,
        sum(in_day) filter (status = 'unknown') / 7200000000 as unknown_last_day,
        sum(in_week) filter (status = 'unknown') / 7200000000 as unknown_last_week
    from counted
    group by store_id
),

bounds as (
    select
        store_id,
        100 * coalesce(sum(in_week) filter (certain and status = 'up'), 0)
        / sum(in_week) as uptime_low_pct,
        100 * (sum(in_week) - coalesce(sum(in_week) filter (certain and status = 'down'), 0))
        / sum(in_week) as uptime_high_pct
    from measured
    group by store_id
)

select
    store_id,
    coalesce(uptime_last_hour, 0) as uptime_last_hour,
    coalesce(uptime_last_day, 0) as uptime_last_day,
    coalesce(uptime_last_week, 0) as uptime_last_week,
    coalesce(downtime_last_hour, 0) as downtime_last_hour,
    coalesce(downtime_last_day, 0) as downtime_last_day,
    coalesce(downtime_last_week, 0) as downtime_last_week,
    coalesce(unknown_last_hour, 0) as unknown_last_hour,
    coalesce(unknown_last_day, 0) as unknown_last_day,
    coalesce(unknown_last_week, 0) as unknown_last_week,
    uptime_low_pct,
    uptime_high_pct
from store_directory
cross join windows
left join totals using (store_id)
left join bounds using (store_id)
order by store_id;
