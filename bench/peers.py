"""The plain load of one health-report CSV by each tool: read, partition by day, and aggregate.

Run as `python bench/peers.py <tool> <csv> <out>`, one process a tool, so that each starts cold and
its memory is its own. None of them checks rows, keeps lines or publishes anything.
"""

from __future__ import annotations

import sys
from pathlib import Path

COLUMNS = {"timestamp": "TIMESTAMP", "id": "VARCHAR", "type": "VARCHAR", "status": "VARCHAR"}


def copy(csv: Path, out: Path) -> None:
    """DuckDB's own typed read and partitioned write: the yardstick."""
    import duckdb

    duckdb.execute(
        "copy (select *, timestamp::date as day "
        f"from read_csv(?, header = true, columns = {COLUMNS})) "
        f"to '{out}' (format parquet, partition_by (day), compression zstd)",
        [str(csv)],
    )


def copy_and_aggregate(csv: Path, out: Path) -> None:
    """The same, and the distinct reports per day, device, type and status from what was written."""
    import duckdb

    copy(csv, out)
    duckdb.execute(
        "create table device_days as select day, id, type, status, count(distinct timestamp) as n "
        "from read_parquet(?, hive_partitioning = true) group by all",
        [f"{out}/*/*.parquet"],
    )


def polars(csv: Path, out: Path) -> None:
    """Polars: read, write a Parquet file a day, and the same aggregate without duplicates."""
    import polars as pl

    frame = pl.read_csv(csv, try_parse_dates=True).with_columns(
        pl.col("timestamp").dt.date().alias("day")
    )
    for (day,), part in frame.partition_by("day", as_dict=True).items():
        folder = out / f"day={day}"
        folder.mkdir(parents=True)
        part.drop("day").write_parquet(folder / "0.parquet", compression="zstd")
    frame.unique(["timestamp", "id", "type", "status"]).group_by(
        "day", "id", "type", "status"
    ).len()


def pandas(csv: Path, out: Path) -> None:
    """pandas with PyArrow: read, partitioned write, duplicates dropped, and the aggregate."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = pd.read_csv(csv, parse_dates=["timestamp"], engine="pyarrow")
    frame["day"] = frame["timestamp"].dt.date
    pq.write_to_dataset(
        pa.Table.from_pandas(frame), out, partition_cols=["day"], compression="zstd"
    )
    frame.drop_duplicates().groupby(["day", "id", "type", "status"]).size()


TOOLS = {
    "copy": copy,
    "copy-and-aggregate": copy_and_aggregate,
    "polars": polars,
    "pandas": pandas,
}

if __name__ == "__main__":
    tool, csv_path, out_path = sys.argv[1:]
    TOOLS[tool](Path(csv_path), Path(out_path))
