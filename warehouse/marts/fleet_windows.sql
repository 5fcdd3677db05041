-- The lengths of windows for which the devices online are kept ready.
-- grain: one row per length in days
-- reads:
-- recompute: all
with lengths (length_days) as (
    values (1), (7), (28)
)

select cast(length_days as bigint) as length_days
from lengths
