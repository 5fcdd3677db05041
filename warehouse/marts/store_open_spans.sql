-- When each store is open, in UTC: its weekly hours on every date that a window may reach, with
-- overlapping and touching spans merged. A store with no hours at all is always open.
--
-- A local time that happens twice is its first occurrence where it opens and its second where it
-- closes, one that is skipped is the moment of the change, and the end of the day is where the next
-- local day starts. So an opening is the first instant at which the local clock shows that time or
-- later, a closing the last one at which it shows that time or earlier.
-- Computed from a checkpoint on: of the days before, only the spans that reach it are read.
-- grain: one row per store and span; open from open_us, closed again at close_us
-- reads: store_directory, store_hours, local_days, store_observation, store_last_spans
-- recompute: settled
with
edge as (
    select
        (day_number + 1) * 86400000000 as begin_us,
        (until_day_number + 1) * 86400000000 as end_us
    from store_checkpoint
),

local_spans as (
    select
        store_directory.store_id,
        local_days.before_us,
        local_days.after_us,
        local_days.change_us,
        local_days.midnight_us + store_hours.start_seconds * 1000000 as start_us,
        local_days.midnight_us + (
            store_hours.end_seconds
            + case
                when store_hours.end_seconds = 86400 then 0
                when store_hours.end_seconds <= store_hours.start_seconds then 86400
                else 0
            end
        ) * 1000000 as end_us,
        store_hours.end_seconds = 86400 as ends_with_the_day
    from store_hours
    inner join store_directory on store_hours.store_id = store_directory.store_id
    inner join local_days
        on store_directory.zone = local_days.zone and store_hours.weekday = local_days.weekday
    cross join edge
    where
        local_days.midnight_us > edge.begin_us - 345600000000
        and (edge.end_us is null or local_days.midnight_us < edge.end_us + 345600000000)
),

utc_spans as (
    select
        store_id,
        case
            when start_us - before_us < change_us then start_us - before_us
            else greatest(start_us - after_us, change_us)
        end as open_us,
        case
            when not ends_with_the_day and end_us - after_us >= change_us then end_us - after_us
            when not ends_with_the_day then least(end_us - before_us, change_us)
            when end_us - before_us < change_us then end_us - before_us
            else greatest(end_us - after_us, change_us)
        end as close_us
    from local_spans
),

reachable as (
    select
        utc_spans.store_id,
        greatest(utc_spans.open_us, store_observation.earliest_us, edge.begin_us) as open_us,
        least(utc_spans.close_us, store_observation.latest_us) as close_us
    from utc_spans
    inner join store_observation
        on
            utc_spans.open_us < store_observation.latest_us
            and utc_spans.close_us > store_observation.earliest_us
    cross join edge

    union

    select
        store_directory.store_id,
        greatest(store_observation.earliest_us, edge.begin_us) as open_us,
        store_observation.latest_us as close_us
    from store_observation
    cross join edge
    cross join store_directory
    where not store_directory.hours_given

    union

    select store_last_spans.store_id, store_last_spans.open_us, store_last_spans.close_us
    from edge
    cross join store_last_spans
    where store_last_spans.close_us = edge.begin_us
),

marked as (
    select
        store_id,
        open_us,
        close_us,
        case
            when open_us <= max(close_us) over (
                partition by store_id
                order by open_us, close_us
                rows between unbounded preceding and 1 preceding
            ) then 0
            else 1
        end as starts_span
    from reachable
    where open_us < close_us
),

numbered as (
    select
        store_id,
        open_us,
        close_us,
        sum(starts_span) over (
            partition by store_id
            order by open_us, close_us
            rows between unbounded preceding and current row
        ) as span_number
    from marked
)

select
    store_id,
    min(open_us) as open_us,
    max(close_us) as close_us
from numbered
group by store_id, span_number
