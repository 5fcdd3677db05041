-- The rows of a customer's table in the order they were uploaded, read from the lake itself.
-- grain: one row per uploaded row
-- dataset: customers
-- param customer VARCHAR: the customer's id
-- param top_rows BIGINT = NULL [rows]: how many of the first rows; NULL means all
-- column c1 VARCHAR: the table's first column
-- column c2 VARCHAR: its second; NULL throughout where the table has fewer
-- column c3 VARCHAR: its third
-- column c4 VARCHAR: its fourth
-- column c5 VARCHAR: its fifth
-- column row_at TIMESTAMP [UTC]: the row's instant, from the time column
-- column path VARCHAR "File": the file that it came in, below the incoming folder
-- column line BIGINT: its physical line in that file
create or replace macro customer_rows(customer, top_rows := NULL) as table
select
    customers.c1,
    customers.c2,
    customers.c3,
    customers.c4,
    customers.c5,
    customers.row_at,
    customers.path,
    customers.line
from customers
inner join customer_uploads
    on customers.customer_id = customer_uploads.customer_id
    and customers.path = customer_uploads.path
    and customers.source_id = customer_uploads.source_id
where customers.customer_id = customer::varchar
order by customer_uploads.load_id, customers.path, customers.line
limit top_rows;
