-- What loads said about earlier ones, carried out once their rows are in the tables.

delete from parquet_files
where path in (select path from parquet_removed);

update files
set status = 'retracted', reason = retractions.reason, retracted_by = retractions.load_id
from retractions
where
    files.source_id = retractions.source_id
    and files.path = retractions.path
    and files.status = 'loaded'
    and files.load_id < retractions.load_id;

delete from customer_uploads
using retractions
where
    customer_uploads.source_id = retractions.source_id
    and customer_uploads.path = retractions.path
    and customer_uploads.load_id < retractions.load_id;

delete from customer_uploads
where
    exists (
        select 1
        from customer_uploads as later
        where
            later.customer_id = customer_uploads.customer_id
            and later.source_id = customer_uploads.source_id
            and later.path = customer_uploads.path
            and later.load_id = customer_uploads.load_id
            and later.read_by > coalesce(customer_uploads.read_by, 0)
    );

delete from customer_tables
where
    exists (
        select 1
        from customer_tables as later
        where
            later.customer_id = customer_tables.customer_id
            and later.load_id > customer_tables.load_id
    );
