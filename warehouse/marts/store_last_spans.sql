-- The open spans up to a checkpoint that later polls can reach: those that reach the end of its day,
-- which may go on and end there for now, those in its last hour, and those in the hour after the
-- last poll of their store.
-- grain: one row per store and span
-- reads: store_open_spans, store_last_spans, store_last_polls
-- recompute: carried
with
edge as (
    select
        (day_number + 1) * 86400000000 as begin_us,
        (until_day_number + 1) * 86400000000 as end_us
    from store_checkpoint
),

spans as (
    select store_id, open_us, close_us
    from store_open_spans

    union all

    select store_last_spans.store_id, store_last_spans.open_us, store_last_spans.close_us
    from edge
    cross join store_last_spans
    where store_last_spans.close_us < edge.begin_us
)

select
    spans.store_id,
    spans.open_us,
    least(spans.close_us, edge.end_us) as close_us
from edge
cross join spans
left join store_last_polls on spans.store_id = store_last_polls.store_id
where
    spans.open_us <= edge.end_us
    and (
        spans.close_us > edge.end_us - 3600000000
        or (
            spans.close_us > store_last_polls.poll_us
            and spans.open_us < store_last_polls.poll_us + 3600000000
        )
    )
