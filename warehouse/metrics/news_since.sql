-- What the loads after one of them brought, by dataset.
-- grain: one row per dataset that they had a file of, or that has days
-- param since_load BIGINT: the load that somebody saw last
-- column dataset VARCHAR: the dataset; NULL for files that fit none
-- column files BIGINT [files]: files loaded since
-- column rows BIGINT [rows]: rows loaded since
-- column rejected_rows BIGINT [rows]: rows rejected since, those of whole files too
-- column rejected_files BIGINT [files]: files rejected whole since
-- column files_retracted BIGINT [files] "Taken back": files that were taken back since
-- column newest_event_before TIMESTAMP [UTC]: the newest instant of what was loaded until then
-- column newest_day_before DATE: its newest day
-- column new_holes DATE[] "New holes": days without data, before its first or after its newest day then
create or replace macro news_since(since_load) as table
with came as (
    select
        dataset,
        count(*) filter (load_id > since_load and status = 'loaded') as files,
        coalesce(sum(rows_loaded) filter (load_id > since_load and status = 'loaded'), 0)::bigint
            as rows,
        coalesce(sum(rows_rejected) filter (load_id > since_load and status <> 'retracted'), 0)::bigint
            as rejected_rows,
        count(*) filter (load_id > since_load and status = 'rejected') as rejected_files,
        count(*) filter (retracted_by > since_load) as files_retracted,
        bool_or(load_id > since_load or coalesce(retracted_by > since_load, false)) as is_news
    from files
    group by dataset
),

-- A file of the lake that was written anew tells the oldest load whose rows it holds.
days as (
    select
        dataset,
        day,
        max(newest_at) as newest_at,
        bool_or(coalesce(first_load_id, load_id) <= since_load) as was_there
    from parquet_files
    where newest_at is not null
    group by dataset, day
),

spans as (
    select
        dataset,
        min(day) as first_day,
        max(day) as last_day,
        min(day) filter (was_there) as first_before,
        max(day) filter (was_there) as last_before,
        max(newest_at) filter (was_there) as newest_event_before
    from days
    group by dataset
),

calendar as (
    select dataset, first_before, last_before, unnest(range(first_day, last_day, interval 1 day))::date as day
    from spans
),

holes as (
    select calendar.dataset, list(calendar.day order by calendar.day) as new_holes
    from calendar
    anti join days using (dataset, day)
    where calendar.day < calendar.first_before or calendar.day > calendar.last_before
    group by calendar.dataset
)

select
    came.dataset,
    came.files,
    came.rows,
    came.rejected_rows,
    came.rejected_files,
    came.files_retracted,
    spans.newest_event_before,
    spans.last_before as newest_day_before,
    coalesce(holes.new_holes, []::date[]) as new_holes
from came
left join spans using (dataset)
left join holes using (dataset)
where came.is_news or spans.dataset is not null
order by came.dataset;
