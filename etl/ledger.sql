-- The ledger: what came in, what became of it, and which files hold it.

create table loads (
    load_id bigint primary key,
    started_at timestamp,
    finished_at timestamp,
    seconds double,
    files_loaded bigint,
    files_rejected bigint,
    files_duplicate bigint,
    rows_read bigint,
    rows_loaded bigint,
    rows_rejected bigint,
    files_retracted bigint
);

create table files (
    source_id varchar,
    path varchar,
    dataset varchar,
    bytes bigint,
    status varchar,
    rows_read bigint,
    rows_loaded bigint,
    rows_rejected bigint,
    reason varchar,
    load_id bigint,
    loaded_at timestamp,
    read_as varchar,
    retracted_by bigint
);

-- subject: whom the line is about (a device, a store), where that can be read.
create table rejects (
    source_id varchar,
    path varchar,
    line bigint,
    column_name varchar,
    reason varchar,
    raw varchar,
    load_id bigint,
    subject varchar
);

-- first_load_id: the oldest load whose rows a file holds, where later loads wrote them anew.
create table parquet_files (
    path varchar,
    dataset varchar,
    day date,
    rows bigint,
    bytes bigint,
    sha256 varchar,
    load_id bigint,
    newest_at timestamp,
    first_load_id bigint
);

-- Files of the lake whose rows a later load put elsewhere, or took out.
create table parquet_removed (
    path varchar,
    load_id bigint
);

-- Days that were dropped from the lake, and whose rows they held.
create table days_dropped (
    dataset varchar,
    day date,
    source_id varchar,
    rows bigint,
    load_id bigint
);

-- Files that were taken back.
create table retractions (
    source_id varchar,
    path varchar,
    reason varchar,
    load_id bigint
);

-- What lies below incoming and is not read: noted when that changes, with a NULL as the reason once
-- the file is gone.
create table unread_changes (
    path varchar,
    bytes bigint,
    reason varchar,
    load_id bigint
);

-- What a customer's first file fixed; a later load may have added the time column. remarks: what
-- may be wrong with it, for people.
create table customer_tables (
    customer_id varchar,
    column_names varchar[],
    time_column varchar,
    load_id bigint,
    founded_by varchar,
    remarks varchar[]
);

-- Totals of each file of a customer, so that questions need not touch its rows. read_by: the load
-- that read its rows again, by a time column that was named later.
create table customer_uploads (
    customer_id varchar,
    source_id varchar,
    path varchar,
    rows bigint,
    first_row_at timestamp,
    newest_row_at timestamp,
    load_id bigint,
    read_by bigint
);

create table generation (
    number bigint,
    published_at timestamp,
    definitions varchar
);

-- When the marts of a load were ready; not known of loads before the DuckDB file was made anew.
create table publications (
    load_id bigint,
    published_at timestamp
);
