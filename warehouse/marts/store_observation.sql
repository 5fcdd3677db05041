-- The stretches of time that polls cover, and the instants that a window may reach: a week on either
-- side. A hole of more than a year without a poll of any store parts two stretches, so that one poll
-- of a clock that stood at 1970 costs two weeks of opening hours and not decades.
-- grain: one row per stretch, none before the first poll
-- reads: store_poll_days
-- recompute: all
with
marked as (
    select
        first_poll_us,
        newest_poll_us,
        case
            when first_poll_us - lag(newest_poll_us) over (order by day) > 366 * 86400000000 then 1
            else 0
        end as starts_stretch
    from store_poll_days
),

numbered as (
    select
        first_poll_us,
        newest_poll_us,
        sum(starts_stretch) over (
            order by first_poll_us
            rows between unbounded preceding and current row
        ) as stretch
    from marked
)

select
    min(first_poll_us) as first_poll_us,
    max(newest_poll_us) as newest_poll_us,
    min(first_poll_us) - 604800000000 as earliest_us,
    max(newest_poll_us) + 604800000000 as latest_us
from numbered
group by stretch
