-- The files and lines behind a device's count on a day, read from the lake itself.
-- grain: one row per delivered report; equal reports are one occurrence
-- dataset: health_reports
-- param of_device VARCHAR: the device
-- param on_day DATE: the UTC day
-- column reported_at TIMESTAMP [UTC]: the report's instant
-- column report_type VARCHAR "Type": its type
-- column report_status VARCHAR "Status": its status
-- column path VARCHAR "File": the file that it came in, below the incoming folder
-- column line BIGINT: its physical line in that file
-- column counts BOOLEAN "Counted": true for the delivery that is counted, false for a repeated one
-- column source_id VARCHAR: sha256 of the file's bytes as stored
create or replace macro sources_of(of_device, on_day) as table
select
    health_reports.timestamp as reported_at,
    health_reports.type as report_type,
    health_reports.status as report_status,
    files.path,
    health_reports.line,
    row_number() over (
        partition by health_reports.timestamp, health_reports.type, health_reports.status
        order by health_reports.source_id, health_reports.line
    ) = 1 as counts,
    health_reports.source_id
from health_reports
inner join files
    on health_reports.source_id = files.source_id
where files.dataset = 'health_reports' and files.status = 'loaded'
    and health_reports.day = on_day::date and health_reports.id = of_device::varchar
order by reported_at, report_type, report_status, counts desc, health_reports.source_id, health_reports.line;
