-- online_projection: the intervals of {0} do not lie inside each other
select day
from online_projection
where not (low_95 <= low_80 and low_80 <= high_80 and high_80 <= high_95);
