-- What is known of each customer's table without touching its rows.
-- grain: one row per customer
-- reads: customers
-- recompute: all
with ordered as (
    select
        customer_id,
        rows,
        first_row_at,
        newest_row_at,
        row_number() over (
            partition by customer_id
            order by case when first_row_at is null then 1 else 0 end, load_id, path
        ) as place
    from customer_uploads
)

select
    customer_id,
    count(*) as uploads,
    cast(sum(rows) as bigint) as total_rows,
    max(case when place = 1 then first_row_at end) as first_row_at,
    max(newest_row_at) as newest_row_at
from ordered
group by customer_id
