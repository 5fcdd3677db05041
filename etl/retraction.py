"""Files taken back: which are meant, and the lake without their rows (METRICS.md, section 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from etl import lake
from etl.lake import ParquetFile
from etl.ledger import Retraction
from etl.plan import Load
from warehouse.database import attached


class NotLoaded(ValueError):
    """There is no file to take back; the text says what is known of it."""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file whose rows count: one loaded row of `files`."""

    source_id: str
    path: str
    dataset: str
    load_id: int

    @property
    def condition(self) -> str:
        """Its rows in the lake, as SQL; two customers may have sent the same bytes."""
        path = self.path.replace("'", "''")
        whose = f" and path = '{path}'" if self.dataset == "customers" else ""
        return f"(source_id = '{self.source_id}'{whose})"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a load takes out of the lake: `parquet` (below `folder`) stands for the `removed`."""

    folder: Path
    retractions: list[Retraction] = field(default_factory=list)
    parquet: list[ParquetFile] = field(default_factory=list)
    removed: list[ParquetFile] = field(default_factory=list)


def find(connection: duckdb.DuckDBPyConnection, current: Path, target: str) -> list[LoadedFile]:
    """The loaded files of a path below incoming or a source id. Raises NotLoaded."""
    with attached(connection, current, read_only=True):
        rows = connection.execute(
            "select source_id, path, dataset, load_id, status, reason from files "
            "where path = $1 or source_id = $1 order by load_id, path",
            [target],
        ).fetchall()
    if found := [LoadedFile(*row[:4]) for row in rows if row[4] == "loaded"]:
        return found
    if not rows:
        raise NotLoaded(f"no file has the path or source id {target!r}")
    *_, load_id, status, reason = rows[-1]
    raise NotLoaded(f"{target} does not count: it was {status} in load {load_id} ({reason})")


def take_back(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    current: Path,
    load: Load,
    asked: Iterable[tuple[LoadedFile, str]],
) -> TakenBack:
    """Write anew, without their rows, the files of the lake that hold rows of the files `asked`
    for, each with why. Raises lake.Damaged."""
    found = TakenBack(load.folder / "taken_back")
    once = {(file.source_id, file.path): (file, why) for file, why in asked}
    gone: dict[str, list[LoadedFile]] = {}
    for file, why in once.values():
        found.retractions.append(Retraction(file.source_id, file.path, why, load.load_id))
        gone.setdefault(file.dataset, []).append(file)
    for dataset, files in gone.items():
        _take_out(connection, data, current, load, dataset, files, found)
    return found


def _take_out(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    current: Path,
    load: Load,
    dataset: str,
    files: list[LoadedFile],
    found: TakenBack,
) -> None:
    theirs = " or ".join(file.condition for file in files)
    for stored in holding(connection, current, dataset, {file.load_id for file in files}):
        path = lake.parquet(data / stored.path)
        held = connection.execute(f"select 1 from {path} where {theirs} limit 1").fetchone()
        if not held:
            continue
        found.removed.append(stored)
        part = f"back{len(found.removed)}"
        left = f"from stored where not ({theirs})"
        if anew := lake.write_anew(
            connection, data, found.folder, [stored], left, load.load_id, part
        ):
            found.parquet.append(anew)


def holding(
    connection: duckdb.DuckDBPyConnection, current: Path, dataset: str, loads: set[int]
) -> list[ParquetFile]:
    """The files of the lake that may hold rows of these loads."""
    with attached(connection, current, read_only=True):
        rows = connection.execute(
            "select path, dataset, day, rows, bytes, sha256, load_id, newest_at, first_load_id "
            "from parquet_files where dataset = $1 and len(list_filter($2, lambda one: "
            "one between coalesce(first_load_id, load_id) and load_id)) > 0 order by day, path",
            [dataset, sorted(loads)],
        ).fetchall()
    return [ParquetFile(*row) for row in rows]
