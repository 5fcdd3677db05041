"""The IANA time zone that a store lives in."""

from etl.datasets.spec import Column, Dataset
from etl.fields import IDENTIFIER, ZONE

DATASET = Dataset(
    name="store_timezones",
    columns=(Column("store_id", IDENTIFIER), Column("timezone_str", ZONE)),
    subject="store_id",
)
