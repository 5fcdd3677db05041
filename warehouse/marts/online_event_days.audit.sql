-- online_event_days: {0} days, but events were loaded for {1}
select days, loaded_days
from (
    select
        (select count(*) from online_event_days) as days,
        (select count(distinct day) from connectivity_events) as loaded_days
)
where days <> loaded_days;
