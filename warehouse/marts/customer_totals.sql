-- What is known of each customer's table without touching its rows. The first row is that of the
-- first file whose rows tell their time, by load, then path.
-- grain: one row per customer
-- reads: customers
-- recompute: all
with totals as (
    select
        customer_id,
        count(*) as uploads,
        cast(sum(rows) as bigint) as total_rows,
        max(newest_row_at) as newest_row_at,
        min(case when first_row_at is not null then load_id end) as first_load_id
    from customer_uploads
    group by customer_id
),

-- Only the first load's files are put in order, which are few of a long history.
ordered as (
    select
        uploads.customer_id,
        uploads.first_row_at,
        row_number() over (partition by uploads.customer_id order by uploads.path) as place
    from customer_uploads as uploads
    inner join totals
        on
            uploads.customer_id = totals.customer_id
            and uploads.load_id = totals.first_load_id
    where uploads.first_row_at is not null
)

select
    totals.customer_id,
    totals.uploads,
    totals.total_rows,
    ordered.first_row_at,
    totals.newest_row_at
from totals
left join ordered
    on
        totals.customer_id = ordered.customer_id
        and ordered.place = 1
