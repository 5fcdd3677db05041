-- Why rows were rejected: how many for each kind of reason, what the reason quotes left out, and
-- the newest of them as an example.
-- grain: one row per dataset, column and kind of reason, most rows first
-- param of_dataset VARCHAR = NULL: only files of this dataset; NULL means all
-- param in_file VARCHAR = NULL: only this file, by its path below incoming; NULL means all
-- param matching VARCHAR = NULL: only where reason or line contains this text; NULL means all
-- column dataset VARCHAR: the files' dataset
-- column column_name VARCHAR: the column that could not be read; NULL for the line as a whole
-- column reason_kind VARCHAR: the reason with … in place of quoted values
-- column rejected BIGINT [rows]: rows rejected for it
-- column in_files BIGINT [files]: files with such a row
-- column newest_load BIGINT: the newest load that rejected one
-- column example_reason VARCHAR: the reason of the first such row of that load, whole
-- column example_path VARCHAR: the file of that row, below the incoming folder
-- column example_line BIGINT: its physical line; the first line of a file is 1
-- column example_raw VARCHAR: that line as it stands in the file
create or replace macro rejected_reasons(
    of_dataset := NULL, in_file := NULL, matching := NULL
) as table
with rejected as (
    select
        dataset,
        column_name,
        regexp_replace(reason, '''[^'']*''', '…', 'g') as reason_kind,
        path,
        load_id,
        struct_pack(reason := reason, path := path, line := line, raw := raw) as example,
        struct_pack(newest := -load_id, path := path, line := line) as place
    from rejected_rows(of_dataset := of_dataset, in_file := in_file, matching := matching)
),

counted as (
    select
        dataset,
        column_name,
        reason_kind,
        count(*) as rejected,
        count(distinct path) as in_files,
        max(load_id) as newest_load,
        min_by(example, place) as example
    from rejected
    group by dataset, column_name, reason_kind
)

select
    dataset,
    column_name,
    reason_kind,
    rejected,
    in_files,
    newest_load,
    example.reason as example_reason,
    example.path as example_path,
    example.line as example_line,
    example.raw as example_raw
from counted
order by rejected desc, dataset, column_name, reason_kind;
