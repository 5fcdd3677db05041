-- How often each rule decided where an online interval ends, and what that made of the day.
-- `rule` is the device's next event; beside the rules stand `events ignored`, offline events that
-- end no interval, and `events on unknown servers`, events of which no servers file knows the
-- server (these are among the other rows too).
-- grain: one row per day and rule with at least one event
-- dataset: connectivity_events
-- param first_day DATE: the first UTC day
-- param last_day DATE: the last one
-- column day DATE: the UTC day of the events
-- column rule VARCHAR "Next event": the next event of the device, or the kind of event counted
-- column events BIGINT [events]: online events decided by this rule, or events of this kind, on the day of that event
-- column hours DOUBLE [h] "Hours online": the length of the intervals that these events opened
create or replace macro repair_audit(first_day, last_day) as table
select
    (date '1970-01-01' + audit.day_number::integer) as day,
    audit.rule,
    audit.events,
    audit.online_us / 3.6e9 as hours
from online_audit as audit
where
    audit.day_number between first_day::date - date '1970-01-01'
    and last_day::date - date '1970-01-01'
order by day, audit.rule;
