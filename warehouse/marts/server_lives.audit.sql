-- server_lives: server {0} has {1} rows
select server_id, count(*) as row_count
from server_lives
group by server_id
having count(*) > 1;
