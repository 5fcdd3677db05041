-- A day's devices whose id contains a piece of text: those that reported on it or 7 days earlier.
-- grain: one row per device, most reports first, ties by device_id; none where the day has no data
-- dataset: health_reports
-- param part VARCHAR: the text, any letter case; the empty one is in every id
-- param on_day DATE: the UTC day
-- param top_n INTEGER = 100: how many devices
-- column device_id VARCHAR "Device": the device
-- column rank BIGINT: its rank on that day among all devices; NULL when it had no report
-- column occurrences BIGINT [reports] "Reports": distinct reports on that day
-- column occurrences_week_before BIGINT [reports] "Week before": distinct reports 7 days earlier; NULL where that day has no data
-- column change_pct DOUBLE [%] "Change": change against 7 days earlier; NULL without reports then
create or replace macro find_devices(part, on_day, top_n := 100) as table
with loaded as (
    select count(*) filter (where day = on_day::date - 7) > 0 as has_week_before
    from health_day_totals
    where
        report_type is null
        and report_status is null
        and day in (on_day::date, on_day::date - 7)
    having count(*) filter (where day = on_day::date) > 0
),

today as (
    select device_id, occurrences, day_rank
    from health_device_ranks
    where day = on_day::date and contains(lower(device_id), lower(part::varchar))
),

week_before as (
    select device_id, occurrences
    from health_device_ranks
    where day = on_day::date - 7 and contains(lower(device_id), lower(part::varchar))
),

found as (
    select
        device_id,
        today.day_rank as rank,
        coalesce(today.occurrences, 0)::bigint as occurrences,
        case
            when loaded.has_week_before then coalesce(week_before.occurrences, 0)
        end::bigint as before
    from today
    full join week_before using (device_id)
    cross join loaded
)

select
    device_id,
    rank,
    occurrences,
    before as occurrences_week_before,
    case when before > 0 then 100.0 * (occurrences - before) / before end as change_pct
from found
order by occurrences desc, device_id
limit top_n;
