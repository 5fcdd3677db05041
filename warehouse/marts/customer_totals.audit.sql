-- customer_totals: customer {0} has {1} rows, but the files hold {2}
select totals.customer_id, totals.total_rows, sum(uploads.rows) as uploaded
from customer_totals as totals
left join customer_uploads as uploads on totals.customer_id = uploads.customer_id
group by totals.customer_id, totals.total_rows
having totals.total_rows <> coalesce(sum(uploads.rows), 0);
