-- How often each rule of the repair decided, what it made of the day, and the events beside it.
-- An offline event that ends an interval does so on its own day; the others are ignored.
-- grain: one row per day and rule with at least one event
-- reads: online_rule_days, online_event_days
-- recompute: all
with totals as (
    select day_number, kind, rule, sum(events) as events, sum(online_us) as online_us
    from online_rule_days
    group by day_number, kind, rule
),

every_rule as (
    select day_number, rule, events, online_us
    from totals
    where kind = 'decided'

    union all

    select
        event_days.day_number,
        'events ignored' as rule,
        event_days.offline_events - coalesce(totals.events, 0) as events,
        0 as online_us
    from online_event_days as event_days
    left join totals on event_days.day_number = totals.day_number and totals.kind = 'ended'

    union all

    select
        event_days.day_number,
        'events on unknown servers' as rule,
        event_days.unknown_server_events as events,
        coalesce(totals.online_us, 0) as online_us
    from online_event_days as event_days
    left join totals on event_days.day_number = totals.day_number and totals.kind = 'unknown'
)

select
    day_number,
    rule,
    cast(events as bigint) as events,
    cast(online_us as decimal(38, 0)) as online_us
from every_rule
where events > 0
