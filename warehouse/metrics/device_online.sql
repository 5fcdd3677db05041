-- When one device was online: its intervals, each with the rule that decided where it ends.
-- grain: one row per online event of the device, oldest first
-- dataset: connectivity_events
-- param device VARCHAR: the device
-- column started_at TIMESTAMP "Online from": the online event that opened the interval
-- column ended_at TIMESTAMP "Until": where the interval ends
-- column user_id VARCHAR "User": the owner named by that event
-- column server_id VARCHAR "Server": the server named by that event
-- column rule VARCHAR "Next event": the device's next event, or none; it decides where the interval ends
-- column cut_off BOOLEAN: whether the destruction of the server ended the interval
-- column hours DOUBLE [h]: the length of the interval
create or replace macro device_online(device) as table
select
    make_timestamp(intervals.start_us) as started_at,
    make_timestamp(intervals.end_us) as ended_at,
    intervals.user_id,
    intervals.server_id,
    intervals.rule,
    intervals.cut_off,
    (intervals.end_us - intervals.start_us) / 3.6e9 as hours
from online_intervals as intervals
where intervals.device_id = device::varchar
order by intervals.event_number;
