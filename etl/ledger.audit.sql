-- {0}: {1:,} rows read, but {2:,} loaded and {3:,} rejected
select path, rows_read, rows_loaded, rows_rejected
from files
where rows_read <> rows_loaded + rows_rejected;

-- {0}: {1:,} rows were loaded, but its Parquet files hold {2:,} and days that were dropped {3:,}
select
    dataset,
    cast(sum(rows_loaded) as bigint) as loaded,
    (
        select cast(coalesce(sum(rows), 0) as bigint)
        from parquet_files
        where parquet_files.dataset = files.dataset
    ) as held,
    (
        select cast(coalesce(sum(dropped.rows), 0) as bigint)
        from days_dropped as dropped
        inner join files as counted
            on
                dropped.source_id = counted.source_id
                and dropped.dataset = counted.dataset
                and dropped.load_id > counted.load_id
        where dropped.dataset = files.dataset and counted.status = 'loaded'
    ) as gone
from files
where dataset is not null and status = 'loaded'
group by dataset
having loaded <> held + gone;

-- {0}: {1:,} rows were rejected, but {2:,} rejects are kept
select files.path, files.rows_rejected, count(rejects.line) as kept
from files
left join rejects
    on
        files.source_id = rejects.source_id
        and files.path = rejects.path
        and files.load_id = rejects.load_id
where files.status = 'loaded'
group by files.path, files.rows_rejected, files.load_id
having count(rejects.line) <> files.rows_rejected;

-- load {0}: its total differs from the sum of its files
select load_id
from loads
where
    rows_read <> (
        select coalesce(sum(rows_read), 0)
        from files
        where files.load_id = loads.load_id
    );
