-- online_audit: the rules decided {0} events, but there are {1} intervals
select decided, intervals
from (
    select
        (
            select coalesce(sum(events), 0)
            from online_audit
            where rule not in ('events ignored', 'events on unknown servers')
        ) as decided,
        (select count(*) from online_intervals) as intervals
)
where decided <> intervals;

-- online_audit: on day {0} more events were ignored than there are
select day_number from online_audit where events < 0;
