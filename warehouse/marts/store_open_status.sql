-- The open time of each store, cut where its status changes.
--
-- A moment takes the status of the nearest poll: up or down, and unknown beyond one hour of every
-- poll. It is certain unless it is unknown or lies between two polls that disagree. Instants are
-- counted in half microseconds, in which the midpoint of two polls is whole: their plain sum.
--
-- Computed from a checkpoint on. Up to it all is settled but the hour after a store's last poll and
-- the last hour of the day, which later polls decide: these are computed, and what came before is
-- joined to it where it goes on.
-- grain: one row per store and piece, without gaps inside open hours and none outside
-- reads: store_polls, store_open_spans, store_directory, store_last_polls, store_last_spans, store_last_pieces
-- recompute: settled
with
edge as (
    select
        (day_number + 1) * 86400000000 as begin_us,
        (until_day_number + 1) * 86400000000 as end_us
    from store_checkpoint
),

heard as (
    select store_id, poll_us, active
    from store_polls

    union all

    select store_id, poll_us, active
    from store_last_polls
),

polls as (
    select
        store_id,
        poll_us,
        case when active then 1 else 0 end as up,
        case when active then 0 else 1 end as down
    from heard
),

last_heard as (
    select store_id, max(poll_us) as poll_us
    from polls
    group by store_id
),

-- What is not settled at the beginning, and without what is not settled at the end.
borders as (
    select
        store_directory.store_id,
        1 as within,
        store_last_polls.poll_us,
        edge.begin_us - 3600000000 as before_us
    from edge
    cross join store_directory
    left join store_last_polls on store_directory.store_id = store_last_polls.store_id

    union all

    select
        store_directory.store_id,
        -1,
        last_heard.poll_us,
        edge.end_us - 3600000000
    from edge
    cross join store_directory
    left join last_heard on store_directory.store_id = last_heard.store_id
    where edge.end_us is not null
),

open_spans as (
    select store_id, open_us, close_us
    from store_open_spans

    union all

    select store_last_spans.store_id, store_last_spans.open_us, store_last_spans.close_us
    from edge
    cross join store_last_spans
    where store_last_spans.close_us < edge.begin_us
),

neighbours as (
    select
        store_id,
        poll_us,
        up,
        down,
        lag(poll_us) over by_time as previous_us,
        lead(poll_us) over by_time as next_us,
        case when lag(up) over by_time <> up then 0 else 1 end as agrees_before,
        case when lead(up) over by_time <> up then 0 else 1 end as agrees_after
    from polls
    window by_time as (partition by store_id order by poll_us)
),

-- A run is a row of agreeing polls at most two hours apart: one status, certain, from end to end.
run_starts as (
    select
        store_id,
        up,
        down,
        agrees_before,
        2 * poll_us as poll_half_us,
        case
            when poll_us - previous_us <= 7200000000 then previous_us + poll_us
            else 2 * poll_us - 7200000000
        end as from_half_us
    from neighbours
    where agrees_before = 0 or previous_us is null or poll_us - previous_us > 7200000000
),

run_ends as (
    select
        store_id,
        up,
        down,
        agrees_after,
        2 * poll_us as poll_half_us,
        case
            when next_us - poll_us <= 7200000000 then poll_us + next_us
            else 2 * poll_us + 7200000000
        end as until_half_us
    from neighbours
    where agrees_after = 0 or next_us is null or next_us - poll_us > 7200000000
),

changes as (
    select
        store_id,
        from_half_us as at_half_us,
        0 as within,
        0 as open,
        up,
        down,
        agrees_before as certain
    from run_starts

    union all

    select store_id, poll_half_us, 0, 0, 0, 0, 1
    from run_starts
    where agrees_before = 0

    union all

    select store_id, poll_half_us, 0, 0, 0, 0, -1
    from run_ends
    where agrees_after = 0

    union all

    select store_id, until_half_us, 0, 0, -up, -down, -agrees_after
    from run_ends

    union all

    select store_id, 2 * open_us, 0, 1, 0, 0, 0
    from open_spans

    union all

    select store_id, 2 * close_us, 0, -1, 0, 0, 0
    from open_spans

    union all

    select store_id, 2 * poll_us, within, 0, 0, 0, 0
    from borders
    where poll_us is not null

    union all

    select store_id, 2 * poll_us + 7200000000, -within, 0, 0, 0, 0
    from borders
    where poll_us + 3600000000 < before_us

    union all

    select store_id, 2 * before_us, within, 0, 0, 0, 0
    from borders
    where poll_us is null or poll_us + 3600000000 < before_us
),

states as (
    select
        store_id,
        at_half_us as from_half_us,
        lead(at_half_us) over by_time as until_half_us,
        sum(within) over by_time as within,
        sum(open) over by_time as open,
        sum(up) over by_time as up,
        sum(down) over by_time as down,
        sum(certain) over by_time as certain
    from changes
    window by_time as (partition by store_id order by at_half_us)
),

pieces as (
    select
        store_id,
        from_half_us,
        until_half_us,
        case when up = 1 then 'up' when down = 1 then 'down' else 'unknown' end as status,
        certain = 1 as certain
    from states
    where within = 1 and open = 1 and from_half_us < until_half_us
)

select
    coalesce(pieces.store_id, store_last_pieces.store_id) as store_id,
    coalesce(store_last_pieces.from_half_us, pieces.from_half_us) as from_half_us,
    coalesce(pieces.until_half_us, store_last_pieces.until_half_us) as until_half_us,
    coalesce(pieces.status, store_last_pieces.status) as status,
    coalesce(pieces.certain, store_last_pieces.certain) as certain
from pieces
full outer join store_last_pieces
    on
        pieces.store_id = store_last_pieces.store_id
        and pieces.from_half_us = store_last_pieces.until_half_us
        and pieces.status = store_last_pieces.status
        and pieces.certain = store_last_pieces.certain
