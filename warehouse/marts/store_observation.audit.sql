-- store_observation: two stretches of polls overlap
select first_poll_us
from (
    select first_poll_us, lag(newest_poll_us) over (order by first_poll_us) as before_us
    from store_observation
)
where first_poll_us <= before_us;
