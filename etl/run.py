"""One run of the loader: what is new is read, checked, written to the lake and published once."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from etl import arrivals, lake, ledger, publish
from etl.arrivals import Arrival, Seen
from etl.disk import writer_lock
from etl.intake import Intake
from etl.lake import ParquetFile
from etl.ledger import Known, Load
from etl.progress import Progress
from etl.read.scan import Scan, scan
from etl.read.stage import Staging
from etl.recovery import clear_interrupted, staging_folder
from etl.summary import Summary
from warehouse import NoGeneration, Settings, current_path
from warehouse.database import connect

HASHERS = 2

New = list[tuple[Arrival, Scan]]


def load(settings: Settings, progress: Progress | None = None) -> Summary:
    """Load whatever is new and publish once.

    Raises Locked when another loader runs, FileNotFoundError without an incoming folder; whatever
    is raised, nothing was published and the input files are as they were.
    """
    started = time.perf_counter()
    if not settings.incoming.is_dir():
        shown = os.fspath(settings.incoming)
        raise FileNotFoundError(f"the incoming folder {shown!r} does not exist")
    with writer_lock(settings.data):
        summary = _Run(settings, progress or Progress()).run()
    summary.seconds = time.perf_counter() - started
    return summary


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@dataclass(slots=True)
class _Run:
    settings: Settings
    progress: Progress
    started: dt.datetime = field(default_factory=_now)
    summary: Summary = field(default_factory=Summary)
    _database: duckdb.DuckDBPyConnection = field(init=False)

    def run(self) -> Summary:
        with connect(spill=self.settings.staging / "spill") as self._database:
            return self._run()

    def _run(self) -> Summary:
        current, known = self._current()
        seen = Seen(self.settings.data / "seen.json")
        new = self._arrived(known, seen)
        if new or current is None or known.definitions != publish.definitions(self.settings):
            with staging_folder(self.settings) as folder:
                self._load(new, folder, current, known, seen)
            self.summary.published = True
        seen.save()
        self.summary.generation = int(current_path(self.settings).stem)
        return self.summary

    def _current(self) -> tuple[Path | None, Known]:
        """The generation to build on and what it knows, after any interrupted run is cleared away.

        A missing or broken one is made anew from the lake before anything is loaded.
        """
        try:
            path = current_path(self.settings)
            known = ledger.known(self._database, path)
        except (NoGeneration, duckdb.Error):
            clear_interrupted(self._database, self.settings, committed=None)
            if not ledger.folders(self.settings.lake):
                return None, Known()
            self.progress.say("rebuilding the warehouse from the lake")
            with staging_folder(self.settings):
                staged = publish.rebuild(self._database, self.settings)
                publish.publish(self.settings, staged)
            path = current_path(self.settings)
            return path, ledger.known(self._database, path)
        clear_interrupted(self._database, self.settings, committed=known.load_id)
        return path, known

    def _arrived(self, known: Known, seen: Seen) -> New:
        """Hash what may be new; files whose path and bytes the ledger has are no news."""
        fresh = [
            arrival
            for arrival in arrivals.candidates(self.settings.incoming)
            if (arrival.path, seen.source_id(arrival)) not in known.seen
        ]
        complete, waiting = arrivals.settled(fresh)
        self.summary.waiting += len(waiting)
        self.progress.begin(len(complete), sum(arrival.bytes for arrival in complete))
        with ThreadPoolExecutor(HASHERS) as pool:
            scans = list(pool.map(self._scan, complete))
        new = []
        for arrival, what in zip(complete, scans, strict=True):
            if what is None or not arrival.unchanged():
                self.summary.waiting += 1
            elif (arrival.path, what.source_id) in known.seen:
                seen.note(arrival, what.source_id)
            else:
                new.append((arrival, what))
        return new

    def _scan(self, arrival: Arrival) -> Scan | None:
        """None for a file that cannot be opened now: gone, or not ours to read."""
        try:
            return scan(arrival.file, self.progress.hashed)
        except OSError as wrong:
            self.progress.say(f"left alone: {arrival.path} cannot be read ({wrong.strerror})")
            return None

    def _load(self, new: New, folder: Path, current: Path | None, known: Known, seen: Seen) -> None:
        parquet: list[ParquetFile] = []
        if new:
            parquet, totals = self._take(new, folder, known, seen)
            self.progress.say("writing the lake")
            lake.move(parquet, folder, self.settings.data)
            ledger.move(folder / "ledger", self.settings.lake, totals.load_id)
            self._sum(totals)
        self.progress.say("computing what changed")
        if current and known.definitions == publish.definitions(self.settings):
            newest = ledger.folders(self.settings.lake)[-1:]
            staged = publish.build(
                self._database, self.settings, current, newest, _changed(parquet)
            )
        else:
            staged = publish.rebuild(self._database, self.settings)
        publish.publish(self.settings, staged)

    def _take(
        self, new: New, folder: Path, known: Known, seen: Seen
    ) -> tuple[list[ParquetFile], Load]:
        """Every new file into the staging folder, with the load's ledger."""
        load_id = known.load_id + 1
        source_ids = sorted({what.source_id for _, what in new})
        staging = Staging(self._database, folder, load_id, source_ids)
        intake = Intake(folder, load_id, self.started, known, staging, self.progress)
        for arrival, what in new:
            intake.take(arrival, what)
        totals = intake.finish()
        left = {arrival.path for arrival in intake.waiting}
        for arrival, what in new:
            if arrival.path not in left:
                seen.note(arrival, what.source_id)
        self.summary.waiting += len(left)
        return intake.parquet, totals

    def _sum(self, totals: Load) -> None:
        self.summary.loaded = totals.files_loaded
        self.summary.refused = totals.files_rejected
        self.summary.duplicate = totals.files_duplicate
        self.summary.rows_read = totals.rows_read
        self.summary.rows_loaded = totals.rows_loaded
        self.summary.rows_rejected = totals.rows_rejected


def _changed(parquet: list[ParquetFile]) -> dict[str, frozenset[dt.date]]:
    """The days that a load touched, per dataset."""
    days: dict[str, set[dt.date]] = defaultdict(set)
    for file in parquet:
        days[file.dataset].add(file.day)
    return {name: frozenset(found) for name, found in days.items()}
