"""One opening span of a store on a weekday (0 is Monday), in its own local time; without times the
day is closed."""

from etl.datasets.spec import Column, Dataset
from etl.fields import IDENTIFIER, OPENING_TIME, WEEKDAY

DATASET = Dataset(
    name="business_hours",
    columns=(
        Column("store_id", IDENTIFIER),
        Column("weekday", WEEKDAY, aliases=("day", "dayOfWeek")),
        Column("start_seconds", OPENING_TIME, required=False, aliases=("start_time_local",)),
        Column("end_seconds", OPENING_TIME, required=False, aliases=("end_time_local",)),
    ),
    together=("start_seconds", "end_seconds"),
    subject="store_id",
)
