-- Servers that come and go: about $alive live at any time, each fifth one ends in a crash.
-- grain: one row per server; times in microseconds since $first_day
create or replace temp table servers as
with pace as (
    select $days * 86400000000 // ($servers - $alive + 1) as step_us
)
select s.id,
    (s.id - $alive) * step_us - (hash(s.id, $seed, 'created') % 40000000000)::bigint as created_us,
    s.id * step_us + (hash(s.id, $seed, 'destroyed') % 40000000000)::bigint as destroyed_us,
    s.id % 5 = 3 as crashes
from range(1, $servers + 1) as s (id), pace
order by id
