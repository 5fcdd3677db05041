-- The last poll of each store up to a checkpoint, and whether the one before it said the same.
-- grain: one row per store with a poll
-- reads: store_polls, store_last_polls
-- recompute: carried
with
polls as (
    select store_id, poll_us, active, cast(null as boolean) as agreed
    from store_polls

    union all

    select store_id, poll_us, active, agrees_before as agreed
    from store_last_polls
),

newest as (
    select store_id, max(poll_us) as poll_us
    from polls
    group by store_id
),

second as (
    select polls.store_id, max(polls.poll_us) as poll_us
    from polls
    inner join newest on polls.store_id = newest.store_id
    where polls.poll_us < newest.poll_us
    group by polls.store_id
)

select
    polls.store_id,
    polls.poll_us,
    polls.active,
    coalesce(polls.agreed, polls.active = before.active, true) as agrees_before
from newest
inner join polls on newest.store_id = polls.store_id and newest.poll_us = polls.poll_us
left join second on newest.store_id = second.store_id
left join polls as before on second.store_id = before.store_id and second.poll_us = before.poll_us
