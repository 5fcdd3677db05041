-- online_fleet_days: {2} devices in fleets of {1} within windows of {0} days
select length_days, fleet_size, devices from online_fleet_days where devices < 0;
