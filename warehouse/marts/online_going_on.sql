-- The intervals that were decided up to a checkpoint and go on after it: the device's next event was
-- an offline one on another server, so that its own server's destruction ends them.
-- grain: one row per such interval
-- reads: online_intervals
-- recompute: carried
select
    online_intervals.device_id,
    online_intervals.event_number,
    online_intervals.user_id,
    online_intervals.server_id,
    online_intervals.rule,
    online_intervals.start_us,
    online_intervals.next_us
from online_checkpoint
cross join online_intervals
where
    online_intervals.settled_day_number is null
    or online_intervals.settled_day_number > online_checkpoint.until_day_number
