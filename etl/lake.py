"""The append-only lake: rows leave staging as Parquet files by day and are never touched again."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from etl.datasets import Dataset, datasets
from etl.stage import Staging

LEDGER = "_loads"


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
    cursor = staging.connection.execute(_copy_sql(spec, folder, load_id, part, today))
    names = [column[0] for column in cursor.description or ()]
    written = [
        _described(spec, dict(zip(names, row, strict=True)), load_id) for row in cursor.fetchall()
    ]
    with ThreadPoolExecutor(4) as pool:
        digests = list(pool.map(_finish, (Path(file.path) for file in written)))
    return [
        replace(file, path=Path(file.path).relative_to(root).as_posix(), sha256=digest)
        for file, digest in zip(written, digests, strict=True)
    ]


def _copy_sql(spec: Dataset, folder: Path, load_id: int, part: str, today: dt.date) -> str:
    day = f'"{spec.day_column}"::date' if spec.day_column else f"date '{today}'"
    target = str(folder).replace("'", "''")
    return f"""
        copy (select *, {day} as day from accepted_{spec.name}) to '{target}' (
            format parquet, compression zstd, partition_by (day), overwrite_or_ignore,
            filename_pattern 'load{part}_{{i}}', return_stats,
            kv_metadata {{load_id: '{load_id}', dataset: '{spec.name}'}}
        )
    """


def _described(spec: Dataset, stats: Mapping[str, Any], load_id: int) -> ParquetFile:
    newest = None
    if spec.day_column:
        column = stats["column_statistics"].get(f'"{spec.day_column}"', {})
        newest = dt.datetime.fromisoformat(column["max"]) if "max" in column else None
    return ParquetFile(
        path=stats["filename"],
        dataset=spec.name,
        day=dt.date.fromisoformat(str(stats["partition_keys"]["day"])),
        rows=stats["count"],
        bytes=stats["file_size_bytes"],
        sha256="",
        load_id=load_id,
        newest_at=newest,
    )


def _finish(path: Path) -> str:
    sync(path)
    return sha256(path)


def move(files: Iterable[ParquetFile], root: Path, data: Path) -> None:
    """Move staged files to their place in the lake and make the moves survive a power cut."""
    touched = {data / "lake"}
    for file in files:
        final = data / file.path
        final.parent.mkdir(parents=True, exist_ok=True)
        os.rename(root / file.path, final)
        touched |= {final.parent, final.parent.parent}
    (data / "lake").mkdir(parents=True, exist_ok=True)
    sync_all(touched)


def sha256(path: Path) -> str:
    with path.open("rb") as stored:
        return hashlib.file_digest(stored, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Make a file's or folder's content survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(paths: Iterable[Path]) -> None:
    """Sync several side by side, since each one waits for the disk."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sync, paths))


def unlisted(lake: Path, listed: set[str]) -> Iterator[Path]:
    """Data files in the lake that no ledger names: what a crash left behind."""
    for path in lake.glob("[!_]*/day=*/*.parquet"):
        if path.relative_to(lake.parent).as_posix() not in listed:
            yield path
