"""One poll of one store: was it active at that instant?"""

from etl.datasets.spec import Column, Dataset
from etl.fields import IDENTIFIER, STORE_STATUS, TIMESTAMP

DATASET = Dataset(
    name="store_status",
    columns=(
        Column("store_id", IDENTIFIER),
        Column("timestamp_utc", TIMESTAMP),
        Column("status", STORE_STATUS),
    ),
    day_column="timestamp_utc",
    happened=True,
    subject="store_id",
)
