"""The append-only lake: rows leave staging as Parquet files by day and are never touched again."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from etl.datasets import Dataset, datasets
from etl.disk import sync, sync_all
from etl.read.stage import Staging
from warehouse import working_copy
from warehouse.bucket import Altered, Gone
from warehouse.database import glob_literal, literal

LEDGER = "_loads"
WRITERS = 2
ROW_GROUP = 122_880
MAX_VISITS = 8
LARGE_DAY = 20_000
SMALL_BYTES = 32 << 20  # files below it may be joined


class Damaged(Exception):
    """A file of the lake is not as it was written, so that nothing may be computed from it."""


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """One file of the lake; `path` is relative to the data folder, `newest_at` is naive UTC."""

    path: str
    dataset: str
    day: dt.date
    rows: int
    bytes: int
    sha256: str
    load_id: int
    newest_at: dt.datetime | None
    first_load_id: int | None = None


def write(
    staging: Staging, dataset: str, root: Path, load_id: int, part: str, today: dt.date
) -> list[ParquetFile]:
    """Write a dataset's accepted rows below `root`/lake, synced, where they wait to be moved.

    `part` makes the file names of a load unique.

    `today` partitions the datasets whose rows carry no instant of their own.
    """
    spec = datasets()[dataset]
    folder = root / "lake" / dataset
    folder.mkdir(parents=True, exist_ok=True)
    days = _days(staging.connection, spec, today)
    copy = partial(_copy, staging, spec, folder, load_id, part)
    with ThreadPoolExecutor(WRITERS) as pool:
        if _lie_together(staging.connection, spec, len(days)):
            written = [file for files in pool.map(copy, days) for file in files]
        else:
            written = copy(None)
        digests = list(pool.map(_finish, (Path(file.path) for file in written)))
    return [
        replace(file, path=Path(file.path).relative_to(root).as_posix(), sha256=digest)
        for file, digest in zip(written, digests, strict=True)
    ]


def _days(connection: duckdb.DuckDBPyConnection, spec: Dataset, today: dt.date) -> list[dt.date]:
    day = f'"{spec.day_column}"::date' if spec.day_column else f"date '{today}'"
    days = connection.execute(f"select distinct {day} as day from accepted_{spec.name} order by 1")
    return [row[0] for row in days.fetchall()]


def _lie_together(connection: duckdb.DuckDBPyConnection, spec: Dataset, days: int) -> bool:
    """Are days large, and can each be picked out without reading all staged rows each time?

    The database skips the row groups whose least and greatest instant are of other days.
    """
    if not spec.day_column or days <= 1:
        return True
    row = connection.execute(
        "select sum(last - first + 1), count(*) from (select "
        f'min("{spec.day_column}")::date as first, max("{spec.day_column}")::date as last '
        f"from staged_{spec.name} where raw is null group by rowid // {ROW_GROUP})"
    ).fetchone()
    assert row is not None
    visits, row_groups = row
    return bool(row_groups * ROW_GROUP >= days * LARGE_DAY and visits <= MAX_VISITS * row_groups)


def _copy(
    staging: Staging,
    spec: Dataset,
    folder: Path,
    load_id: int,
    part: str,
    day: dt.date | None,
) -> list[ParquetFile]:
    """Write the rows of one day; without `day` all rows, each to its own day."""
    columns, condition, target, options = "*", "", folder, ""
    if day is None:
        columns = f'*, "{spec.day_column}"::date as day'
        options = f"partition_by (day), overwrite_or_ignore, filename_pattern 'load{part}_{{i}}', "
    else:
        target = folder / f"day={day}" / f"load{part}_0.parquet"
        target.parent.mkdir(exist_ok=True)
    if day and spec.day_column:
        condition = (
            f"where \"{spec.day_column}\" >= date '{day}' "
            f"and \"{spec.day_column}\" < date '{day}' + interval 1 day"
        )
    with staging.reader() as cursor:
        cursor.execute(
            f"copy (select {columns} from accepted_{spec.name} {condition}) to {literal(target)} ("
            f"format parquet, parquet_version v2, compression zstd, {options}return_stats, "
            f"kv_metadata {{load_id: '{load_id}', dataset: '{spec.name}'}})"
        )
        names = [column[0] for column in cursor.description or ()]
        written = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [_described(spec, stats, load_id) for stats in written]


def write_anew(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    root: Path,
    files: Sequence[ParquetFile],
    rows: str,
    load_id: int,
    part: str,
) -> ParquetFile | None:
    """Write what `rows`, a condition or more behind `from stored`, leaves of files of one dataset
    and day, in their order, below `root`/lake, synced; None where that is nothing.

    Raises Damaged where one of them is not as it was written.
    """
    check(data, {file.path: file.sha256 for file in files})
    first = files[0]
    spec = datasets()[first.dataset]
    name = f"load{part}_0.parquet"
    target = root / "lake" / first.dataset / f"day={first.day}" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    stored = parquet(*(data / file.path for file in files))
    found = connection.execute(
        f"copy (with stored as (from {stored}) {rows}) "
        f"to {literal(target)} (format parquet, parquet_version v2, compression zstd, "
        f"return_stats, kv_metadata {{load_id: '{load_id}', dataset: '{spec.name}'}})"
    )
    names = [column[0] for column in found.description or ()]
    (stats,) = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    written = _described(spec, stats, load_id)
    if not written.rows:
        target.unlink()
        return None
    return replace(
        written,
        path=target.relative_to(root).as_posix(),
        sha256=_finish(target),
        first_load_id=min(file.first_load_id or file.load_id for file in files),
    )


def _described(spec: Dataset, stats: Mapping[str, Any], load_id: int) -> ParquetFile:
    newest = None
    if spec.day_column:
        column = stats["column_statistics"].get(f'"{spec.day_column}"', {})
        newest = dt.datetime.fromisoformat(column["max"]) if "max" in column else None
    path = Path(stats["filename"])
    return ParquetFile(
        path=str(path),
        dataset=spec.name,
        day=dt.date.fromisoformat(path.parent.name.removeprefix("day=")),
        rows=stats["count"],
        bytes=stats["file_size_bytes"],
        sha256="",
        load_id=load_id,
        newest_at=newest,
    )


def _finish(path: Path) -> str:
    sync(path)
    return sha256(path)


def move(files: Iterable[tuple[Path, ParquetFile]], data: Path) -> None:
    """Move staged files, each with the folder that its path is relative to, to their place in the
    lake and make the moves survive a power cut."""
    touched = {data / "lake"}
    for root, file in files:
        final = data / file.path
        final.parent.mkdir(parents=True, exist_ok=True)
        os.rename(root / file.path, final)
        touched |= {final.parent, final.parent.parent}
    (data / "lake").mkdir(parents=True, exist_ok=True)
    sync_all(touched)


def parquet(*paths: Path) -> str:
    """Files of the lake as a table in SQL."""
    listed = ", ".join(literal(Path(glob_literal(path))) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def sha256(path: Path) -> str:
    with path.open("rb") as stored:
        return hashlib.file_digest(stored, "sha256").hexdigest()


def check(data: Path, digests: Mapping[str, str]) -> None:
    """Raise Damaged unless every file has its sha256; a working copy fetches what it lacks."""
    try:
        working_copy.fetch(data, digests)
    except (Altered, Gone) as wrong:
        raise Damaged(f"{wrong}; put it back from a backup") from wrong
    harmed = {name: digests[name] for name, _ in faults(data, digests)}
    working_copy.fetch(data, harmed, again=True)
    for name, fault in faults(data, harmed):
        raise Damaged(
            f"{name} {fault}; put it back from a backup, or move {os.fspath(data)!r} away and load "
            "the incoming folder anew"
        )


def faults(data: Path, digests: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The files that are not as they were written, and what is wrong: bits that flip in Parquet
    read as other data without any error."""

    def fault(name: str) -> str | None:
        try:
            is_same = sha256(data / name) == digests[name]
        except OSError as unreadable:
            return f"cannot be read ({unreadable.strerror})"
        return None if is_same else "was changed after it was written: its sha256 is another"

    with ThreadPoolExecutor(2) as pool:
        for name, wrong in zip(digests, pool.map(fault, digests), strict=True):
            if wrong:
                yield name, wrong


def unlisted(lake: Path, listed: set[str]) -> Iterator[Path]:
    """Data files in the lake that no ledger names: what a crash left behind."""
    for path in lake.glob("[!_]*/day=*/*.parquet"):
        if path.relative_to(lake.parent).as_posix() not in listed:
            yield path
