-- What each rule decided and made of the days: shares of online_audit that add up.
-- `kind` is `decided` on the day on which an interval starts, `ended` on the one on which an offline
-- event ends it, `unknown` where no servers file knows the server.
-- grain: one row per day, kind and rule
-- reads: online_intervals, server_lives
-- recompute: summed
-- `/` gives doubles, exact here: without the remainder both are multiples of 2^13 (below 2^53).
with timed as (
    select
        online_intervals.server_id,
        online_intervals.rule,
        cast(online_intervals.end_us - online_intervals.start_us as decimal(18, 0)) as online_us,
        cast(
            (
                online_intervals.start_us
                - (online_intervals.start_us % 86400000000 + 86400000000) % 86400000000
            ) / 86400000000 as bigint
        ) as start_day_number,
        cast(
            (
                online_intervals.end_us
                - (online_intervals.end_us % 86400000000 + 86400000000) % 86400000000
            ) / 86400000000 as bigint
        ) as end_day_number
    from online_checkpoint
    cross join online_intervals
    where
        online_checkpoint.until_day_number is null
        or online_intervals.settled_day_number <= online_checkpoint.until_day_number
),

shares as (
    select start_day_number as day_number, 'decided' as kind, rule, online_us
    from timed

    union all

    select end_day_number as day_number, 'ended' as kind, rule, 0 as online_us
    from timed
    where rule = 'offline, same server'

    union all

    select timed.start_day_number as day_number, 'unknown' as kind, '' as rule, timed.online_us
    from timed
    left join server_lives on timed.server_id = server_lives.server_id
    where server_lives.server_id is null
)

select
    day_number,
    kind,
    rule,
    count(*) as events,
    cast(sum(online_us) as decimal(38, 0)) as online_us
from shares
group by day_number, kind, rule
