-- The time zones in use, and the local days whose opening hours can reach a window: a span may
-- begin two local days before it ends, and local days lie up to 14 hours off the UTC days.
-- `/` gives doubles, exact here: without the remainder both are multiples of 2^13 (below 2^53).
-- grain: one row per time zone and stretch of polls; days are numbered from 1970-01-01
-- reads: store_directory, store_observation
-- recompute: whole
select distinct
    store_directory.zone,
    cast(
        (
            store_observation.earliest_us
            - (store_observation.earliest_us % 86400000000 + 86400000000) % 86400000000
        ) / 86400000000 as integer
    ) - 3 as first_day,
    cast(
        (
            store_observation.latest_us
            - (store_observation.latest_us % 86400000000 + 86400000000) % 86400000000
        ) / 86400000000 as integer
    ) + 1 as last_day
from store_observation
cross join store_directory
