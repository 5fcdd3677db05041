"""Taking files in: each becomes staged rows or a reason, and then Parquet with a ledger."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from etl import customers, lake, ledger
from etl.arrivals import Arrival
from etl.customers import Customer
from etl.dialect import Header, Unfit, detect, read_header
from etl.lake import ParquetFile
from etl.ledger import FileFate, Known, Load
from etl.progress import Progress
from etl.scan import Scan, Unreadable, blank_lines
from etl.source import Source, Unreconciled, plain
from etl.stage import Staging

FLUSH_ROWS = 20_000_000


@dataclass(slots=True)
class Intake:
    """The files of one load on their way into the staging folder.

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
    _loaded: dict[str, list[str]] = field(init=False)
    _customers: dict[str, Customer] = field(init=False)
    _founders: dict[str, Source] = field(default_factory=dict, init=False)
    _doubtful: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._loaded = defaultdict(list, self.known.loaded)
        self._customers = dict(self.known.customers)

    def take(self, arrival: Arrival, what: Scan) -> None:
        """Stage one file, or note why not; one that changes meanwhile is left for a later run."""
        if (
            self.staging.rows > FLUSH_ROWS
            or self.staging.holds(what.source_id)
            or _owner(PurePosixPath(arrival.path)) in self._doubtful
        ):
            self.flush()
        if twin := _twin(arrival, self._loaded[what.source_id]):
            self._refuse(arrival, what, "duplicate", f"the same bytes came as {twin}")
            return
        reason, source, headerless = None, None, False
        try:
            source = self._source(arrival, what)
            self.staging.add(source)
        except (Unfit, Unreadable, Unreconciled, OSError) as wrong:
            reason = str(wrong)
            headerless = isinstance(wrong, Unfit) and wrong.headerless
        if not arrival.unchanged():
            self.waiting.append(arrival)
            if source and not reason:
                self.staging.drop(source)
        elif reason:
            self._refuse(arrival, what, "rejected", reason, _rows(arrival, what, headerless))
        elif source:
            self.progress.parsed(arrival.path, what.stored_bytes, what.lines)
            self._note_founder(source)

    def flush(self) -> None:
        """Write the staged rows of every dataset as Parquet into the staging folder."""
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

    def finish(self) -> Load:
        """Write what is still staged and the load's ledger; returns the load's totals."""
        self.flush()
        load = self._totals()
        founded = [c for c in self._customers.values() if c.load_id == self.load_id]
        target = self.folder / "ledger"
        ledger.write(self.staging.connection, target, load, self.fates, self.parquet, founded)
        return load

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
        time_column = customers.time_column(self.staging.connection, source, arrival.file.parent)
        return replace(table, time_column=time_column)

    def _note_founder(self, source: Source) -> None:
        """A customer's first staged file founds the table that later ones of the load must fit.

        While it is in doubt whether it will be loaded, none is taken.
        """
        customer_id = source.dialect.constants.get("customer_id")
        if not customer_id or customer_id in self._customers or customer_id in self._founders:
            return
        self._founders[customer_id] = source
        if not customers.is_sure(self.staging.connection, source):
            self._doubtful.add(customer_id)

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
