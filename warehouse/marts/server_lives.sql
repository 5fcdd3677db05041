-- What is known of each server: its newest row (of a later load, then a later path, then line).
-- grain: one row per server
-- reads: servers, files
-- recompute: all
with ranked as (
    select
        servers.id as server_id,
        servers.created_at_us as created_us,
        servers.destroyed_at_us as destroyed_us,
        row_number() over (
            partition by servers.id
            order by files.load_id desc, files.path desc, servers.line desc
        ) as age_rank
    from servers
    inner join files on servers.source_id = files.source_id
    where files.dataset = 'servers' and files.status = 'loaded'
)

select server_id, created_us, destroyed_us
from ranked
where age_rank = 1
