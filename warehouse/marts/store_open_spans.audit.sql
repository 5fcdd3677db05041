-- store_open_spans: a span of store {0} closes before it opens, or overlaps the one before
select store_id
from (
    select
        store_id,
        open_us,
        close_us,
        lag(close_us) over (partition by store_id order by open_us) as before_us
    from store_open_spans
)
where close_us <= open_us or open_us <= before_us;
