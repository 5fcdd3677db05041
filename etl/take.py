"""Taking files in: each becomes staged rows or a reason, and then Parquet with its share of the
ledger.

`take` reads the files of its task, writes into a folder of its own and returns what became of them:
it can run in this process, in another one or elsewhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import duckdb

from etl import customers, ledger, time_columns
from etl.customers import Customer
from etl.lake import ParquetFile, write
from etl.ledger import FileFate
from etl.plan import File, Task
from etl.progress import Progress
from etl.read.batch import Batch, Read
from etl.read.header import Unfit, read_header
from etl.read.ranges import narrow
from etl.read.scan import Unreadable, blank_lines
from etl.read.source import Source, plain
from etl.read.stage import Staging
from warehouse.database import MEMORY, connect


@dataclass(slots=True)
class Taken:
    """What became of a task's files.

    The paths of `parquet` are relative to `folder`, which also holds the tables of the ledger in
    ledger.TAKEN; `tables` are those that customers' files founded or gave a time column, `waiting`
    the paths of files that changed meanwhile and are left for a later run.
    """

    folder: Path
    fates: list[FileFate] = field(default_factory=list)
    parquet: list[ParquetFile] = field(default_factory=list)
    tables: list[Customer] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


def take(
    task: Task,
    progress: Progress | None = None,
    *,
    connection: duckdb.DuckDBPyConnection | None = None,
    memory: str = MEMORY,
    threads: int | None = None,
) -> Taken:
    """Take the files of a task, each with its own fate.

    `connection` is to a database in memory of this process, which saves opening one with `memory`
    and `threads`; it is left as it was.
    """
    folder = task.load.folder / f"{task.number:05d}-{secrets.token_hex(4)}"
    (folder / "spill").mkdir(parents=True)
    if connection is not None:
        return _Taking(task, connection, Taken(folder), progress or Progress()).run()
    with connect(spill=folder / "spill", memory=memory, threads=threads) as own:
        return _Taking(task, own, Taken(folder), progress or Progress()).run()


@dataclass(slots=True)
class _Taking:
    """One task at work: `_batch` waits to be staged together."""

    task: Task
    connection: duckdb.DuckDBPyConnection
    taken: Taken
    progress: Progress
    staging: Staging = field(init=False)
    _batch: Batch = field(default_factory=Batch, init=False)
    _files: dict[str, File] = field(init=False)
    _timeless: dict[str, str | None] = field(default_factory=dict, init=False)

    def run(self) -> Taken:
        self._files = {file.scan.source_id: file for file in self.task.files}
        load = self.task.load
        with (
            ledger_tables(self.connection),
            Staging(
                self.connection,
                self.taken.folder,
                load.load_id,
                load.started,
                sorted(self._files),
            ) as self.staging,
        ):
            for file in self.task.files:
                self._add(file)
            self._stage()
            for name in list(self.staging.staged):
                self._write(name)
            ledger.write_taken(self.connection, self.taken.folder)
        return self.taken

    def _add(self, file: File) -> None:
        """Prepare a file; small ones of one form wait to be staged together."""
        try:
            read = Read(file.arrival, file.scan, self._source(file))
        except (Unfit, Unreadable, OSError) as wrong:
            self._reject(file, wrong)
            return
        if not self._batch.fits(read):
            self._stage()
        self._batch.add(read)

    def _source(self, file: File) -> Source:
        """How to read a file. Raises Unfit or Unreadable where it cannot be read as a whole."""
        if isinstance(file.dialect, Unfit):
            raise file.dialect
        source = plain(file.arrival, file.scan, file.dialect, self.taken.folder)
        if file.part:
            narrow(source, file.part, file.scan.head, self.taken.folder)
        beside = file.arrival.file.parent
        if file.founds:
            why = time_columns.found(self.connection, source, beside, self.taken.folder)
            self._timeless[source.path] = why
        elif source.dialect.dataset.name == customers.FOLDER and not source.dialect.tells_time:
            time_columns.name(source, beside)
        return source

    def _stage(self) -> None:
        """Stage the files that wait; one that changed meanwhile is left for a later run."""
        batch, self._batch = self._batch, Batch()
        for read, wrong in batch.stage(self.staging):
            if wrong:
                self._reject(self._files[read.scan.source_id], wrong)
            elif read.arrival.unchanged():
                self.progress.parsed(read.arrival.path, read.scan.stored_bytes, read.scan.lines)
            else:
                self.taken.waiting.append(read.arrival.path)
                self.staging.drop(read.source)

    def _write(self, dataset: str) -> None:
        """Settle a dataset's staged rows and write the accepted ones as Parquet."""
        sources = list(self.staging.staged[dataset])
        failed = {source.source_id: why for source, why in self.staging.settle(dataset)}
        if self.staging.staged[dataset]:
            self.staging.accept(dataset)
            if dataset == customers.FOLDER:
                customers.total_uploads(self.staging.reader(), self.task.load.load_id)
            self.taken.parquet += write(
                self.staging,
                dataset,
                self.taken.folder,
                self.task.load.load_id,
                f"{self.task.load.name}_{self.task.name}",
                self.task.load.started.date(),
            )
        for source in sources:
            self._settle(source, failed.get(source.source_id))
        self.staging.forget(dataset)

    def _settle(self, source: Source, failure: str | None) -> None:
        """Note what became of a staged file: loaded, or rejected where not one row was."""
        file = self._files[source.source_id]
        read = source.loaded + source.rejected
        if not failure and read and not source.loaded:
            why = time_columns.timeless(self.connection, source)
            failure = f"none of its {read:,} rows could be read{why}"
        if failure:
            self._note(file, source, "rejected", failure, read)
            return
        self._note(file, source, "loaded", None, read, source.loaded)
        if file.founds or source.dialect != file.dialect:
            timeless = self._timeless.get(source.path)
            table = customers.table_of(source.dialect, self.task.load.load_id, timeless)
            self.taken.tables.append(table)

    def _note(
        self,
        file: File,
        source: Source,
        status: str,
        reason: str | None,
        read: int,
        loaded: int = 0,
    ) -> None:
        fate = file.fate(self.task.load, status, reason, read, loaded, source.read_as)
        self.taken.fates.append(fate)

    def _reject(self, file: File, wrong: Exception) -> None:
        """Note a file that cannot be read as a whole; one that changes is left for a later run."""
        if not file.arrival.unchanged():
            self.taken.waiting.append(file.arrival.path)
            return
        self.progress.parsed(file.arrival.path, file.scan.stored_bytes, 0)
        headerless = isinstance(wrong, Unfit) and wrong.headerless
        read = _rows(file, headerless)
        self.taken.fates.append(file.fate(self.task.load, "rejected", str(wrong), read))


@contextmanager
def ledger_tables(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """The tables of the ledger, empty, while entered."""
    ledger.create(connection)
    try:
        yield
    finally:
        ledger.drop(connection)


def _rows(file: File, headerless: bool) -> int:
    """The rows of a file that is rejected whole, as far as its lines can be counted."""
    try:
        path = PurePosixPath(file.arrival.path)
        header = read_header(path, file.scan.head, file.scan.is_windows)
        line = 0 if headerless else header.line
        blank = blank_lines(file.arrival.file, line, header.delimiter)
        return max(file.scan.lines - line - blank, 0)
    except (Unfit, Unreadable, OSError):
        return 0
