"""One run of the loader: what is new is read, checked, written to the lake and published once."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import duckdb

from etl import (
    compaction,
    engines,
    incoming,
    lake,
    ledger,
    open_lake,
    parts,
    places,
    publish,
    retract_list,
    retraction,
)
from etl.arrivals import Arrival, Seen, Unread, changes
from etl.disk import writer_lock
from etl.incoming import Incoming
from etl.ledger import Known
from etl.maker import Maker
from etl.merge import Merge
from etl.plan import Load, New, plan
from etl.progress import Progress
from etl.read.scan import Scan
from etl.recovery import clear_interrupted, drop_removed, staging_folder
from etl.rereading import read_again
from etl.retraction import LoadedFile, NotLoaded, find
from etl.storage import Storage
from etl.summary import Summary
from etl.unread import is_temporary
from warehouse import NoGeneration, Settings, WarehouseLocked
from warehouse.bucket import BucketError
from warehouse.database import attached, connect, first_line, is_locked
from warehouse.generation import local_path


def load(
    settings: Settings, progress: Progress | None = None, remote: str | None = None
) -> Summary:
    """Load whatever is new and publish once; files are taken by the cluster at `remote`, if given.

    Raises Locked when another loader runs, FileNotFoundError without an incoming folder,
    ClusterFailed where the cluster does not do it; whatever is raised, nothing was published and
    the input files are as they were.
    """
    started = time.perf_counter()
    progress = progress or Progress()
    if remote:  # workers have another working directory
        settings = replace(
            settings, incoming=settings.incoming.absolute(), data=settings.data.absolute()
        )
    place = incoming.of(settings, progress)
    with writer_lock(settings.data), closing(place):
        summary = _Run(settings, progress, remote).run(place)
    summary.seconds = time.perf_counter() - started
    return summary


def take_back(
    settings: Settings, targets: Sequence[str], why: str, progress: Progress | None = None
) -> Summary:
    """Take back the files of these paths or source ids and publish once.

    Raises Locked when another loader runs, NotLoaded where a target is no file that counts;
    whatever is raised, nothing was published.
    """
    started = time.perf_counter()
    with writer_lock(settings.data):
        summary = _Run(settings, progress or Progress()).take_back(targets, why)
    summary.seconds = time.perf_counter() - started
    return summary


def compact(
    settings: Settings, keep_days: int | None = None, progress: Progress | None = None
) -> Summary:
    """Join all small files of the lake, in steps that each publish; without days older than
    `keep_days` before the newest of their dataset, if given.

    Raises Locked when another loader runs.
    """
    started = time.perf_counter()
    with writer_lock(settings.data):
        summary = _Run(settings, progress or Progress()).compact(keep_days)
    summary.seconds = time.perf_counter() - started
    return summary


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@dataclass(slots=True)
class _Run:
    settings: Settings
    progress: Progress
    remote: str | None = None
    started: dt.datetime = field(default_factory=_now)
    summary: Summary = field(default_factory=Summary)
    storage: Storage = field(init=False)
    _database: duckdb.DuckDBPyConnection = field(init=False)

    def __post_init__(self) -> None:
        self.storage = places.of(self.settings, self.progress.say)

    def run(self, place: Incoming) -> Summary:
        with connect(spill=self.settings.staging / "spill") as self._database:
            return self._run(place)

    def take_back(self, targets: Sequence[str], why: str) -> Summary:
        with connect(spill=self.settings.staging / "spill") as self._database:
            current, known = self._current()
            if current is None:
                raise NotLoaded("nothing was loaded yet")
            files = [self._meant(current, target) for target in targets]
            with staging_folder(self.settings, self.progress.say) as folder:
                merge = self._merge(folder, known)
                self._take_back(merge, current, [(file, why) for file in files])
                self._write(merge)
                self._publish(current, known, merge)
            self.summary.published = True
            self.summary.generation = int(local_path(self.settings).stem)
            return self.summary

    def _meant(self, current: Path, target: str) -> LoadedFile:
        """The file of a source id or a path, which may also be given from the current folder."""
        try:
            return find(self._database, current, target)
        except NotLoaded as nothing:
            here, incoming = Path(target).resolve(), self.settings.incoming.resolve()
            if not here.is_relative_to(incoming):
                raise
            try:
                return find(self._database, current, here.relative_to(incoming).as_posix())
            except NotLoaded:
                raise nothing from None

    def compact(self, keep_days: int | None) -> Summary:
        with connect(spill=self.settings.staging / "spill") as self._database:
            while self._compact_once(keep_days):
                self.summary.published = True
                self.progress.say(f"{self.summary.joined:,} small files joined")
            self.summary.generation = int(local_path(self.settings).stem)
            return self.summary

    def _compact_once(self, keep_days: int | None) -> bool:
        """One load that joins or drops what it may at once; False where nothing is left."""
        current, known = self._current()
        if current is None:
            return False
        groups = compaction.due(self._database, current, more_than=1)
        gone = [] if keep_days is None else compaction.old(self._database, current, keep_days)
        if not groups and not gone:
            return False
        with staging_folder(self.settings, self.progress.say) as folder:
            merge = self._merge(folder, known)
            merge.dropped += compaction.drop(self._database, merge.anew, gone)
            self.summary.joined += compaction.compact(self._database, merge.anew, groups)
            self._write(merge)
            self._publish(current, known, merge)
        self.summary.dropped += sum(day.rows for day in merge.dropped)
        return True

    def _take_back(
        self, merge: Merge, current: Path, asked: Sequence[tuple[LoadedFile, str]]
    ) -> None:
        self.progress.say("taking rows out of the lake")
        retractions = retraction.take_back(self._database, current, merge.anew, asked)
        merge.take_back(retractions)
        self.summary.retracted = [file.path for file in retractions]

    def _run(self, place: Incoming, lists_now: bool = False) -> Summary:
        """`lists_now`: what is new was looked through before, but for lists that waited for it."""
        current, known = self._current()
        seen = Seen(self.settings.data / "seen.json")
        found, unread = place.look(known.unread)
        new = self._arrived(place, found, current, seen)
        loaded = ledger.loaded(self._database, current, {scan.source_id for _, scan in new})
        lists = [] if lists_now else retract_list.waiting(new, loaded)
        new = [file for file in new if file not in lists]
        self.summary.unread = [(u.path, u.reason) for u in unread if not u.is_temporary]
        is_news = bool(new) or _differ(unread, known)
        if is_news or current is None or known.definitions != publish.definitions(self.settings):
            with staging_folder(self.settings, self.progress.say) as folder:
                merge = self._merge(folder, known, unread)
                merge.loaded.update(loaded)
                if is_news:
                    self._take(self._without_lists(new, merge, current), merge)
                    self._read_again(merge, current)
                    self._compact_when_due(merge, current)
                    self._write(merge)
                    for arrival, scan in new:
                        if arrival.path not in merge.waiting:
                            seen.note(arrival, scan.source_id)
                self._publish(current, known, merge)
            self.summary.published = True
        seen.save(found if place.is_whole else None)
        self.summary.generation = int(local_path(self.settings).stem)
        more = place.more([arrival.path for arrival, _ in lists])
        if not lists and not more:
            return self.summary
        first, self.summary, self.started = self.summary, Summary(), _now()
        return self._run(place, lists_now=not more).after(first)

    def _merge(self, folder: Path, known: Known, unread: Sequence[Unread] | None = None) -> Merge:
        load = Load(known.load_id + 1, self.started, folder, self.storage.token())
        return Merge(load, known, self.settings, unread)

    def _current(self) -> tuple[Path | None, Known]:
        """The generation to build on and what it knows, after any interrupted run is cleared away.

        A missing or broken one is made anew from the lake before anything is loaded.
        """
        self.storage.open()
        try:
            path = local_path(self.settings)
            known = ledger.known(self._database, path)
        except (NoGeneration, duckdb.Error) as wrong:
            if is_locked(wrong):
                raise WarehouseLocked(local_path(self.settings), wrong) from wrong
            clear_interrupted(self._database, self.settings, committed=None)
            if not ledger.folders(self.settings.lake):
                return None, Known()
            self.progress.say("rebuilding the warehouse from the lake")
            with staging_folder(self.settings):
                staged = publish.rebuild(self._database, self.settings, self.storage)
                publish.publish(self._database, self.settings, self.storage, staged)
            path = local_path(self.settings)
            return path, ledger.known(self._database, path)
        clear_interrupted(self._database, self.settings, committed=known.load_id)
        if known.definitions == publish.definitions(self.settings):
            with attached(self._database, path, read_only=True):
                if not parts.is_there(self._database, self.settings.data):
                    known = replace(known, definitions="")  # so that it is made anew
        return path, known

    def _arrived(
        self, place: Incoming, found: list[Arrival], current: Path | None, seen: Seen
    ) -> New:
        """Hash what may be new; files whose path and bytes the ledger has are no news."""
        there = [(a.path, source_id) for a in found if (source_id := seen.source_id(a))]
        old = {path for path, _ in ledger.noted(self._database, current, there)}
        fresh = [arrival for arrival in found if arrival.path not in old]
        complete, waiting = place.settled(fresh)
        self.summary.waiting += len(waiting)
        self.progress.begin(len(complete), sum(arrival.bytes for arrival in complete))
        scans = [*zip(complete, self._scanned(complete), strict=True)]
        read = [(a, scan) for a, scan in scans if scan is not None and a.unchanged()]
        self.summary.waiting += len(scans) - len(read)
        pairs = [(arrival.path, scan.source_id) for arrival, scan in read]
        same = ledger.noted(self._database, current, pairs)
        for arrival, scan in read:
            if (arrival.path, scan.source_id) in same:
                seen.note(arrival, scan.source_id)
        return [(a, scan) for a, scan in read if (a.path, scan.source_id) not in same]

    def _scanned(self, complete: list[Arrival]) -> Iterator[Scan | None]:
        """None for a file that cannot be opened now."""
        scans = engines.scan(self._database, self.settings, complete, self.progress, self.remote)
        for arrival, scan in zip(complete, scans, strict=True):
            if isinstance(scan, OSError):
                self.progress.say(f"left alone: {arrival.path} cannot be read ({scan.strerror})")
                yield None
            else:
                yield scan

    def _without_lists(self, new: New, merge: Merge, current: Path | None) -> New:
        """What else is new, once the files named by any retract.csv are taken back."""
        asked: list[tuple[LoadedFile, str]] = []
        for arrival, scan in new:
            if retract_list.is_list(arrival.path) and not merge.loaded.get(scan.source_id):
                listed = retract_list.take(self._database, current, arrival, scan, merge.load)
                merge.add(listed.taken)
                asked += listed.asked
        if current and asked:
            self._take_back(merge, current, asked)
        done = {fate.path for fate in merge.fates}
        return [(arrival, scan) for arrival, scan in new if arrival.path not in done]

    def _take(self, new: New, merge: Merge) -> None:
        """Every new file into the staging folder."""
        left = new
        with engines.chosen(self._database, self.settings, new, self.remote) as engine:
            while left:
                found = plan(merge.load, left, merge.loaded, merge.tables)
                merge.note(found.duplicates)
                for fate in found.duplicates:
                    self.progress.parsed(fate.path, fate.bytes, 0)
                for taken in engine.take(merge.load, found.files, merge.tasks, self.progress):
                    merge.add(taken)
                left = found.later

    def _read_again(self, merge: Merge, current: Path | None) -> None:
        """Give the rows of customers' tables instants where a time column was named just now."""
        for table in merge.timed:
            assert current is not None  # since the tables are known
            self.progress.say(f"reading the rows of customer {table.customer_id} again")
            merge.add(read_again(self._database, current, merge.anew, table))
        self.summary.timed = merge.timed

    def _compact_when_due(self, merge: Merge, current: Path | None) -> None:
        """Join the small files of the fullest days, as far as that is quickly done."""
        most = compaction.setting()
        if current is None or not 0 < most < merge.known.crowd:
            return
        if groups := compaction.due(self._database, current, most):
            self.progress.say("joining small files of the lake")
            try:
                compaction.compact(self._database, merge.anew, groups)
            except (lake.Damaged, BucketError) as harmed:  # nothing is computed from it now
                self.progress.say(f"left as they are: {harmed}")

    def _write(self, merge: Merge) -> None:
        """What was taken into the lake, and the load's ledger beside it."""
        self.progress.say("writing the lake")
        totals = merge.write(self._database)
        self.summary.note(totals, merge.fates, merge.founded)
        self.summary.waiting += len(merge.waiting)

    def _stage(self, current: Path | None, known: Known, merge: Merge, maker: Maker) -> Path:
        """The next generation, not yet published."""
        if not current or known.definitions != publish.definitions(self.settings):
            return publish.rebuild(
                self._database,
                self.settings,
                self.storage,
                maker,
                after_load=merge.is_written,
            )
        return publish.build(
            self._database,
            self.settings,
            self.storage,
            current,
            [ledger.folder(self.settings.lake, merge.load.load_id)],
            merge.changed,
            merge.rejecting,
            maker,
        )

    def _publish(self, current: Path | None, known: Known, merge: Merge) -> None:
        self.progress.say("computing what changed")
        with engines.maker(self.settings, self.remote, self.progress.say) as maker:
            staged = self._stage(current, known, merge, maker)
        publish.publish(self._database, self.settings, self.storage, staged)
        open_lake.follow(
            self._database, self.settings, local_path(self.settings), self.progress.say
        )
        removed = [(file.path, merge.load.load_id) for file in merge.removed]
        try:
            drop_removed(self._database, self.settings, [*known.removed, *removed])
        except (duckdb.Error, OSError) as failed:  # it is published; the next load tries again
            self.progress.say(f"old files of the lake stay for now: {first_line(failed)}")


def _differ(unread: Sequence[Unread], known: Known) -> bool:
    """Did the files that are not read change? What comes and goes by itself is no news."""
    news, gone = changes(unread, known.unread)
    return not all(other.is_temporary for other in news) or not all(
        is_temporary(PurePosixPath(path).name) for path in gone
    )
