-- The pieces of open time up to a checkpoint that end where later polls begin to decide
-- (store_open_status), and may go on there.
-- grain: one row per store and piece
-- reads: store_open_status, store_last_polls
-- recompute: carried
with
edge as (
    select (until_day_number + 1) * 86400000000 - 3600000000 as before_us
    from store_checkpoint
)

select
    pieces.store_id,
    pieces.from_half_us,
    pieces.until_half_us,
    pieces.status,
    pieces.certain
from store_open_status as pieces
cross join edge
left join store_last_polls on pieces.store_id = store_last_polls.store_id
where
    (
        store_last_polls.agrees_before
        and pieces.until_half_us = 2 * store_last_polls.poll_us
    )
    or (
        pieces.until_half_us = 2 * edge.before_us
        and (
            store_last_polls.poll_us is null
            or store_last_polls.poll_us + 3600000000 < edge.before_us
        )
    )
