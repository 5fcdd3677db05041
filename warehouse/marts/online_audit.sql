-- How often each rule of the repair decided, what it made of the day, and the events beside it.
-- An offline event that ends an interval does so on its own day; the others are ignored.
-- grain: one row per day and rule with at least one event
-- reads: online_intervals, online_event_days, server_lives
-- recompute: all
with decided as (
    select
        cast(floor(start_us / 86400000000) as bigint) as day_number,
        rule,
        count(*) as events,
        sum(end_us - start_us) as online_us
    from online_intervals
    group by cast(floor(start_us / 86400000000) as bigint), rule
),

ended as (
    select cast(floor(end_us / 86400000000) as bigint) as day_number, count(*) as events
    from online_intervals
    where rule = 'offline, same server'
    group by cast(floor(end_us / 86400000000) as bigint)
),

ignored as (
    select
        event_days.day_number,
        'events ignored' as rule,
        event_days.offline_events - coalesce(ended.events, 0) as events,
        0 as online_us
    from online_event_days as event_days
    left join ended on event_days.day_number = ended.day_number
),

unknown_online as (
    select
        cast(floor(intervals.start_us / 86400000000) as bigint) as day_number,
        sum(intervals.end_us - intervals.start_us) as online_us
    from online_intervals as intervals
    left join server_lives on intervals.server_id = server_lives.server_id
    where server_lives.server_id is null
    group by cast(floor(intervals.start_us / 86400000000) as bigint)
),

unknown as (
    select
        event_days.day_number,
        'events on unknown servers' as rule,
        event_days.unknown_server_events as events,
        coalesce(unknown_online.online_us, 0) as online_us
    from online_event_days as event_days
    left join unknown_online on event_days.day_number = unknown_online.day_number
),

every_rule as (
    select day_number, rule, events, online_us from decided
    union all
    select day_number, rule, events, online_us from ignored
    union all
    select day_number, rule, events, online_us from unknown
)

select day_number, rule, events, cast(online_us as decimal(38, 0)) as online_us
from every_rule
where events > 0
