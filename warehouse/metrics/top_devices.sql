-- The most popular devices of one day, and how that changed against a week before.
-- grain: one row per device, highest rank first
-- dataset: health_reports
-- param on_day DATE: the UTC day
-- param top_n INTEGER = 10: how many devices
-- column rank BIGINT: its place by reports, highest first; ties by device_id, ascending
-- column device_id VARCHAR "Device": the device
-- column occurrences BIGINT [reports] "Reports": distinct reports on that day
-- column occurrences_week_before BIGINT [reports] "Week before": distinct reports 7 days earlier; 0 when it had none
-- column change_pct DOUBLE [%] "Change": change against 7 days earlier; NULL without reports then
-- column rank_week_before BIGINT: its rank on the earlier day among all devices; NULL when none
-- column baseline VARCHAR: ok; new (the earlier day has data, this device none); no data
create or replace macro top_devices(on_day, top_n := 10) as table
with today as (
    select device_id, occurrences, day_rank
    from health_device_ranks
    where day = on_day::date and day_rank <= top_n
),

week_before as (
    select device_id, occurrences, day_rank
    from health_device_ranks
    where day = on_day::date - 7
),

baseline_day as (
    select count(*) > 0 as has_data from week_before
)

select
    today.day_rank as rank,
    today.device_id,
    today.occurrences::bigint as occurrences,
    coalesce(week_before.occurrences, 0)::bigint as occurrences_week_before,
    100.0 * (today.occurrences - week_before.occurrences)
        / week_before.occurrences as change_pct,
    week_before.day_rank as rank_week_before,
    case
        when not baseline_day.has_data then 'no data'
        when week_before.device_id is null then 'new'
        else 'ok'
    end as baseline
from today
left join week_before using (device_id)
cross join baseline_day
order by rank;
