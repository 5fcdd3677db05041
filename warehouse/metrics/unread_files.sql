-- What lies below the incoming folder and is not read, and what to do about it.
-- grain: one row per file that was there at the newest load
-- column path VARCHAR "File": the file, below the incoming folder
-- column reason VARCHAR "Why": why it is not read, and what to do
-- column bytes BIGINT [bytes] "Size": its size
-- column load_id BIGINT "Load": the load that noticed it
create or replace macro unread_files() as table
with newest as (
    select path, reason, bytes, load_id
    from unread_changes
    qualify row_number() over (partition by path order by load_id desc) = 1
)

select path, reason, bytes, load_id
from newest
where reason is not null
order by path;
