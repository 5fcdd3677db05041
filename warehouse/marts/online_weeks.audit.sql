-- online_weeks: fewer than no devices in week {0}
select week_number from online_weeks where devices < 0 or new_devices < 0 or returned_devices < 0;
