-- The ranges of fleet sizes, smallest first.
-- grain: one row per range; place counts from 1
-- reads:
-- recompute: all
with sizes (place, fleet_size, least_devices, most_devices) as (
    values
    (1, '1-2', 1, 2),
    (2, '3-9', 3, 9),
    (3, '10-99', 10, 99),
    (4, '100-999', 100, 999),
    (5, '1000+', 1000, 9223372036854775807)
)

select
    place,
    fleet_size,
    least_devices,
    most_devices
from sizes
