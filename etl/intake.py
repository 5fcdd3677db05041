"""Taking files in: each becomes staged rows or a reason, and then Parquet with a ledger."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import duckdb

from etl import customers, lake, ledger
from etl.arrivals import Arrival
from etl.customers import Customer
from etl.lake import ParquetFile
from etl.ledger import FileFate, Known, Load
from etl.progress import Progress
from etl.read.batch import Batch, Read
from etl.read.dialect import Header, Unfit, detect, read_header
from etl.read.scan import Scan, Unreadable, blank_lines
from etl.read.source import Source, plain
from etl.read.stage import Staging
from warehouse.database import first_line

FLUSH_ROWS = 20_000_000


@dataclass(slots=True)
class Intake:
    """The files of one load on their way into the staging folder.

    `_batch` waits to be staged and `_held` is what that and the staging hold; what came `_again`
    meanwhile is taken up when it is known whether the first one was loaded.

    Afterwards `fates` has a row for each file that was taken up and `parquet` each file written.
    """

    folder: Path
    load_id: int
    started: dt.datetime
    known: Known
    staging: Staging
    progress: Progress
    fates: list[FileFate] = field(default_factory=list)
    parquet: list[ParquetFile] = field(default_factory=list)
    waiting: list[Arrival] = field(default_factory=list)
    _batch: Batch = field(default_factory=Batch, init=False)
    _held: set[str] = field(default_factory=set, init=False)
    _again: list[tuple[Arrival, Scan]] = field(default_factory=list, init=False)
    _loaded: dict[str, list[str]] = field(init=False)
    _customers: dict[str, Customer] = field(init=False)
    _founders: dict[str, Source] = field(default_factory=dict, init=False)
    _doubtful: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._loaded = defaultdict(list, self.known.loaded)
        self._customers = dict(self.known.customers)

    def take(self, arrival: Arrival, what: Scan) -> None:
        """Take up one file, or note why not; small ones of one form wait to be staged together."""
        customer_id = _owner(PurePosixPath(arrival.path))
        if what.source_id in self._held and not customer_id:
            self._again.append((arrival, what))
            return
        if (
            self.staging.rows > FLUSH_ROWS
            or what.source_id in self._held  # another customer's, or sent again on purpose
            or customer_id in self._doubtful
        ):
            self.flush()
        if twin := _twin(arrival, self._loaded[what.source_id]):
            self._refuse(arrival, what, "duplicate", f"the same bytes came as {twin}")
            return
        try:
            read = Read(arrival, what, self._source(arrival, what))
        except (Unfit, Unreadable, OSError) as wrong:
            self._reject(arrival, what, wrong)
            return
        if not self._batch.fits(read):
            self._stage()
        self._batch.add(read)
        self._held.add(what.source_id)
        if self._may_found(read.source):
            self._stage()

    def flush(self) -> None:
        """Write the staged rows of every dataset as Parquet into the staging folder."""
        self._stage()
        for name in list(self.staging.staged):
            sources = list(self.staging.staged[name])
            failed = {source.source_id: why for source, why in self.staging.settle(name)}
            if self.staging.staged[name]:
                self.staging.accept(name)
                if name == customers.FOLDER:
                    customers.total_uploads(self.staging.reader(), self.load_id)
                part = f"{self.load_id:06d}_{len(self.parquet)}"
                day = self.started.date()
                self.parquet += lake.write(self.staging, name, self.folder, self.load_id, part, day)
            for source in sources:
                self._settled(source, failed.get(source.source_id))
            self.staging.forget(name)
        self._founders.clear()
        self._doubtful.clear()
        self._held.clear()
        again, self._again = self._again, []
        for arrival, what in again:
            self.take(arrival, what)

    def finish(self) -> Load:
        """Write what is still staged and the load's ledger; returns the load's totals."""
        while self._held:
            self.flush()
        load = self._totals()
        founded = [c for c in self._customers.values() if c.load_id == self.load_id]
        target = self.folder / "ledger"
        ledger.write(self.staging.connection, target, load, self.fates, self.parquet, founded)
        return load

    def _stage(self) -> None:
        """Stage the files that wait, and note the ones that could not be."""
        batch, self._batch = self._batch, Batch()
        for read, wrong in batch.stage(self.staging):
            if wrong:
                self._reject(read.arrival, read.what, wrong)
            else:
                self._staged(read)

    def _staged(self, read: Read) -> None:
        """Keep what was staged, unless the file has changed meanwhile."""
        if not read.arrival.unchanged():
            self.waiting.append(read.arrival)
            self.staging.drop(read.source)
            return
        self.progress.parsed(read.arrival.path, read.what.stored_bytes, read.what.lines)
        self._note_founder(read.source)

    def _source(self, arrival: Arrival, what: Scan) -> Source:
        """How to read a file. Raises Unfit or Unreadable where it cannot be read as a whole."""
        if what.failure:
            raise Unreadable(what.failure)
        path = PurePosixPath(arrival.path)
        customer_id = customers.owner(path)
        header = read_header(path, what.head)
        if customer_id is None:
            return plain(arrival, what, detect(path, header), self.folder)
        if customer_id in self._customers:
            table = self._customers[customer_id]
        elif customer_id in self._founders:
            table = customers.table_of(self._founders[customer_id].dialect, self.load_id)
        else:
            table = self._first_table(arrival, what, customer_id, header)
        return plain(arrival, what, customers.dialect(path, table, header), self.folder)

    def _first_table(
        self, arrival: Arrival, what: Scan, customer_id: str, header: Header
    ) -> Customer:
        """The table that a customer's file founds if it is loaded. Raises Unfit."""
        table = customers.first_table(customer_id, header, self.load_id)
        dialect = customers.dialect(PurePosixPath(arrival.path), table, header)
        source = plain(arrival, what, dialect, self.folder)
        return replace(table, time_column=self._time_column(source, arrival.file.parent))

    def _time_column(self, source: Source, folder: Path) -> str | None:
        """Which column tells the time. Raises Unfit or Unreadable."""
        try:
            return customers.time_column(self.staging.connection, source, folder)
        except duckdb.Error as failed:
            if source.ease(failed, self.folder):
                return self._time_column(source, folder)
            raise Unreadable(f"the CSV reader failed: {first_line(failed)}") from failed

    def _note_founder(self, source: Source) -> None:
        """A customer's first staged file founds the table that later ones of the load must fit.

        While it is in doubt whether it will be loaded, none is taken.
        """
        if not self._may_found(source):
            return
        customer_id = source.dialect.constants["customer_id"]
        self._founders[customer_id] = source
        if not customers.is_sure(self.staging.connection, source):
            self._doubtful.add(customer_id)

    def _may_found(self, source: Source) -> bool:
        """Is it a file of a customer who has no table yet?"""
        customer_id = source.dialect.constants.get("customer_id")
        return bool(customer_id) and not (
            customer_id in self._customers or customer_id in self._founders
        )

    def _reject(self, arrival: Arrival, what: Scan, wrong: Exception) -> None:
        """Note a file that cannot be read as a whole; one that changes is left for a later run."""
        if arrival.unchanged():
            rows = _rows(arrival, what, isinstance(wrong, Unfit) and wrong.headerless)
            self._refuse(arrival, what, "rejected", str(wrong), rows)
        else:
            self.waiting.append(arrival)

    def _refuse(
        self, arrival: Arrival, what: Scan, status: str, reason: str, rows: int = 0
    ) -> None:
        """Note a file of which no row is taken."""
        self.progress.parsed(arrival.path, what.stored_bytes, 0)
        self.fates.append(
            FileFate(
                source_id=what.source_id,
                path=arrival.path,
                dataset=_dataset(arrival, what),
                bytes=what.stored_bytes,
                status=status,
                rows_read=rows,
                rows_loaded=0,
                rows_rejected=rows,
                reason=reason,
                load_id=self.load_id,
                loaded_at=self.started,
            )
        )

    def _settled(self, source: Source, failure: str | None) -> None:
        """Note what became of a staged file: loaded, or rejected where not one row was."""
        read = source.loaded + source.rejected
        if not failure and read and not source.loaded:
            timeless = customers.timeless(self.staging.connection, source)
            failure = f"none of its {read:,} rows could be read{timeless}"
        if not failure:
            self._loaded[source.source_id].append(source.path)
            if customer_id := source.dialect.constants.get("customer_id"):
                table = customers.table_of(source.dialect, self.load_id)
                self._customers.setdefault(customer_id, table)
        fate = FileFate(
            source_id=source.source_id,
            path=source.path,
            dataset=source.dialect.dataset.name,
            bytes=source.bytes,
            status="rejected" if failure else "loaded",
            rows_read=read,
            rows_loaded=0 if failure else source.loaded,
            rows_rejected=read if failure else source.rejected,
            reason=failure,
            load_id=self.load_id,
            loaded_at=self.started,
        )
        self.fates.append(fate)

    def _totals(self) -> Load:
        finished = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        count = [fate.status for fate in self.fates].count
        return Load(
            load_id=self.load_id,
            started_at=self.started,
            finished_at=finished,
            seconds=(finished - self.started).total_seconds(),
            files_loaded=count("loaded"),
            files_rejected=count("rejected"),
            files_duplicate=count("duplicate"),
            rows_read=sum(fate.rows_read for fate in self.fates),
            rows_loaded=sum(fate.rows_loaded for fate in self.fates),
            rows_rejected=sum(fate.rows_rejected for fate in self.fates),
        )


def _rows(arrival: Arrival, what: Scan, headerless: bool) -> int:
    """The rows of a file that is refused whole, as far as its lines can be counted."""
    try:
        line = 0 if headerless else read_header(PurePosixPath(arrival.path), what.head).line
        return max(what.lines - line - blank_lines(arrival.file, line), 0)
    except (Unfit, Unreadable, OSError):
        return 0


def _twin(arrival: Arrival, paths: list[str]) -> str | None:
    """Under which path these bytes were loaded before, for the same customer if it is one's."""
    path = PurePosixPath(arrival.path)
    whose = _owner(path)
    if whose and customers.is_again(path):
        return None
    return next((other for other in paths if _owner(PurePosixPath(other)) == whose), None)


def _owner(path: PurePosixPath) -> str | None:
    try:
        return customers.owner(path)
    except Unfit:
        return None


def _dataset(arrival: Arrival, what: Scan) -> str | None:
    """The dataset that a refused or repeated file belongs to, as far as can be told."""
    path = PurePosixPath(arrival.path)
    try:
        if customers.owner(path):
            return customers.FOLDER
        return detect(path, read_header(path, what.head)).dataset.name
    except Unfit:
        return None
