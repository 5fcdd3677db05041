-- The devices whose id contains a piece of text, among all that ever came online.
-- grain: one row per device, ordered by device_id
-- dataset: connectivity_events
-- param part VARCHAR: the text, any letter case; the empty one is in every id
-- param top_n INTEGER = 100: how many devices
-- column device_id VARCHAR "Device": the device
-- column user_id VARCHAR "User": the owner of its latest online interval
-- column intervals BIGINT [intervals]: times it came online
-- column last_online_at TIMESTAMP "Last online until": the end of its latest online interval
-- column matches BIGINT [devices]: how many devices match, listed or not
create or replace macro find_online_devices(part, top_n := 100) as table
with found as (
    select
        device_id,
        arg_max(user_id, event_number) as user_id,
        count(*) as intervals,
        arg_max(end_us, event_number) as last_us
    from online_intervals
    where contains(lower(device_id), lower(part::varchar))
    group by device_id
)

select
    device_id,
    user_id,
    intervals,
    make_timestamp(last_us) as last_online_at,
    count(*) over () as matches
from found
order by device_id
limit top_n;
