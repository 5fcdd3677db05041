-- Each server, the devices it carried, and what its destruction cut off.
-- grain: one row per server, the one with most devices first, ties by server_id
-- dataset: connectivity_events
-- column server_id VARCHAR "Server": the server
-- column is_known BOOLEAN: whether a servers file names it
-- column created_at TIMESTAMP "Created": when it was created; NULL when unknown
-- column destroyed_at TIMESTAMP "Destroyed": when it was destroyed; NULL when it lives or is unknown
-- column devices BIGINT [devices]: distinct devices that came online on it
-- column intervals BIGINT [intervals]: online intervals on it
-- column cut_off_intervals BIGINT [intervals] "Cut off": intervals that its destruction ended
-- column hours DOUBLE [h] "Hours online": hours online on it, of all its intervals together
create or replace macro online_servers() as table
select
    totals.server_id,
    totals.is_known,
    make_timestamp(totals.created_us) as created_at,
    make_timestamp(totals.destroyed_us) as destroyed_at,
    totals.devices,
    totals.intervals,
    totals.cut_off_intervals,
    totals.online_us / 3.6e9 as hours
from online_server_totals as totals
order by totals.devices desc, totals.server_id;
