-- Which device a random number means: each device has as many slots as it is busy.
-- grain: one row per slot; $slots slots for each kind, then one for each device with a story
-- Ids come from steps that each map 32 bits onto themselves one to one, so no two are equal.
create or replace temp table slots as
with numbered as (
    select n,
        case
            when n < 3 then 3
            when n % 20 in (5, 11, 18) then 2
            when n % 20 in (1, 4, 7, 10, 13, 16) then 1
            else 0
        end as kind,
        ((n + (hash($seed) % 1000000)::bigint) * 2654435761) & 4294967295 as once,
        (xor(once, once >> 16) * 1540483477) & 4294967295 as twice,
        format('{:08x}', xor(twice, twice >> 13)) as id
    from range($devices) as d (n)
),
ranked as (
    select *,
        row_number() over (partition by kind order by n) as busy_rank,
        count(*) over (partition by kind) as devices_of_kind,
        1000000000 // (busy_rank + 10) as weight
    from numbered
),
cumulated as (
    select *,
        sum(weight) over (partition by kind order by busy_rank)::bigint as weight_to,
        sum(weight) over (partition by kind)::bigint as weight_of_kind
    from ranked
),
owners as (
    select *,
        case when kind = 3 then n else (weight_to - weight) * $slots // weight_of_kind end
            as first_slot,
        case when kind = 3 then n + 1 else weight_to * $slots // weight_of_kind end as end_slot,
        -- 40 % of the cameras are installed 20 days ago; an older one reports in place of each
        greatest(1, devices_of_kind * 3 // 5) as older_cameras,
        kind = 2 and busy_rank > older_cameras as is_new_camera
    from cumulated
)
select o.kind * $slots + s.slot as slot,
    o.id,
    coalesce(elder.id, o.id) as id_before,
    case o.kind when 1 then 'gateway' when 2 then 'camera' else 'sensor' end as type,
    o.kind = 0 and o.busy_rank = 4 as is_flaky,
    o.kind = 1 and o.busy_rank % 4 = 0 as has_new_firmware
from owners as o
    cross join range(o.first_slot, o.end_slot) as s (slot)
    left join ranked as elder
        on o.is_new_camera
        and elder.kind = 2
        and elder.busy_rank = 1 + o.busy_rank % o.older_cameras
order by all
