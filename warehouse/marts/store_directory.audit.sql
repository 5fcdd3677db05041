-- store_directory: store {0} has {1} rows
select store_id, count(*) as row_count
from store_directory
group by store_id
having count(*) > 1;
