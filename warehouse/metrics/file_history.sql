-- Every file that came in and what became of it, newest first.
-- grain: one row per file and load
-- param of_dataset VARCHAR = NULL: only this dataset; NULL means all
-- param of_status VARCHAR = NULL: loaded, rejected, duplicate or retracted; NULL means all
-- column loaded_at TIMESTAMP [UTC] "Taken up": when the loader took it up
-- column path VARCHAR "File": the file, below the incoming folder
-- column dataset VARCHAR: the dataset that its header or name gave; NULL where none fits
-- column status VARCHAR "Fate": loaded; rejected (the whole file); duplicate (the same bytes again); retracted
-- column reason VARCHAR "Why": why it was not loaded, or was taken back
-- column rows_read BIGINT [rows]: rows counted in it
-- column rows_loaded BIGINT [rows]: rows taken
-- column rows_rejected BIGINT [rows]: rows rejected
-- column bytes BIGINT [bytes] "Size": its size as stored
-- column load_id BIGINT "Load": the load that took it up
-- column read_as VARCHAR "Read as": encoding, delimiter, compression, header or none, columns ignored
-- column source_id VARCHAR: sha256 of its bytes as stored
-- column retracted_by BIGINT "Taken back by": the load that took it back; its rows count nowhere
create or replace macro file_history(of_dataset := NULL, of_status := NULL) as table
select
    loaded_at,
    path,
    dataset,
    status,
    reason,
    rows_read,
    rows_loaded,
    rows_rejected,
    bytes,
    load_id,
    read_as,
    source_id,
    retracted_by
from files
where
    (of_dataset is null or dataset = of_dataset)
    and (of_status is null or status = of_status)
order by load_id desc, path;
