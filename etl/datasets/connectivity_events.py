"""A device connected to a server or left it. The real file has no header line."""

from etl.datasets.spec import Column, Dataset
from etl.fields import BOOLEAN, IDENTIFIER, TIMESTAMP

DATASET = Dataset(
    name="connectivity_events",
    columns=(
        Column("timestamp", TIMESTAMP),
        Column("device_id", IDENTIFIER),
        Column("user_id", IDENTIFIER),
        Column("server_id", IDENTIFIER),
        Column("connected", BOOLEAN),
    ),
    day_column="timestamp",
    happened=True,
    subject="device_id",
)
