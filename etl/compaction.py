"""Small files of one dataset and day become one, so that the lake has few files however often it
is loaded. Rows keep their source and line; nothing that is computed from them changes."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path

import duckdb

from etl import lake
from etl.anew import Anew
from etl.lake import ParquetFile
from etl.ledger import DayDropped
from warehouse.database import attached

SETTING = "FLEETPULSE_COMPACT_FILES"
USUAL = 32
# What one load writes anew at most, so that no load takes long.
MOST_FILES = 1_000
MOST_BYTES = 64 << 20


def setting() -> int:
    """How many small files a day may have; 0 is any number. Raises ValueError for no number."""
    text = os.environ.get(SETTING) or str(USUAL)
    if not text.isdecimal():
        raise ValueError(f"{SETTING} is {text!r}, which is no number of files")
    return int(text)


def due(
    connection: duckdb.DuckDBPyConnection, current: Path, more_than: int
) -> list[list[ParquetFile]]:
    """The small files of days that have more of them, fullest days first, as much as one load may
    write anew. `current` is the generation that lists them."""
    with attached(connection, current, read_only=True):
        rows = connection.execute(
            "with small as (select *, count(*) over (partition by dataset, day) as many "
            "from parquet_files where bytes < $1), "
            "bounded as (select *, row_number() over in_order as place, "
            "sum(bytes) over in_order as held from small where many > $2 "
            "window in_order as (order by many desc, dataset, day, load_id, path "
            "rows between unbounded preceding and current row)) "
            "select path, dataset, day, rows, bytes, sha256, load_id, newest_at, first_load_id "
            "from bounded where place <= $3 and held <= $4 "
            "order by many desc, dataset, day, load_id, path",
            [lake.SMALL_BYTES, more_than, MOST_FILES, MOST_BYTES],
        ).fetchall()
    files = [ParquetFile(*row) for row in rows]
    groups = [list(group) for _, group in groupby(files, lambda file: (file.dataset, file.day))]
    return [group for group in groups if len(group) > 1]


def old(connection: duckdb.DuckDBPyConnection, current: Path, keep_days: int) -> list[ParquetFile]:
    """The files of days more than `keep_days` before the newest day of their dataset. Only where
    rows have an instant: hours, zones and servers are of no day."""
    with attached(connection, current, read_only=True):
        rows = connection.execute(
            "with aged as (select *, max(day) over (partition by dataset) - day as age "
            "from parquet_files where newest_at is not null) "
            "select path, dataset, day, rows, bytes, sha256, load_id, newest_at, first_load_id "
            "from aged where age >= $1 order by dataset, day, path",
            [keep_days],
        ).fetchall()
    return [ParquetFile(*row) for row in rows]


def drop(
    connection: duckdb.DuckDBPyConnection, anew: Anew, files: list[ParquetFile]
) -> list[DayDropped]:
    """Leave these files out of the lake; returns what they held. Raises lake.Damaged."""
    dropped = []
    for file in files:
        lake.check(anew.data, {file.path: file.sha256})
        held = connection.execute(
            f"select source_id::varchar, count(*) from {anew.table(file)} group by 1 order by 1"
        ).fetchall()
        anew.drop(file)
        dropped += [
            DayDropped(file.dataset, file.day, source_id, rows, anew.load_id)
            for source_id, rows in held
        ]
    return dropped


def compact(
    connection: duckdb.DuckDBPyConnection, anew: Anew, groups: list[list[ParquetFile]]
) -> int:
    """Write each group as one file; returns how many files were joined. Raises lake.Damaged."""
    joined = 0
    for files in groups:
        if not any(file.path in anew.removed for file in files):
            anew.join(connection, files)
            joined += len(files)
    return joined
