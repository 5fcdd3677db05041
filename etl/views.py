"""The datasets as views over files of the lake, as marts read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from etl.datasets import Dataset
from warehouse import working_copy
from warehouse.database import glob_literal, literal


class LakeFile(NamedTuple):
    """What is asked of a row of `parquet_files`."""

    day: dt.date
    path: str
    rows: int
    sha256: str


def files(connection: duckdb.DuckDBPyConnection, dataset: str) -> list[LakeFile]:
    """The files of a dataset, by day."""
    rows = connection.execute(
        "select day, path, rows, sha256 from parquet_files where dataset = ? order by day, path",
        [dataset],
    )
    return [LakeFile(*row) for row in rows.fetchall()]


def view_sql(create: str, dataset: Dataset, data: Path, files: Sequence[LakeFile]) -> str:
    """A view of these files, under the dataset's name."""
    return f'{create} "{dataset.name}" as {rows_sql(dataset, data, files)}'


def rows_sql(dataset: Dataset, data: Path, files: Sequence[LakeFile]) -> str:
    """The rows of these files: the dataset's columns, for each instant `<instant>_us` and
    `<instant>_day_number` (from 1970-01-01), source, line and day."""
    names = ", ".join(f'"{c.name}"::{c.field.sql_type} as "{c.name}"' for c in dataset.columns)
    instants = "".join(
        f', epoch_us("{column.name}") as {column.name}_us'
        f", (\"{column.name}\"::date - date '1970-01-01')::bigint as {column.name}_day_number"
        for column in dataset.columns
        if column.field.sql_type == "TIMESTAMP"
    )
    if files:
        working_copy.stand_in(data, {file.path: file.sha256 for file in files})
        lake_folder = data.resolve()
        listed = ", ".join(literal(Path(glob_literal(lake_folder / file.path))) for file in files)
        source = _lake_sql(listed, is_partitioned="=" not in str(lake_folder))
    else:
        typed = ", ".join(f'null::{c.field.sql_type} as "{c.name}"' for c in dataset.columns)
        source = (
            f"(select {typed}, null::varchar as source_id, null::bigint as line, "
            "null::date as day where false)"
        )
    columns = f"{names}, source_id, line::bigint as line, day{instants}"
    return f"select {columns} from {source}"


def _lake_sql(listed: str, is_partitioned: bool) -> str:
    """Lake files with their day; a folder like a=b above the lake would be taken for a partition,
    so there the day is read off each file's own folder."""
    if is_partitioned:
        return f"read_parquet([{listed}], hive_partitioning = true, hive_types = {{'day': DATE}})"
    return (
        "(select *, regexp_extract(filename, 'day=([^/]*)/[^/]*$', 1)::date as day "
        f"from read_parquet([{listed}], hive_partitioning = false, filename = true))"
    )
