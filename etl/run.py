"""One run of the loader: what is new is read, checked, written to the lake and published once."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import duckdb

from etl import arrivals, customers, lake, ledger, publish
from etl.arrivals import Arrival, Seen
from etl.customers import Customer
from etl.dialect import Dialect, Header, Unfit, detect, read_header
from etl.lake import ParquetFile
from etl.ledger import FileFate, Known, Load
from etl.lock import writer_lock
from etl.progress import Progress
from etl.rewrite import rewrite
from etl.scan import Scan, Unreadable, compression, scan
from etl.stage import Source, Staging, Unreconciled
from warehouse import NoGeneration, Settings, current_path

FLUSH_ROWS = 20_000_000
HASHERS = 2


@dataclass(slots=True)
class Summary:
    """What a run did; `generation` is the current one afterwards."""

    generation: int = 0
    loaded: int = 0
    refused: int = 0
    duplicate: int = 0
    waiting: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    seconds: float = 0.0
    published: bool = False

    def as_json(self) -> dict[str, object]:
        return {
            "generation": self.generation,
            "files": {
                "new": self.loaded,
                "refused": self.refused,
                "duplicate": self.duplicate,
                "waiting": self.waiting,
            },
            "rows_read": self.rows_read,
            "rows_loaded": self.rows_loaded,
            "rows_rejected": self.rows_rejected,
            "seconds": round(self.seconds, 3),
        }


def load(settings: Settings, progress: Progress | None = None) -> Summary:
    """Load whatever is new and publish once.

    Raises Locked when another loader runs, FileNotFoundError without an incoming folder; whatever
    is raised, nothing was published and the input files are as they were.
    """
    started = time.perf_counter()
    if not settings.incoming.is_dir():
        raise FileNotFoundError(
            f"the incoming folder {os.fspath(settings.incoming)!r} does not exist"
        )
    with writer_lock(settings.data):
        summary = _Run(settings, progress or Progress()).run()
    summary.seconds = time.perf_counter() - started
    return summary


@dataclass(slots=True)
class _Run:
    settings: Settings
    progress: Progress
    started: dt.datetime = field(default_factory=lambda: _now())
    fates: list[FileFate] = field(default_factory=list)
    parquet: list[ParquetFile] = field(default_factory=list)
    customers: dict[str, Customer] = field(default_factory=dict)
    parts: int = 0

    def run(self) -> Summary:
        current, known = self._current()
        seen = Seen(self.settings.data / "seen.json")
        new, waiting = self._arrived(known, seen)
        summary = Summary(waiting=len(waiting))
        if new or current is None or known.definitions != publish.definitions():
            with staging_folder(self.settings) as folder:
                self._load(new, folder, known, current, summary)
            for arrival, found in new:
                seen.note(arrival, found.source_id)
            seen.save()
        summary.generation = int(current_path(self.settings).stem)
        return summary

    def _current(self) -> tuple[Path | None, Known]:
        """The generation to build on and what it knows, after any interrupted run is cleared away.

        A missing or broken one is made anew from the lake before anything is loaded.
        """
        try:
            path = current_path(self.settings)
            known = ledger.known(path)
        except (NoGeneration, duckdb.Error):
            clear_interrupted(self.settings, committed=None)
            if not ledger.folders(self.settings.lake):
                return None, Known()
            self.progress.say("rebuilding the warehouse from the lake")
            with staging_folder(self.settings):
                publish.publish(self.settings, publish.rebuild(self.settings))
            path = current_path(self.settings)
            return path, ledger.known(path)
        clear_interrupted(self.settings, committed=known.load_id)
        return path, known

    def _arrived(
        self, known: Known, seen: Seen
    ) -> tuple[list[tuple[Arrival, Scan]], list[Arrival]]:
        """Hash what may be new; files whose path and bytes the ledger has are no news."""
        fresh = [
            arrival
            for arrival in arrivals.candidates(self.settings.incoming)
            if (arrival.path, seen.source_id(arrival)) not in known.seen
        ]
        complete, waiting = arrivals.settled(fresh)
        self.progress.begin(len(complete), sum(arrival.bytes for arrival in complete))
        with ThreadPoolExecutor(HASHERS) as pool:
            scans = pool.map(lambda a: scan(a.file, self.progress.hashed), complete)
            found = list(zip(complete, scans, strict=True))
        new = []
        for arrival, what in found:
            if not arrival.unchanged():
                waiting.append(arrival)
            elif (arrival.path, what.source_id) in known.seen:
                seen.note(arrival, what.source_id)
            else:
                new.append((arrival, what))
        return new, waiting

    def _load(
        self,
        new: list[tuple[Arrival, Scan]],
        folder: Path,
        known: Known,
        current: Path | None,
        summary: Summary,
    ) -> None:
        load_id = known.load_id + 1
        if new:
            self._stage(new, folder, load_id, known)
            self._move(folder, load_id, summary)
        self._publish(known, current, load_id if new else 0)
        summary.published = True

    def _stage(
        self, new: list[tuple[Arrival, Scan]], folder: Path, load_id: int, known: Known
    ) -> None:
        """Parse, check and write every file into the staging folder, with its ledger."""
        staging = Staging(folder, sorted({what.source_id for _, what in new}))
        self.customers = dict(known.customers)
        loaded = defaultdict(list, known.loaded)
        try:
            for arrival, what in new:
                twin = _twin(arrival, loaded[what.source_id])
                if twin:
                    self._fate(
                        arrival, what, "duplicate", load_id, f"the same bytes came as {twin}"
                    )
                    continue
                if staging.rows > FLUSH_ROWS or staging.holds(what.source_id):
                    self._flush(staging, folder, load_id)
                if self._add(arrival, what, staging, folder, load_id):
                    loaded[what.source_id].append(arrival.path)
            self._flush(staging, folder, load_id)
            founded = [c for c in self.customers.values() if c.load_id == load_id]
            ledger.write(
                staging.connection,
                folder / "ledger",
                self._totals(load_id),
                self.fates,
                self.parquet,
                founded,
            )
        finally:
            staging.close()

    def _add(
        self, arrival: Arrival, what: Scan, staging: Staging, folder: Path, load_id: int
    ) -> bool:
        """Parse one file into staging; a file that cannot be is refused whole, with the reason."""
        rows = 0
        try:
            if what.failure:
                raise Unreadable(what.failure)
            path = PurePosixPath(arrival.path)
            customer_id = customers.owner(path)
            header = read_header(path, what.head)
            rows = max(what.lines - header.line, 0)
            if customer_id is None:
                dialect = detect(path, header)
                source = _source(arrival, what, dialect, folder)
            else:
                source = self._customer_source(arrival, what, header, customer_id, staging, load_id)
            staging.add(source)
        except (Unfit, Unreadable, Unreconciled) as wrong:
            self._fate(arrival, what, "rejected", load_id, str(wrong), rows)
            return False
        if not arrival.unchanged():
            raise ChangedWhileRead(
                f"{arrival.path} was changed while it was read; nothing was published, run again"
            )
        self.progress.parsed(arrival.path, what.stored_bytes, what.lines)
        return True

    def _customer_source(
        self,
        arrival: Arrival,
        what: Scan,
        header: Header,
        customer_id: str,
        staging: Staging,
        load_id: int,
    ) -> Source:
        """A customer's file by the table that its first file founded; the first file founds it."""
        path = PurePosixPath(arrival.path)
        table = self.customers.get(customer_id)
        if table is None:
            table = customers.first_table(customer_id, header, load_id)
            source = _source(arrival, what, customers.dialect(path, table, header), staging.folder)
            named = customers.time_column(staging.connection, source, arrival.file.parent)
            table = replace(table, time_column=named)
            self.customers[customer_id] = table
        return _source(arrival, what, customers.dialect(path, table, header), staging.folder)

    def _flush(self, staging: Staging, folder: Path, load_id: int) -> None:
        """Write the staged rows of every dataset into the staging folder of the lake."""
        for name in list(staging.staged):
            sources = list(staging.staged[name])
            failed = {s.source_id: why for s, why in staging.settle(name)}
            if staging.staged[name]:
                staging.accept(name)
                if name == customers.FOLDER:
                    staging.total_uploads()
                self.parquet += lake.write(
                    staging, name, folder, load_id, self.parts, self.started.date()
                )
                self.parts += 1
            for source in sources:
                self._settled(source, load_id, failed.get(source.source_id))
            staging.forget(name)

    def _settled(self, source: Source, load_id: int, failure: str | None) -> None:
        read = source.loaded + source.rejected
        whole = failure or (
            f"none of its {read:,} rows could be read" if read and not source.loaded else None
        )
        self.fates.append(
            FileFate(
                source_id=source.source_id,
                path=source.path,
                dataset=source.dialect.dataset.name,
                bytes=source.bytes,
                status="rejected" if whole else "loaded",
                rows_read=read,
                rows_loaded=0 if failure else source.loaded,
                rows_rejected=read if failure else source.rejected,
                reason=whole,
                load_id=load_id,
                loaded_at=self.started,
            )
        )

    def _fate(
        self, arrival: Arrival, what: Scan, status: str, load_id: int, reason: str, rows: int = 0
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
                load_id=load_id,
                loaded_at=self.started,
            )
        )

    def _totals(self, load_id: int) -> Load:
        finished = _now()
        count = [fate.status for fate in self.fates].count
        return Load(
            load_id=load_id,
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

    def _move(self, folder: Path, load_id: int, summary: Summary) -> None:
        """Put the staged files into the lake. Until the symlink changes no reader knows of them."""
        self.progress.say("writing the lake")
        lake.move(self.parquet, folder, self.settings.data)
        ledger.move(folder / "ledger", self.settings.lake, load_id)
        totals = self._totals(load_id)
        summary.loaded, summary.refused = totals.files_loaded, totals.files_rejected
        summary.duplicate = totals.files_duplicate
        summary.rows_read, summary.rows_loaded = totals.rows_read, totals.rows_loaded
        summary.rows_rejected = totals.rows_rejected

    def _publish(self, known: Known, current: Path | None, load_id: int) -> None:
        self.progress.say("computing what changed")
        folders = ledger.folders(self.settings.lake)
        if current and known.definitions == publish.definitions():
            changed: dict[str, set[dt.date]] = defaultdict(set)
            for file in self.parquet:
                changed[file.dataset].add(file.day)
            days = {name: frozenset(found) for name, found in changed.items()}
            staged = publish.build(self.settings, current, folders[-1:] if load_id else [], days)
        else:
            staged = publish.rebuild(self.settings)
        publish.publish(self.settings, staged)


class ChangedWhileRead(Exception):
    """A file that was complete changed while it was loaded."""


def clear_interrupted(settings: Settings, committed: int | None) -> None:
    """Remove what an interrupted run left: its staging folder and files that no ledger names.

    `committed` is the newest load that was published. Where that cannot be known (None), every
    load whose ledger folder is complete counts: its files were in place before that folder was.
    """
    if not settings.staging.exists():
        return
    folders = ledger.folders(settings.lake)
    kept = [f for f in folders if committed is None or int(f.name) <= committed]
    for folder in folders[len(kept) :]:
        shutil.rmtree(folder)
    for path in lake.unlisted(settings.lake, ledger.listed(kept)):
        path.unlink()
    shutil.rmtree(settings.staging)


@contextmanager
def staging_folder(settings: Settings) -> Iterator[Path]:
    """The folder of one run; it is left behind only by a crash, which the next run notices."""
    folder = settings.staging
    folder.mkdir(parents=True)
    (folder / "spill").mkdir()
    lake.sync(settings.data)
    yield folder
    shutil.rmtree(folder)


def _twin(arrival: Arrival, paths: list[str]) -> str | None:
    """Under which path these bytes were loaded before, for the same customer if it is one's."""
    path = PurePosixPath(arrival.path)
    if customers.is_again(path):
        return None
    whose = _owner(path)
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


def _source(arrival: Arrival, what: Scan, dialect: Dialect, folder: Path) -> Source:
    """The file as the parser gets it: as it is where its text is plain, else rewritten."""
    plain = not what.has_odd_bytes and dialect.encoding in ("utf-8", "utf-8-sig")
    source = Source(
        source_id=what.source_id,
        path=arrival.path,
        bytes=what.stored_bytes,
        text=arrival.file,
        compression=compression(arrival.file),
        dialect=dialect,
        lines=what.lines,
        has_quotes=what.has_quotes,
        has_spaces=what.has_spaces,
    )
    if not plain:
        copy = rewrite(
            arrival.file, folder / f"{what.source_id}.csv", dialect.encoding, dialect.header_line
        )
        source.text, source.compression = copy.path, "none"
        source.lines, source.blank, source.refused = copy.lines, copy.blank, copy.refused
        source.has_quotes = source.has_spaces = True
    return source


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
