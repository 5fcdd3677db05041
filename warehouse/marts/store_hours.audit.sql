-- store_hours: a span of store {0} begins at {1} seconds
select store_id, start_seconds
from store_hours
where start_seconds not between 0 and 86400 or end_seconds not between 0 and 86400;
