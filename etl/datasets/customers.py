"""One row of a customer's own table: up to five cells as text, and its instant if it has one.

Which cells a file has is the customer's choice; etl/customers.py reads it from the first file.
"""

from etl.datasets.spec import Column, Dataset
from etl.fields import TEXT, TIMESTAMP

DATASET = Dataset(
    name="customers",
    columns=(
        Column("customer_id", TEXT),
        Column("path", TEXT),
        *(Column(f"c{number}", TEXT, required=False) for number in range(1, 6)),
        Column("row_at", TIMESTAMP, required=False),
    ),
    by_folder=True,
)
