"""The heavy SQL of warehouse/marts, run over the days that changed, in the order of its reads.

A mart is one portable select. Its inputs are views named like the datasets; while a batch of days
is computed, temporary views and tables of those days stand in front of the stored ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import duckdb

from etl import lake
from etl.datasets import Dataset, datasets
from etl.mart import Mart, marts
from warehouse.database import glob_literal, insert, literal

BATCH_ROWS = 800_000
WORKERS = 2

Changes = Mapping[str, Collection[dt.date]]


class _File(NamedTuple):
    """What is asked of a row of `parquet_files`."""

    day: dt.date
    path: str
    rows: int
    sha256: str


def create(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Make the views of the datasets, without rows as yet, and every mart of what is there."""
    made = marts()  # which fails with a clear word before anything is there
    for dataset in datasets().values():
        connection.execute(_view_sql("create view", dataset, data, []))
    for mart in made.values():
        _recompute_all(connection, mart)


def recompute(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    changed: Changes,
    rejecting: Collection[str] = (),
) -> None:
    """Bring every mart up to date with the lake as the ledger lists it.

    `changed` gives the touched days per dataset, none where only its files are others; of the
    datasets in `rejecting` rows were rejected. Raises Damaged where a file that has to be read is
    not as it was written.
    """
    changed = {name: days for name, days in changed.items() if name in datasets()}
    stale = _stale(changed, rejecting)
    by_day = [mart for mart in stale if mart.by_day]
    whole = {root for mart in stale if not mart.by_day for root in mart.roots()}
    files = {name: _files(connection, name) for name in sorted(whole | set(changed))}
    for name in changed:
        view = _view_sql("create or replace view", datasets()[name], data, files[name])
        connection.execute(view)
    for name, listed in files.items():
        read = [file for file in listed if name in whole or file.day in changed[name]]
        lake.check(data, {file.path: file.sha256 for file in read})
    for root in sorted({root for mart in by_day for root in mart.roots()}):
        chain = [mart for mart in by_day if root in mart.roots()]
        due = [file for file in files[root] if file.day in changed[root]]
        _recompute_days(connection, data, datasets()[root], chain, due, changed[root])
    for mart in stale:
        if not mart.by_day:
            _recompute_all(connection, mart)


def _files(connection: duckdb.DuckDBPyConnection, dataset: str) -> list[_File]:
    """The files of a dataset, by day."""
    rows = connection.execute(
        "select day, path, rows, sha256 from parquet_files where dataset = ? order by day, path",
        [dataset],
    )
    return [_File(*row) for row in rows.fetchall()]


def _stale(changed: Changes, rejecting: Collection[str]) -> list[Mart]:
    """A mart that reads `rejects` goes by those of the datasets that it reads."""
    touched = {name for name, days in changed.items() if days}
    stale = []
    for mart in marts().values():
        also = rejecting if "rejects" in mart.reads else ()
        if touched.union(also) & set(mart.reads):
            touched.add(mart.name)
            stale.append(mart)
    return stale


def _recompute_all(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    if not mart.is_python:
        connection.execute(f"create or replace table {mart.name} as {mart.definition}")
        return
    module = mart.module()
    columns = ", ".join(f"{column} {sql_type}" for column, sql_type in module.COLUMNS.items())
    connection.execute(f"create or replace table {mart.name} ({columns})")
    insert(connection, mart.name, module.build(connection))


def _recompute_days(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    dataset: Dataset,
    chain: list[Mart],
    files: list[_File],
    days: Collection[dt.date],
) -> None:
    """The chain's rows of these days, of which `files` are, computed batch by batch beside the
    database file, then put into it.

    The workers see what was committed before this build, so that such marts read nothing but
    their dataset and each other.
    """
    with connection.cursor() as cursor:  # a transaction writes to one database only
        cursor.execute("attach if not exists ':memory:' as computed")
        for mart in chain:
            stored = f'"{_file(connection)}".{mart.name}'
            cursor.execute(f"create or replace table computed.{mart.name} as from {stored} limit 0")
    views = [_view_sql("create temp view", dataset, data, batch) for batch in _batches(files)]

    def compute(view: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(view)
            for mart in chain:
                if any(mart.name in later.reads for later in chain):
                    cursor.execute(f"create temp table {mart.name} as {mart.definition}")
                    cursor.execute(f"insert into computed.{mart.name} from temp.{mart.name}")
                else:
                    cursor.execute(f"insert into computed.{mart.name} {mart.definition}")

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(compute, views))
    for mart in chain:
        connection.execute(f"delete from {mart.name} where day = any(?)", [sorted(days)])
        connection.execute(f"insert into {mart.name} from computed.{mart.name}")


def _file(connection: duckdb.DuckDBPyConnection) -> str:
    """The name of the database in use."""
    row = connection.execute("select current_database()").fetchone()
    assert row is not None
    return str(row[0])


def _batches(files: list[_File]) -> Iterable[list[_File]]:
    """Whole days in order, in groups large enough to be worth their statements."""
    batch: list[_File] = []
    held = 0
    for _, same_day in groupby(files, key=lambda file: file.day):
        day = list(same_day)
        count = sum(file.rows for file in day)
        if batch and held + count > BATCH_ROWS:
            yield batch
            batch, held = [], 0
        batch += day
        held += count
    if batch:
        yield batch


def _view_sql(create: str, dataset: Dataset, data: Path, files: list[_File]) -> str:
    """A view of these files: the dataset's columns, for each instant `<instant>_us` and
    `<instant>_day_number` (from 1970-01-01), source, line and day."""
    names = ", ".join(f'"{c.name}"::{c.field.sql_type} as "{c.name}"' for c in dataset.columns)
    instants = "".join(
        f', epoch_us("{column.name}") as {column.name}_us'
        f", (\"{column.name}\"::date - date '1970-01-01')::bigint as {column.name}_day_number"
        for column in dataset.columns
        if column.field.sql_type == "TIMESTAMP"
    )
    if files:
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
    return f'{create} "{dataset.name}" as select {columns} from {source}'


def _lake_sql(listed: str, is_partitioned: bool) -> str:
    """Lake files with their day; a folder like a=b above the lake would be taken for a partition,
    so there the day is read off each file's own folder."""
    if is_partitioned:
        return f"read_parquet([{listed}], hive_partitioning = true, hive_types = {{'day': DATE}})"
    return (
        "(select *, regexp_extract(filename, 'day=([^/]*)/[^/]*$', 1)::date as day "
        f"from read_parquet([{listed}], hive_partitioning = false, filename = true))"
    )
