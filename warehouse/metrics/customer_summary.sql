-- How many rows a customer's table has, and how much time lies between its first row and its newest.
-- grain: one row for the customer, none for one without a table
-- dataset: customers
-- param customer VARCHAR: the customer's id
-- column customer_id VARCHAR "Customer": the customer's id
-- column total_rows BIGINT [rows] "Rows": rows appended so far (analyzer 10001)
-- column first_row_at TIMESTAMP [UTC] "First row": instant of the first row uploaded that has one
-- column newest_row_at TIMESTAMP [UTC] "Newest row": newest instant of any row
-- column time_difference DOUBLE [s]: newest less first (analyzer 10000); NULL without instants
create or replace macro customer_summary(customer) as table
select
    customer_tables.customer_id,
    coalesce(customer_totals.total_rows, 0) as total_rows,
    customer_totals.first_row_at,
    customer_totals.newest_row_at,
    epoch(customer_totals.newest_row_at - customer_totals.first_row_at) as time_difference
from customer_tables
left join customer_totals using (customer_id)
where customer_tables.customer_id = customer::varchar;
