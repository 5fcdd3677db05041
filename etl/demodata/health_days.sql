-- The days from old to new, with the range of report numbers of each.
-- grain: one row per day
create or replace temp table days as
with total as (
    select count(*) as units from units
)
select days_ago,
    day,
    (min(unit) * $rows + units - 1) // units as first_row,
    ((max(unit) + 1) * $rows + units - 1) // units as end_row
from units, total
group by days_ago, day, units
order by day
