-- How fresh and how complete each dataset is.
-- grain: one row per dataset that has ever had a file
-- column dataset VARCHAR: the dataset
-- column newest_event TIMESTAMP [UTC]: its newest instant; NULL where rows carry none
-- column newest_day DATE: its newest day with data; NULL where rows carry no instant
-- column last_load TIMESTAMP [UTC]: when a file of it was last loaded
-- column rows BIGINT [rows]: rows in the lake
-- column files BIGINT [files]: files loaded
-- column rejected_rows BIGINT [rows]: rows rejected, in files loaded or rejected
-- column rejected_files BIGINT [files]: files rejected whole
-- column holes BIGINT [days] "Days missing": days without data between its first and newest; NULL without instants
-- column usual_gap_hours DOUBLE [hours] .1 "Usual gap": median between its last 28 loads with rows; NULL below 3
-- column whole_day DATE: its newest day that ended before rows of it were last loaded
-- column late_hours DOUBLE [hours] .1 "Late by": since its last one beyond three such gaps; 0 when not late
create or replace macro freshness() as table
with arrived as (
    select
        dataset,
        max(loaded_at) filter (status = 'loaded') as last_load,
        count(*) filter (status = 'loaded') as loaded_files,
        coalesce(sum(rows_rejected) filter (status <> 'retracted'), 0) as rejected_rows,
        count(*) filter (status = 'rejected') as rejected_files
    from files
    where dataset is not null
    group by dataset
),

brought as (
    select distinct dataset, loaded_at
    from files
    where dataset is not null and status in ('loaded', 'retracted') and rows_loaded > 0
),

last_rows as (
    select dataset, max(loaded_at) as loaded_at
    from brought
    group by dataset
),

last_ones as (
    select *
    from brought
    qualify row_number() over (partition by dataset order by loaded_at desc) <= 28
),

gaps as (
    select
        dataset,
        loaded_at,
        epoch(loaded_at - lag(loaded_at) over (partition by dataset order by loaded_at))
        / 3600 as gap_hours
    from last_ones
),

rhythm as (
    select
        dataset,
        case when count(*) >= 3 then median(gap_hours) end as usual_gap_hours,
        epoch((select max(loaded_at) from brought) - max(loaded_at)) / 3600 as since_hours
    from gaps
    group by dataset
),

held as (
    select dataset, sum(rows) as lake_rows
    from parquet_files
    group by dataset
),

events as (
    select
        parquet_files.dataset,
        max(newest_at) as newest_event,
        max(day) as newest_day,
        max(day) filter (day + interval 1 day <= last_rows.loaded_at) as whole_day,
        datediff('day', min(day), max(day)) + 1 - count(distinct day) as holes
    from parquet_files
    left join last_rows using (dataset)
    where newest_at is not null
    group by parquet_files.dataset
)

select
    arrived.dataset,
    events.newest_event,
    events.newest_day,
    arrived.last_load,
    coalesce(held.lake_rows, 0)::bigint as rows,
    arrived.loaded_files as files,
    arrived.rejected_rows::bigint as rejected_rows,
    arrived.rejected_files,
    events.holes,
    rhythm.usual_gap_hours,
    events.whole_day,
    coalesce(greatest(rhythm.since_hours - 3 * rhythm.usual_gap_hours, 0), 0) as late_hours
from arrived
left join events using (dataset)
left join held using (dataset)
left join rhythm using (dataset)
order by arrived.dataset;
