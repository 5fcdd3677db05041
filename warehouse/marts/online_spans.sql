-- The days on which each device was online, as runs of days without a hole under one owner.
-- Runs of a device may share days: the one with the higher `event_number` started later and
-- owns them. So these runs give the owner in every window of days, whatever its length.
-- An interval that only its server's destruction ends is a run of its own (`lingers`), which
-- `settled_day_number` is about.
-- Computed from a checkpoint on, of which the last run of each device may go on.
-- grain: one row per device, owner and run (day numbers from 1970-01-01, both included)
-- reads: online_intervals, online_last_spans
-- recompute: settled
with touched as (
    select
        device_id,
        user_id,
        event_number,
        start_us,
        greatest(start_us, end_us - 1) as last_us,
        rule = 'offline, other server' as lingers,
        case when rule = 'offline, other server' then settled_day_number end as settled_day_number
    from online_intervals
),

-- `/` gives doubles, exact here: without the remainder both are multiples of 2^13 (below 2^53).
days as (
    select
        device_id,
        user_id,
        event_number,
        cast(
            (start_us - (start_us % 86400000000 + 86400000000) % 86400000000)
            / 86400000000 as bigint
        ) as from_day_number,
        cast(
            (last_us - (last_us % 86400000000 + 86400000000) % 86400000000)
            / 86400000000 as bigint
        ) as to_day_number,
        lingers,
        settled_day_number
    from touched

    union all

    select
        device_id,
        user_id,
        event_number,
        from_day_number,
        to_day_number,
        false as lingers,
        cast(null as bigint) as settled_day_number
    from online_last_spans
    where is_last
),

-- An interval continues the one before it when both have one owner, no day lies between them
-- and it ends no earlier.
compared as (
    select
        *,
        coalesce(
            not lingers
            and not lag(lingers) over in_order
            and user_id = lag(user_id) over in_order
            and from_day_number <= lag(to_day_number) over in_order + 1
            and to_day_number >= lag(to_day_number) over in_order,
            false
        ) as continues,
        coalesce(
            not lingers
            and not lead(lingers) over in_order
            and user_id = lead(user_id) over in_order
            and to_day_number >= lead(from_day_number) over in_order - 1
            and to_day_number <= lead(to_day_number) over in_order,
            false
        ) as is_continued
    from days
    window in_order as (partition by device_id order by event_number)
),

-- With what lies inside of a run left out, the row after its first interval is its last one.
ends as (
    select
        *,
        lead(to_day_number) over in_order as last_to_day_number,
        lead(event_number) over in_order as last_event_number
    from compared
    where not (continues and is_continued)
    window in_order as (partition by device_id order by event_number)
)

select
    device_id,
    user_id,
    case when is_continued then last_event_number else event_number end as event_number,
    from_day_number,
    case when is_continued then last_to_day_number else to_day_number end as to_day_number,
    lingers,
    settled_day_number
from ends
where not continues
