-- Every customer that sent a file, with the columns and totals of its table if it has one.
-- grain: one row per customer
-- dataset: customers
-- column customer_id VARCHAR "Customer": the customer's id
-- column columns VARCHAR[]: the names that the first loaded file fixed, in their order; NULL without one
-- column time_column VARCHAR: the column that holds instants; NULL where there is none
-- column founded_by VARCHAR: the file that fixed the columns, below the incoming folder
-- column remarks VARCHAR[]: what may be wrong with what it fixed, such as why there is no time column
-- column total_rows BIGINT [rows] "Rows": rows appended so far
-- column first_row_at TIMESTAMP [UTC] "First row": instant of the first row uploaded that has one
-- column newest_row_at TIMESTAMP [UTC] "Newest row": newest instant of any row
-- column time_difference DOUBLE [s]: newest less first; NULL without instants
-- column uploads BIGINT [files]: files appended
-- column rejected_rows BIGINT [rows]: rows rejected, in files appended or rejected
-- column last_load TIMESTAMP [UTC]: when a file was last appended; NULL without one
create or replace macro customers() as table
with arrived as (
    select
        split_part(path, '/', 2) as customer_id,
        count(*) filter (status = 'loaded') as uploads,
        coalesce(sum(rows_rejected) filter (status <> 'retracted'), 0)::bigint as rejected_rows,
        max(loaded_at) filter (status = 'loaded') as last_load
    from files
    where dataset = 'customers'
    group by 1
)

select
    arrived.customer_id,
    customer_tables.column_names as columns,
    customer_tables.time_column,
    customer_tables.founded_by,
    customer_tables.remarks,
    coalesce(customer_totals.total_rows, 0) as total_rows,
    customer_totals.first_row_at,
    customer_totals.newest_row_at,
    epoch(customer_totals.newest_row_at - customer_totals.first_row_at) as time_difference,
    arrived.uploads,
    arrived.rejected_rows,
    arrived.last_load
from arrived
left join customer_tables using (customer_id)
left join customer_totals using (customer_id)
order by arrived.customer_id;
