-- The polls of each store, equal ones once, and whether the store was open at that instant. Two at
-- the same instant that disagree count as inactive. Computed from a checkpoint on.
-- grain: one row per store and instant
-- reads: store_status, store_open_spans
-- recompute: settled
with
polls as (
    select
        store_id,
        timestamp_utc_us as poll_us,
        min(case when status = 'active' then 1 else 0 end) as active
    from store_status
    group by store_id, timestamp_utc_us
),

polls_and_openings as (
    select store_id, poll_us as at_us, active, cast(null as bigint) as close_us
    from polls

    union all

    select store_id, open_us as at_us, cast(null as integer) as active, close_us
    from store_open_spans
),

followed as (
    select
        store_id,
        at_us,
        active,
        max(close_us) over (
            partition by store_id
            order by at_us
            range between unbounded preceding and current row
        ) as last_close_us
    from polls_and_openings
)

select
    store_id,
    at_us as poll_us,
    active = 1 as active,
    coalesce(at_us < last_close_us, false) as in_hours
from followed
where active is not null
