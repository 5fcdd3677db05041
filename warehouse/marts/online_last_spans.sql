-- The runs up to a checkpoint that later days can see: of each device the last one, which may go on
-- (`is_last`), and before it each that reaches farther than all runs after it.
-- grain: one row per such run (day numbers from 1970-01-01, both included)
-- reads: online_spans, online_last_spans
-- recompute: carried
with spans as (
    select
        online_spans.device_id,
        online_spans.user_id,
        online_spans.event_number,
        online_spans.from_day_number,
        online_spans.to_day_number,
        not online_spans.lingers as may_go_on,
        not online_spans.lingers
        or coalesce(
            online_spans.settled_day_number <= online_checkpoint.until_day_number, false
        ) as is_settled
    from online_checkpoint
    cross join online_spans

    union all

    select
        device_id,
        user_id,
        event_number,
        from_day_number,
        to_day_number,
        false as may_go_on,
        true as is_settled
    from online_last_spans
    where not is_last
),

compared as (
    select
        *,
        row_number() over in_order as place,
        max(case when is_settled then to_day_number end) over (
            partition by device_id
            order by event_number desc
            rows between unbounded preceding and 1 preceding
        ) as later_to_day_number
    from spans
    window in_order as (partition by device_id order by event_number desc)
)

select
    device_id,
    user_id,
    event_number,
    from_day_number,
    to_day_number,
    may_go_on and place = 1 as is_last
from compared
where
    is_settled
    and (later_to_day_number is null or to_day_number > later_to_day_number)
