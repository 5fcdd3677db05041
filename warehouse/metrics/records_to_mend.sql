-- Rejected records of one kind of reason, as a file in which `raw` can be mended.
-- grain: one row per rejected record, newest load first
-- param of_dataset VARCHAR = NULL: only files of this dataset; NULL means all
-- param of_column VARCHAR = NULL: only where this column is at fault; empty: the line as a whole; NULL: all
-- param of_kind VARCHAR = NULL: only this kind of reason, as rejected_reasons says it; NULL means all
-- column source_id VARCHAR: sha256 of the file's bytes as stored
-- column path VARCHAR "File": the file, below the incoming folder
-- column line BIGINT: the physical line that the record begins on; the first line of a file is 1
-- column raw VARCHAR "The line in the file": the record as it stands in the file
-- column reason VARCHAR "Why": why it was rejected
create or replace macro records_to_mend(
    of_dataset := NULL, of_column := NULL, of_kind := NULL
) as table
select
    source_id,
    path,
    line,
    raw,
    reason
from rejected_rows(of_dataset := of_dataset)
where
    (of_column is null or coalesce(column_name, '') = of_column)
    and (of_kind is null or regexp_replace(reason, '''[^'']*''', '…', 'g') = of_kind)
order by load_id desc, path, line;
