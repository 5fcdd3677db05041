-- The open time of each store, cut where its status changes.
--
-- A moment takes the status of the nearest poll: up or down, and unknown beyond one hour of every
-- poll. It is certain unless it is unknown or lies between two polls that disagree. Instants are
-- counted in half microseconds, in which the midpoint of two polls is whole: their plain sum.
-- grain: one row per store and piece, without gaps inside open hours and none outside
-- reads: store_polls, store_open_spans
-- recompute: all
with
polls as (
    select
        store_id,
        poll_us,
        case when active then 1 else 0 end as up,
        case when active then 0 else 1 end as down
    from store_polls
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
    select store_id, from_half_us as at_half_us, 0 as open, up, down, agrees_before as certain
    from run_starts

    union all

    select store_id, poll_half_us, 0, 0, 0, 1
    from run_starts
    where agrees_before = 0

    union all

    select store_id, poll_half_us, 0, 0, 0, -1
    from run_ends
    where agrees_after = 0

    union all

    select store_id, until_half_us, 0, -up, -down, -agrees_after
    from run_ends

    union all

    select store_id, 2 * open_us, 1, 0, 0, 0
    from store_open_spans

    union all

    select store_id, 2 * close_us, -1, 0, 0, 0
    from store_open_spans
),

states as (
    select
        store_id,
        at_half_us as from_half_us,
        lead(at_half_us) over by_time as until_half_us,
        sum(open) over by_time as open,
        sum(up) over by_time as up,
        sum(down) over by_time as down,
        sum(certain) over by_time as certain
    from changes
    window by_time as (partition by store_id order by at_half_us)
)

select
    store_id,
    from_half_us,
    until_half_us,
    case when up = 1 then 'up' when down = 1 then 'down' else 'unknown' end as status,
    certain = 1 as certain
from states
where open = 1 and from_half_us < until_half_us
