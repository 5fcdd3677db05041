-- Rows, first and newest instant of each accepted file of a customer.
insert into customer_uploads
select
    customer_id,
    source_id,
    path,
    count(*),
    min_by(row_at, line) filter (row_at is not null),
    max(row_at),
    $load_id,
    null
from accepted_customers
group by customer_id, source_id, path;
