-- store_polls: store {0} has {1} polls at one instant
select store_id, count(*) as polls
from store_polls
group by store_id, poll_us
having count(*) > 1;
