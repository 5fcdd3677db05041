-- store_open_status: pieces of store {0} overlap
select store_id
from (
    select
        store_id,
        from_half_us,
        lag(until_half_us) over (partition by store_id order by from_half_us) as before_half_us
    from store_open_status
)
where from_half_us < before_half_us;

-- store_open_status: the pieces of store {0} do not cover its open time
select spans.store_id
from (
    select store_id, sum(cast(close_us - open_us as decimal(38, 0))) * 2 as open_half_us
    from store_open_spans
    group by store_id
) as spans
left join (
    select store_id, sum(cast(until_half_us - from_half_us as decimal(38, 0))) as covered_half_us
    from store_open_status
    group by store_id
) as pieces on spans.store_id = pieces.store_id
where pieces.covered_half_us is distinct from spans.open_half_us;
