-- local_days: {0} has more than one day that begins at {1}
select zone, midnight_us
from local_days
group by zone, midnight_us
having count(*) > 1;
