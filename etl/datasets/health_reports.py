"""One report from one device: when, which, of what type, in what status."""

from etl.datasets.spec import Column, Dataset
from etl.fields import IDENTIFIER, TEXT, TIMESTAMP

DATASET = Dataset(
    name="health_reports",
    columns=(
        Column("timestamp", TIMESTAMP),
        Column("id", IDENTIFIER),
        Column("type", TEXT),
        Column("status", TEXT),
    ),
    day_column="timestamp",
    happened=True,
    subject="id",
)
