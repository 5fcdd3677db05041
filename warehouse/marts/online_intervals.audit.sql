-- online_intervals: event {1} of device {0} ends before it starts
select device_id, event_number from online_intervals where end_us < start_us;

-- online_intervals: event {1} of device {0} ends after the end of observation
select online_intervals.device_id, online_intervals.event_number
from online_intervals
cross join online_observation
where online_intervals.end_us > online_observation.end_us;

-- online_intervals: {0} intervals, but {1} online events were loaded
select intervals, events
from (
    select
        (select count(*) from online_intervals) as intervals,
        (select count(*) from connectivity_events where connected) as events
)
where intervals <> events;
