-- online_observation: {0} rows where one is expected
select count(*) as row_count from online_observation having count(*) <> 1;

-- online_observation: it begins after it ends
select begin_us from online_observation where begin_us > end_us;
