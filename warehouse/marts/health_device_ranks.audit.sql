-- health_device_ranks: on {0} the last rank is {1}, but there are {2} devices
select day, max(day_rank) as last_rank, count(*) as devices
from health_device_ranks
group by day
having max(day_rank) <> count(*) or count(distinct day_rank) <> count(*);
