-- health_device_days: device {1} has no report on {0}
select day, device_id from health_device_days where reports < 1;
