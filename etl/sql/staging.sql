-- What one run collects before it is published.

create table rejects (
    source_id varchar,
    path varchar,
    line bigint,
    column_name varchar,
    reason varchar,
    raw varchar
);
