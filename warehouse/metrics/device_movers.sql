-- The devices that changed most against a week before, of all devices.
-- grain: one row per device, largest change first; none where either day has no data at all
-- dataset: health_reports
-- param on_day DATE: the UTC day
-- param kind VARCHAR = 'fell' [fell|rose|silent|new]: fewer or more than before; none now; none before
-- param at_least INTEGER = 10 [reports]: leave out who had fewer: before (fell, silent) or now (rose, new)
-- param top_n INTEGER = 10: how many devices
-- column rank BIGINT: its place in this list
-- column device_id VARCHAR "Device": the device
-- column occurrences BIGINT [reports] "Reports": distinct reports on that day
-- column occurrences_week_before BIGINT [reports] "Week before": distinct reports 7 days earlier; 0 when it had none
-- column change_pct DOUBLE [%] "Change in %": change against 7 days earlier; NULL without reports then
-- column rank_week_before BIGINT: its rank on the earlier day among all devices; NULL when none
-- column baseline VARCHAR: ok; new (the earlier day has data, this device none)
-- column change BIGINT [reports]: reports less those of the week before
create or replace macro device_movers(
    on_day, kind := 'fell', at_least := 10, top_n := 10
) as table
with asked as (
    select
        case
            when kind in ('fell', 'rose', 'silent', 'new') then kind
            else error(
                'kind is fell, rose, silent or new, not ' || coalesce(kind::varchar, 'NULL')
            )
        end as kind
),

today as (
    select device_id, occurrences
    from health_device_ranks
    where day = on_day::date
),

week_before as (
    select device_id, occurrences, day_rank
    from health_device_ranks
    where day = on_day::date - 7
),

loaded as (
    select count(distinct day) = 2 as has_both_days
    from health_device_ranks
    where day in (on_day::date, on_day::date - 7)
),

both_days as (
    select
        device_id,
        coalesce(today.occurrences, 0)::bigint as occurrences,
        coalesce(week_before.occurrences, 0)::bigint as before,
        week_before.day_rank as rank_week_before
    from today
    full join week_before using (device_id)
),

movers as (
    select both_days.*, both_days.occurrences - both_days.before as change
    from both_days
    cross join asked
    cross join loaded
    where
        loaded.has_both_days
        and case asked.kind
            when 'fell' then occurrences > 0 and occurrences < before and before >= at_least
            when 'rose' then before > 0 and occurrences > before and occurrences >= at_least
            when 'silent' then occurrences = 0 and before >= at_least
            else before = 0 and occurrences >= at_least
        end
)

select
    row_number() over (order by abs(change) desc, device_id)::bigint as rank,
    device_id,
    occurrences,
    before as occurrences_week_before,
    case when before > 0 then 100.0 * change / before end as change_pct,
    rank_week_before,
    case when before > 0 then 'ok' else 'new' end as baseline,
    change
from movers
order by rank
limit top_n;
