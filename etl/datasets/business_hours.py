"""One opening span of a store on a weekday (0 is Monday), in its own local time."""

from etl.datasets.spec import Column, Dataset
from etl.fields import IDENTIFIER, LOCAL_TIME, WEEKDAY

DATASET = Dataset(
    name="business_hours",
    columns=(
        Column("store_id", IDENTIFIER),
        Column("weekday", WEEKDAY, aliases=("day", "dayOfWeek")),
        Column("start_seconds", LOCAL_TIME, aliases=("start_time_local",)),
        Column("end_seconds", LOCAL_TIME, aliases=("end_time_local",)),
    ),
)
