-- store_zones: the days of {0} end before they begin
select zone from store_zones where last_day < first_day;
