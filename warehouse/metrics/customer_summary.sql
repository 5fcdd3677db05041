-- How many rows a customer's table has, and how much time lies between its first row and its newest.
-- grain: one row for the customer, none for an unknown one
-- dataset: customers
-- param customer VARCHAR: the customer's id
-- column customer_id VARCHAR: the customer's id
-- column total_rows BIGINT [rows]: rows appended so far (analyzer 10001)
-- column first_row_at TIMESTAMP [UTC]: instant of the first row uploaded that has one
-- column newest_row_at TIMESTAMP [UTC]: newest instant of any row
-- column time_difference DOUBLE [s]: newest less first (analyzer 10000); NULL without instants
create or replace macro customer_summary(customer) as table
select
    customer_id,
    total_rows,
    first_row_at,
    newest_row_at,
    epoch(newest_row_at - first_row_at) as time_difference
from customer_totals
where customer_id = customer::varchar;
