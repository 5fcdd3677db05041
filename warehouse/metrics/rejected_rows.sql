-- Rows that were rejected: where they stand, why, and the line as it is in the file.
-- grain: one row per rejected physical line, newest load first
-- param of_dataset VARCHAR = NULL: only files of this dataset; NULL means all
-- param in_file VARCHAR = NULL: only this file, by its path below incoming; NULL means all
-- param matching VARCHAR = NULL: only where reason or line contains this text; NULL means all
-- column path VARCHAR "File": the file, below the incoming folder
-- column line BIGINT: the physical line; the first line of a file is 1
-- column column_name VARCHAR "Column": the column that could not be read; NULL for the line as a whole
-- column reason VARCHAR "Why": why it was rejected
-- column raw VARCHAR "The line in the file": the line as it stands in the file
-- column dataset VARCHAR: the file's dataset
-- column load_id BIGINT "Load": the load that rejected it
-- column source_id VARCHAR: sha256 of the file's bytes as stored
create or replace macro rejected_rows(of_dataset := NULL, in_file := NULL, matching := NULL) as table
select
    rejects.path,
    rejects.line,
    rejects.column_name,
    rejects.reason,
    rejects.raw,
    files.dataset,
    rejects.load_id,
    rejects.source_id
from rejects
left join files
    on rejects.source_id = files.source_id
    and rejects.path = files.path
    and rejects.load_id = files.load_id
where
    files.status <> 'retracted'
    and (of_dataset is null or files.dataset = of_dataset)
    and (in_file is null or rejects.path = in_file)
    and (
        matching is null
        or contains(lower(rejects.reason), lower(matching))
        or contains(lower(rejects.raw), lower(matching))
    )
order by rejects.load_id desc, rejects.path, rejects.line;
