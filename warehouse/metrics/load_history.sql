-- Every run of the loader that published something, newest first.
-- grain: one row per load
-- param top_loads INTEGER = NULL: how many of the newest loads; NULL means all
-- column load_id BIGINT "Load": the load's number
-- column started_at TIMESTAMP [UTC] "Started": when it began
-- column seconds DOUBLE [s] .1 "Took": until its numbers were ready; reading and writing only, where the warehouse was made anew since
-- column files_loaded BIGINT [files]: files taken
-- column files_rejected BIGINT [files]: files rejected whole
-- column files_duplicate BIGINT [files] "Duplicates": files whose bytes were loaded before
-- column rows_read BIGINT [rows]: rows in those files
-- column rows_loaded BIGINT [rows]: rows taken
-- column rows_rejected BIGINT [rows]: rows rejected
-- column files_retracted BIGINT [files] "Taken back": files of earlier loads that it took back
create or replace macro load_history(top_loads := NULL) as table
select
    loads.load_id,
    loads.started_at,
    coalesce(epoch(publications.published_at - loads.started_at), loads.seconds) as seconds,
    files_loaded,
    files_rejected,
    files_duplicate,
    rows_read,
    rows_loaded,
    rows_rejected,
    coalesce(files_retracted, 0) as files_retracted
from loads
left join publications on loads.load_id = publications.load_id
qualify top_loads is null or row_number() over (order by loads.load_id desc) <= top_loads
order by loads.load_id desc;
