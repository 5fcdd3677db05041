-- What one run collects before it is published.

create table rejects (
    source_id varchar,
    path varchar,
    line bigint,
    column_name varchar,
    reason varchar,
    raw varchar
);

create table customer_uploads (
    customer_id varchar,
    source_id varchar,
    path varchar,
    rows bigint,
    first_row_at timestamp,
    newest_row_at timestamp
);
