-- The files that were appended to a customer's table, newest first.
-- grain: one row per appended file
-- dataset: customers
-- param customer VARCHAR: the customer's id
-- column uploaded_at TIMESTAMP [UTC] "Loaded": when the loader appended it
-- column path VARCHAR "File": the file, below the incoming folder
-- column rows BIGINT [rows]: rows appended
-- column first_row_at TIMESTAMP [UTC] "First row": instant of its first row that has one
-- column newest_row_at TIMESTAMP [UTC] "Newest row": its newest instant
create or replace macro customer_uploads_of(customer) as table
select
    loads.started_at as uploaded_at,
    files.path,
    files.rows_loaded as rows,
    customer_uploads.first_row_at,
    customer_uploads.newest_row_at
from files
inner join loads using (load_id)
left join customer_uploads
    on files.path = customer_uploads.path and files.source_id = customer_uploads.source_id
where
    files.dataset = 'customers'
    and files.status = 'loaded'
    and split_part(files.path, '/', 2) = customer::varchar
order by loads.load_id desc, files.path;
