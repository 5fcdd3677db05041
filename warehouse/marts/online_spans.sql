-- The days on which each device was online, as runs of days without a hole under one owner.
-- Runs of a device may share days: the one with the higher `event_number` started later and
-- owns them. So these runs give the owner in every window of days, whatever its length.
-- grain: one row per device, owner and run (day numbers from 1970-01-01, both included)
-- reads: online_intervals
-- recompute: all
with touched as (
    select
        device_id,
        user_id,
        event_number,
        start_us,
        greatest(start_us, end_us - 1) as last_us
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
        ) as to_day_number
    from touched
),

-- An interval continues the one before it when both have one owner, no day lies between them
-- and it ends no earlier.
compared as (
    select
        *,
        coalesce(
            user_id = lag(user_id) over in_order
            and from_day_number <= lag(to_day_number) over in_order + 1
            and to_day_number >= lag(to_day_number) over in_order,
            false
        ) as continues,
        coalesce(
            user_id = lead(user_id) over in_order
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
    case when is_continued then last_to_day_number else to_day_number end as to_day_number
from ends
where not continues
