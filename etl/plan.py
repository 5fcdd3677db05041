"""Who is taken in which round: everything about a load's files that one file alone cannot know.

A round's tasks do not depend on each other, so that they can run anywhere and in any order. What
depends on the fate of another file (the same bytes again, a customer's table that is founded first)
waits for a later round.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from etl import customers
from etl.arrivals import Arrival
from etl.customers import Tables
from etl.ledger import FileFate
from etl.read.dialect import Dialect, detect
from etl.read.header import Unfit, read_header
from etl.read.ranges import Range, divide
from etl.read.scan import Scan

MOST_LINES = 20_000_000

New = Sequence[tuple[Arrival, Scan]]


@dataclass(frozen=True, slots=True)
class File:
    """A file to take: what arrived, what its bytes say, and its dialect, or why it has none.

    `founds`: a customer's first file, whose time column is still to be found. `part`: that range
    of it only.
    """

    arrival: Arrival
    scan: Scan
    dialect: Dialect | Unfit
    founds: bool = False
    part: Range | None = None

    @property
    def bytes(self) -> int:
        """What there is to read, as stored."""
        return self.part.bytes if self.part else self.scan.stored_bytes

    @property
    def lines(self) -> int:
        return self.part.lines if self.part else self.scan.lines

    @property
    def dataset(self) -> str | None:
        """The dataset that it belongs to, as far as can be told."""
        if isinstance(self.dialect, Dialect):
            return self.dialect.dataset.name
        return customers.FOLDER if customers.owner_of(PurePosixPath(self.arrival.path)) else None

    def fate(
        self,
        load: Load,
        status: str,
        reason: str | None = None,
        read: int = 0,
        loaded: int = 0,
        read_as: str | None = None,
    ) -> FileFate:
        """Its row of the ledger; what was read and not loaded is rejected."""
        return FileFate(
            source_id=self.scan.source_id,
            path=self.arrival.path,
            dataset=self.dataset,
            bytes=self.scan.stored_bytes,
            status=status,
            rows_read=read,
            rows_loaded=loaded,
            rows_rejected=read - loaded,
            reason=reason,
            load_id=load.load_id,
            loaded_at=load.started,
            read_as=read_as,
        )


@dataclass(frozen=True, slots=True)
class Load:
    """What all files of one load share: its number, when it began (naive UTC), where its tasks may
    write, and what tells its files in the lake from those of another writer's load of that number.
    """

    load_id: int
    started: dt.datetime
    folder: Path
    token: str = ""

    @property
    def name(self) -> str:
        """What the names of its files begin with."""
        return f"{self.load_id:06d}{self.token}"


@dataclass(frozen=True, slots=True)
class Task:
    """Files that are taken together, or a range of one; its name is unique in the load."""

    load: Load
    number: int
    files: Sequence[File]

    @property
    def name(self) -> str:
        part = self.files[0].part
        return f"{self.number}" if part is None else f"{self.number}.{part.before}"


@dataclass(slots=True)
class Round:
    """What can be taken now, the fates of duplicates, and what has to wait."""

    files: list[File] = field(default_factory=list)
    duplicates: list[FileFate] = field(default_factory=list)
    later: list[tuple[Arrival, Scan]] = field(default_factory=list)


def plan(load: Load, new: New, loaded: Mapping[str, Sequence[str]], tables: Tables) -> Round:
    """Sort the files that are left, in the order of their paths, into the next round.

    `loaded` gives the paths under which each source was loaded, by this load too.
    """
    found = Round()
    held: set[str] = set()
    founding: set[str] = set()
    for arrival, scan in new:
        path = PurePosixPath(arrival.path)
        owner = customers.owner_of(path)
        if scan.source_id in held or owner in founding:
            found.later.append((arrival, scan))
            if owner and not tables.has(owner):
                founding.add(owner)  # a later file must not found its table before it
            continue
        file = _file(arrival, scan, path, tables)
        if twin := _twin(path, loaded.get(scan.source_id, ())):
            reason = f"the same bytes came as {twin}"
            found.duplicates.append(file.fate(load, "duplicate", reason))
            continue
        if owner and file.founds:
            founding.add(owner)
        held.add(scan.source_id)
        found.files.append(file)
    return found


def tasks(load: Load, files: Sequence[File], first: int, most_lines: int) -> Iterator[Task]:
    """The files in their order as tasks of bounded size, numbered from `first`."""
    batch: list[File] = []
    held = 0
    for file in files:
        if batch and held + file.scan.lines > most_lines:
            yield Task(load, first, batch)
            first, batch, held = first + 1, [], 0
        batch.append(file)
        held += file.scan.lines
    if batch:
        yield Task(load, first, batch)


def ranges(task: Task, most_lines: int) -> list[Task]:
    """A task of one large plain file as tasks of its ranges; else just the task."""
    (file, *others) = task.files
    if others or not isinstance(file.dialect, Dialect) or file.dataset == customers.FOLDER:
        return [task]
    scan = replace(file.scan, cuts=[])
    return [
        replace(task, files=[replace(file, scan=scan, part=part)])
        for part in divide(file.scan, file.dialect, most_lines)
    ] or [task]


def _twin(path: PurePosixPath, paths: Sequence[str]) -> str | None:
    """Under which path these bytes were loaded before, for the same customer if it is one's."""
    owner = customers.owner_of(path)
    if owner and customers.is_again(path):
        return None
    return next((p for p in paths if customers.owner_of(PurePosixPath(p)) == owner), None)


def _file(arrival: Arrival, scan: Scan, path: PurePosixPath, tables: Tables) -> File:
    if scan.failure:
        return File(arrival, scan, Unfit(scan.failure))
    try:
        header = read_header(path, scan.head, scan.is_windows)
        if customers.owner(path) is None:
            return File(arrival, scan, detect(path, header))
        dialect, founds = tables.dialect(path, header)
    except Unfit as wrong:
        return File(arrival, scan, wrong)
    return File(arrival, scan, dialect, founds)
