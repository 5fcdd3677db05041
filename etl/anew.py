"""Files of the lake that a load writes anew: rows are taken out of them or read again, or small
files become one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from etl import lake
from etl.lake import ParquetFile
from etl.plan import Load
from warehouse import working_copy
from warehouse.database import attached


@dataclass(slots=True)
class Anew:
    """What stands for files of the lake after a load; it waits below the load's folder to be moved.

    `removed` are the files that it stands for, by their path; `touched` the datasets and days of
    which rows are others now.
    """

    data: Path
    load: Load
    removed: dict[str, ParquetFile] = field(default_factory=dict)
    touched: set[tuple[str, dt.date]] = field(default_factory=set)
    _written: dict[str, ParquetFile | None] = field(default_factory=dict, init=False)
    _count: int = field(default=0, init=False)

    @property
    def folder(self) -> Path:
        return self.load.folder / "anew"

    @property
    def load_id(self) -> int:
        return self.load.load_id

    @property
    def parquet(self) -> list[ParquetFile]:
        """The files written, as far as any row is left."""
        return [file for file in self._written.values() if file]

    def table(self, file: ParquetFile) -> str | None:
        """A file as the load has left it so far, as a table in SQL; None without rows."""
        root, now = self._now(file)
        if now is file:
            working_copy.fetch(self.data, {file.path: file.sha256})
        return lake.parquet(root / now.path) if now else None

    def write(self, connection: duckdb.DuckDBPyConnection, file: ParquetFile, rows: str) -> None:
        """Write a file anew: `rows` is a select from `stored`. Raises lake.Damaged."""
        root, now = self._now(file)
        if now is None:
            return
        self._written[file.path] = self._made(connection, root, [now], rows)
        self.removed[file.path] = file
        self.touched.add((file.dataset, file.day))

    def join(self, connection: duckdb.DuckDBPyConnection, files: Sequence[ParquetFile]) -> None:
        """Write files of one dataset and day, of which none was written anew, as one with the same
        rows. Raises lake.Damaged."""
        first, *others = files
        self._written[first.path] = self._made(connection, self.data, files, "from stored")
        self._written |= {file.path: None for file in others}
        self.removed |= {file.path: file for file in files}

    def drop(self, file: ParquetFile) -> None:
        """Leave a file out of the lake, with all its rows."""
        self._written[file.path] = None
        self.removed[file.path] = file
        self.touched.add((file.dataset, file.day))

    def _made(
        self,
        connection: duckdb.DuckDBPyConnection,
        root: Path,
        files: Sequence[ParquetFile],
        rows: str,
    ) -> ParquetFile | None:
        self._count += 1
        name = f"{self.load.name}_anew{self._count}"
        return lake.write_anew(connection, root, self.folder, files, rows, self.load_id, name)

    def _now(self, file: ParquetFile) -> tuple[Path, ParquetFile | None]:
        if file.path in self._written:
            return self.folder, self._written[file.path]
        return self.data, file


def holding(
    connection: duckdb.DuckDBPyConnection, current: Path, dataset: str, loads: Iterable[int]
) -> list[ParquetFile]:
    """The files of the lake, as the generation `current` lists it, that may hold rows of loads."""
    with attached(connection, current, read_only=True):
        rows = connection.execute(
            "select path, dataset, day, rows, bytes, sha256, load_id, newest_at, first_load_id "
            "from parquet_files where dataset = $1 and len(list_filter($2, lambda one: "
            "one between coalesce(first_load_id, load_id) and load_id)) > 0 order by day, path",
            [dataset, sorted(set(loads))],
        ).fetchall()
    return [ParquetFile(*row) for row in rows]
