"""What has arrived: the CSV files below incoming that are complete and not yet in the ledger."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from etl import disk, unread

SETTLE_SECONDS = 0.3
QUIET_SECONDS = 5

HIDDEN_FOLDER = "a hidden folder: what lies in it is left alone"

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A complete file; `path` is relative to incoming, `where` it is on this machine, `stamp` its
    size, times and inode."""

    path: str
    where: str
    stamp: Stamp

    @property
    def file(self) -> Path:
        return Path(self.where)

    @property
    def bytes(self) -> int:
        return self.stamp[0]

    def unchanged(self) -> bool:
        """Is the file still the one that was seen?"""
        try:
            return stamp(self.file) == self.stamp
        except OSError:
            return False


class Seen:
    """Files already in the ledger by size, times and inode, so that they are not hashed again.

    Only a cache: without it, every file is hashed and found in the ledger.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamps: dict[str, list[object]] = {}
        self._is_new = False
        with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
            noted = json.loads(path.read_text("utf-8"))
            self._stamps = {name: [*cells] for name, cells in noted.items() if len(cells) == 5}

    def source_id(self, arrival: Arrival) -> str | None:
        """The identity of a file that did not change since it was noted."""
        *noted, source_id = self._stamps.get(arrival.path, [None])
        return str(source_id) if tuple(noted) == arrival.stamp else None

    def note(self, arrival: Arrival, source_id: str) -> None:
        self._stamps[arrival.path] = [*arrival.stamp, source_id]
        self._is_new = True

    def save(self, found: Sequence[Arrival] | None) -> None:
        """Write what is new, of the files that are still there (None: that is not known)."""
        if self._is_new:
            kept = self._stamps
            if found is not None:
                kept = {a.path: kept[a.path] for a in found if a.path in kept}
            disk.replace(self._path, json.dumps(kept).encode(), durable=False)


def stamp(path: Path) -> Stamp:
    return _stamp(path.stat())


def _stamp(seen: os.stat_result) -> Stamp:
    return seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that is not read: its path below incoming, its size, and why."""

    path: str
    bytes: int
    reason: str
    is_temporary: bool


def changes(unread: Sequence[Unread], before: Mapping[str, str]) -> tuple[list[Unread], list[str]]:
    """What is not read for another reason than `before`, which gives reasons by path, and the paths
    that are gone."""
    there = {other.path for other in unread}
    news = [other for other in unread if before.get(other.path) != other.reason]
    return news, [path for path in before if path not in there]


def look(incoming: Path) -> tuple[list[Arrival], list[Unread]]:
    """Every file below incoming, in the order of the paths: CSVs by their final names, and all
    that is not read."""
    found: list[Arrival] = []
    others: list[Unread] = []
    above = len(os.path.join(incoming, ""))
    for where in _walk(os.fspath(incoming)):
        shown, name = _shown(where[above:]), os.path.basename(where)
        try:
            seen = os.stat(where)
        except OSError:  # gone again, or a link that leads nowhere
            if os.path.islink(where) and not unread.is_temporary(name):
                others.append(Unread(shown, 0, "a link that leads nowhere", False))
            continue
        if stat.S_ISDIR(seen.st_mode):
            others.append(Unread(f"{shown}/", 0, HIDDEN_FOLDER, True))
        elif not stat.S_ISREG(seen.st_mode):
            others.append(Unread(shown, 0, "no regular file (a pipe, socket or device)", False))
        elif unread.is_read(name):
            found.append(Arrival(shown, where, _stamp(seen)))
        elif name not in unread.OURS and not name.startswith(".upload-"):
            why = unread.reason(PurePosixPath(name))
            others.append(Unread(shown, seen.st_size, why, unread.is_temporary(name)))
    found.sort(key=lambda arrival: arrival.path)
    return found, sorted(others, key=lambda other: other.path)


def _shown(path: str) -> str:
    """A path as text; bytes that are not UTF-8 are spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def settled(arrivals: list[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
    """Split into complete files and those still being written, which are left for a later run."""
    newest = max((a.stamp[1] for a in arrivals), default=0) / 1e9
    if (wait := newest + SETTLE_SECONDS - time.time()) > 0:
        time.sleep(min(wait, SETTLE_SECONDS))
    complete = [a for a in arrivals if a.unchanged() and _is_finished(a)]
    kept = set(complete)
    return complete, [a for a in arrivals if a not in kept]


def _walk(incoming: str) -> Iterator[str]:
    """Every path that is no folder, and hidden folders, which are left alone. Links to folders are
    followed after all others, so that what can be reached in two ways, or in a circle, goes by its
    own name."""
    entered: set[tuple[int, int]] = set()
    starts = [incoming]
    for start in starts:
        for folder, folders, names in os.walk(start):
            seen = os.stat(folder)
            if (seen.st_dev, seen.st_ino) in entered:
                folders.clear()
                continue
            entered.add((seen.st_dev, seen.st_ino))
            yield from (os.path.join(folder, name) for name in folders if name.startswith("."))
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            starts += (p for name in folders if os.path.islink(p := os.path.join(folder, name)))
            yield from (os.path.join(folder, name) for name in names)


def _is_finished(arrival: Arrival) -> bool:
    """Is nobody writing the file? Where that cannot be known, it must have been quiet a while.

    The change time, which nobody can set, stands in for a modification time in the future.
    """
    is_open = _open_for_writing(arrival.file)
    if is_open is None:
        _, modified, changed, _ = arrival.stamp
        return time.time() - min(modified, changed) / 1e9 >= QUIET_SECONDS
    return not is_open


def _open_for_writing(path: Path) -> bool | None:
    """Does a process hold the file open for writing? None: unknown.

    On Linux a read lease tells, for which one must own the file or be root.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as refused:
        return True if refused.errno in (errno.EAGAIN, errno.EWOULDBLOCK) else None
    finally:
        os.close(handle)
    return False
