-- online_spans: a run of device {0} ends before it starts
select device_id from online_spans where to_day_number < from_day_number;

-- online_spans: {0} devices, but {1} were ever online
select devices, online_devices
from (
    select
        (select count(distinct device_id) from online_spans) as devices,
        (select count(distinct device_id) from online_intervals) as online_devices
)
where devices <> online_devices;
