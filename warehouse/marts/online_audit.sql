-- How often each rule of the repair decided, what it made of the day, and the events beside it.
-- An offline event that ends an interval does so on its own day; the others are ignored.
-- grain: one row per day and rule with at least one event
-- reads: online_intervals, online_event_days, server_lives
-- recompute: all
-- `/` gives doubles, exact here: without the remainder both are multiples of 2^13 (below 2^53).
with timed as (
    select
        server_id,
        rule,
        cast(end_us - start_us as decimal(18, 0)) as online_us,
        cast(
            (start_us - (start_us % 86400000000 + 86400000000) % 86400000000)
            / 86400000000 as bigint
        ) as start_day_number,
        cast(
            (end_us - (end_us % 86400000000 + 86400000000) % 86400000000)
            / 86400000000 as bigint
        ) as end_day_number
    from online_intervals
),

decided as (
    select
        start_day_number as day_number,
        rule,
        count(*) as events,
        sum(online_us) as online_us
    from timed
    group by start_day_number, rule
),

ended as (
    select end_day_number as day_number, count(*) as events
    from timed
    where rule = 'offline, same server'
    group by end_day_number
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
    select timed.start_day_number as day_number, sum(timed.online_us) as online_us
    from timed
    left join server_lives on timed.server_id = server_lives.server_id
    where server_lives.server_id is null
    group by timed.start_day_number
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
