-- online_server_totals: server {0} cut off more intervals than it carried
select server_id from online_server_totals where cut_off_intervals > intervals;
