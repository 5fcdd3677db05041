-- health_day_totals: {1} reports on {0}, but the devices' reports add up to {2}
select totals.day, totals.reports, sum(ranks.occurrences) as occurrences
from health_day_totals as totals
left join health_device_ranks as ranks on totals.day = ranks.day
where totals.report_type is null and totals.report_status is null
group by totals.day, totals.reports
having totals.reports <> coalesce(sum(ranks.occurrences), 0);
