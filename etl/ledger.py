"""What came in and what became of it: kept beside the lake per load, and in every generation.

Each load leaves one folder `lake/_loads/<load_id>/` with a Parquet file per ledger table. The
tables in a generation are those folders read in order, so that the DuckDB file can be rebuilt.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import duckdb

from etl.customers import Customer
from etl.disk import sync, sync_all
from etl.lake import LEDGER, SMALL_BYTES, ParquetFile
from warehouse.database import attached, glob_literal, insert, literal

SCHEMA = Path(__file__).with_suffix(".sql").read_text("utf-8")
SETTLE = Path(__file__).with_suffix(".settle.sql").read_text("utf-8")

# The tables with what orders their rows, where they do not come in order.
TABLES = {
    "loads": "",
    "files": "",
    "rejects": "path, line",
    "parquet_files": "",
    "parquet_removed": "",
    "days_dropped": "",
    "retractions": "",
    "unread_changes": "",
    "customer_tables": "",
    "customer_uploads": "path",
}

# What a generation knows of itself.
OF_GENERATION = ("generation", "publications")

# Those that a load writes only where it has rows; older versions did not know them.
WHERE_FILLED = ("unread_changes", "parquet_removed", "days_dropped", "retractions")

# Files of the lake that no longer count are deleted once no kept generation names them; where that
# fails, so many later loads try again.
RETRIED = 100

# Those that tasks fill by themselves.
TAKEN = ("rejects", "customer_uploads")


@dataclass(frozen=True, slots=True)
class FileFate:
    """One row of `files`: a file's identity, its status, its counts and how it was read."""

    source_id: str
    path: str
    dataset: str | None
    bytes: int
    status: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    reason: str | None
    load_id: int
    loaded_at: dt.datetime
    read_as: str | None = None
    retracted_by: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """One row of `loads`: a run of the loader that published something; instants are naive UTC."""

    load_id: int
    started_at: dt.datetime
    finished_at: dt.datetime
    seconds: float
    files_loaded: int
    files_rejected: int
    files_duplicate: int
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    files_retracted: int


@dataclass(frozen=True, slots=True)
class UnreadChange:
    """One row of `unread_changes`: what lies below incoming and is not read (no reason: gone)."""

    path: str
    bytes: int
    reason: str | None
    load_id: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is already in the ledger: why files are not read, the customers' tables, what the last
    loads took out of the lake, how many small files the fullest day has, and the newest load.
    Of the files that there are, see `noted` and `loaded`."""

    unread: Mapping[str, str] = field(default_factory=dict)
    customers: Mapping[str, Customer] = field(default_factory=dict)
    removed: Sequence[tuple[str, int]] = ()
    crowd: int = 0
    load_id: int = 0
    definitions: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """One row of `parquet_removed`: a file of the lake that no longer counts."""

    path: str
    load_id: int


@dataclass(frozen=True, slots=True)
class DayDropped:
    """One row of `days_dropped`: what a day that is no longer kept held of a file."""

    dataset: str
    day: dt.date
    source_id: str
    rows: int
    load_id: int


@dataclass(frozen=True, slots=True)
class Retraction:
    """One row of `retractions`: a file that was taken back, and why."""

    source_id: str
    path: str
    reason: str
    load_id: int


Record = (
    Totals | FileFate | ParquetFile | UnreadChange | Customer | Removed | DayDropped | Retraction
)


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, empty, in the database in use."""
    connection.execute(SCHEMA)


def drop(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove what `create` made."""
    for table in (*TABLES, *OF_GENERATION):
        connection.execute(f"drop table {table}")


def known(connection: duckdb.DuckDBPyConnection, path: Path) -> Known:
    """Read the ledger of a generation. Raises duckdb.Error."""
    with attached(connection, path, read_only=True):
        made = connection.execute("select definitions from generation").fetchone()
        top = connection.execute("select coalesce(max(load_id), 0) from loads").fetchone()
        tables = connection.execute("from customer_tables").fetchall()
        unread = connection.execute(
            "select path, last(reason order by load_id) from unread_changes group by path"
        ).fetchall()
        removed = connection.execute(
            "from parquet_removed where load_id > (select max(load_id) from loads) - ?", [RETRIED]
        ).fetchall()
        crowd = connection.execute(
            "select coalesce(max(many), 0) from (select count(*) as many from parquet_files "
            "where bytes < ? group by dataset, day)",
            [SMALL_BYTES],
        ).fetchone()
    return Known(
        unread={path: reason for path, reason in unread if reason},
        customers={row[0]: Customer(*row) for row in tables},
        removed=removed,
        crowd=crowd[0] if crowd else 0,
        load_id=top[0] if top else 0,
        definitions=made[0] if made else "",
    )


def noted(
    connection: duckdb.DuckDBPyConnection, path: Path | None, pairs: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Those of some files, by path and source, that the ledger of a generation has."""
    if path is None or not pairs:
        return set()
    with attached(connection, path, read_only=True):
        rows = connection.execute(
            "select path, source_id from (select unnest($1) as path, unnest($2) as source_id) "
            "semi join files using (path, source_id)",
            [*map(list, zip(*pairs, strict=True))],
        )
        return set(rows.fetchall())


def loaded(
    connection: duckdb.DuckDBPyConnection, path: Path | None, source_ids: Collection[str]
) -> dict[str, list[str]]:
    """The paths under which some sources are loaded, by the ledger of a generation."""
    found: dict[str, list[str]] = {}
    if path is None or not source_ids:
        return found
    with attached(connection, path, read_only=True):
        rows = connection.execute(
            "select source_id, list(path) from files semi join (select unnest(?) as source_id) "
            "using (source_id) where status = 'loaded' group by source_id",
            [[*source_ids]],
        )
        return dict(rows.fetchall())


def listed(connection: duckdb.DuckDBPyConnection, folders: list[Path]) -> set[str]:
    """The lake files that the ledger folders of these loads name."""
    paths = [glob_literal(folder / "parquet_files.parquet") for folder in folders]
    if not paths:
        return set()
    rows = connection.execute(
        "select path from read_parquet(?, hive_partitioning = false)", [paths]
    ).fetchall()
    return {row[0] for row in rows}


def write_taken(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the tables that a task filled by itself into its folder."""
    for table in TAKEN:
        _copy(connection, table, folder)


def write(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    records: Mapping[str, Sequence[Record]],
    taken: Sequence[Path],
) -> None:
    """Write a load's ledger folder: `records` by table, and what lies in the tasks' folders
    `taken`. `connection` is to a database in memory, which is left as it was."""
    folder.mkdir(parents=True)
    create(connection)
    for table, rows in records.items():
        insert(connection, table, [*map(_cells, rows)])
    append(connection, taken, TAKEN)
    for table in TABLES:
        if records.get(table) or table not in WHERE_FILLED:
            _copy(connection, table, folder)
    drop(connection)
    sync_all([*folder.iterdir(), folder])


def _copy(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
    order = TABLES[table]
    rows = f"select * from {table} order by {order}" if order else f"from {table}"
    target = literal(folder / f"{table}.parquet")
    connection.execute(f"copy ({rows}) to {target} (format parquet, compression zstd)")


def _cells(record: Record) -> list[object]:
    return [getattr(record, column.name) for column in fields(record)]


def append(
    connection: duckdb.DuckDBPyConnection, folders: Sequence[Path], tables: Iterable[str] = TABLES
) -> None:
    """Take `tables` of ledger folders into the database in use, in the order given."""
    for table in tables:
        fill(connection, table, table, folders)


def settle(connection: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> None:
    """Carry out what the loads in `folders`, whose tables are there, say about earlier ones."""
    loads = [int(folder.name) for folder in folders]
    found = connection.execute(
        "select 1 from parquet_removed where load_id = any($1) "
        "union all select 1 from retractions where load_id = any($1) "
        "union all select 1 from customer_tables group by customer_id having count(*) > 1 limit 1",
        [loads],
    ).fetchone()
    if found:
        connection.execute(SETTLE)


def fill(
    connection: duckdb.DuckDBPyConnection, target: str, table: str, folders: Sequence[Path]
) -> None:
    """Take one table of ledger folders into `target`, which has its columns.

    A folder that an older version wrote may lack a table or a column, which is then empty.
    """
    paths = [path for folder in folders if (path := folder / f"{table}.parquet").exists()]
    if paths:
        connection.execute(
            f"insert into {target} by name select * from "
            "read_parquet(?, hive_partitioning = false, union_by_name = true)",
            [[*map(glob_literal, paths)]],
        )


def folder(lake: Path, load_id: int) -> Path:
    """The ledger folder of a load."""
    return lake / LEDGER / f"{load_id:06d}"


def folders(lake: Path) -> list[Path]:
    """The ledger folders of all complete loads, oldest first."""
    return sorted(path for path in (lake / LEDGER).glob("[0-9]*") if path.is_dir())


def move(staged: Path, lake: Path, load_id: int) -> Path:
    """Put a load's ledger folder in its place with one rename."""
    final = folder(lake, load_id)
    final.parent.mkdir(parents=True, exist_ok=True)
    os.rename(staged, final)
    sync(final.parent)
    return final
