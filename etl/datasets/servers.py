"""A server's life. An empty or absent destroyed_at: it still lives."""

from etl.datasets.spec import Column, Dataset
from etl.fields import IDENTIFIER, TIMESTAMP

DATASET = Dataset(
    name="servers",
    columns=(
        Column("id", IDENTIFIER),
        Column("created_at", TIMESTAMP),
        Column("destroyed_at", TIMESTAMP, required=False, may_be_absent=True),
    ),
    subject="id",
)
