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
