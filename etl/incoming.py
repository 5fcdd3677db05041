"""Where CSVs arrive: a folder, or a place in an object store whose objects are fetched to be read.

What a run asks of both is the same: `look` at what is there, and `settled` for what can be read
now. An object is what its bytes are; its ETag, size and time only tell that it was seen before.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from etl import arrivals, disk, unread
from etl.arrivals import HIDDEN_FOLDER, Arrival, Stamp, Unread
from etl.progress import Progress
from etl.time_columns import TIME_COLUMN_FILE
from warehouse import Settings
from warehouse.bucket import Bucket, Gone, Listed, OtherNow, Refused, side_by_side
from warehouse.environment import number

AT_ONCE_MB = "FLEETPULSE_FETCH_MB"
FULL_SECONDS = "FLEETPULSE_LIST_SECONDS"
NO_NAME = "its key ends in /, as a folder's does: give it a name that ends in .csv"
FEW = 10_000  # objects that are listed in ten requests: always in full


class Incoming(Protocol):
    """Where a run looks for files."""

    @property
    def is_whole(self) -> bool:
        """Did the last look see all that is there?"""
        ...

    def look(self, unread: Mapping[str, str]) -> tuple[list[Arrival], list[Unread]]:
        """Every CSV in the order of the paths, and all that is not read. `unread` is what was not
        read before, with why."""
        ...

    def settled(self, fresh: list[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
        """Split into files that can be read now, and those that are left for a later run."""
        ...

    def more(self, again: Sequence[str] = ()) -> bool:
        """After what could be read was loaded: is there more to read at once? The files of the
        paths `again` were put off."""
        ...

    def close(self) -> None:
        """The run is over, however it ended."""
        ...


class Folder:
    """A folder of this machine."""

    is_whole = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def look(self, unread: Mapping[str, str]) -> tuple[list[Arrival], list[Unread]]:
        return arrivals.look(self._folder)

    def settled(self, fresh: list[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
        return arrivals.settled(fresh)

    def more(self, again: Sequence[str] = ()) -> bool:
        return False

    def close(self) -> None:
        """There is nothing to clear away."""


@dataclass(frozen=True, slots=True)
class Fetched(Arrival):
    """An object of the store, and where its bytes are put to be read; `stamp` is of the object."""

    listed: Listed

    def unchanged(self) -> bool:
        """What was fetched is ours: nobody writes to it."""
        return True


@dataclass(slots=True)
class Objects:
    """A place in an object store.

    Objects are fetched into a folder of the run's own, a bounded number of bytes at a time. They
    are listed in full while they are few; else those behind the last key, and in full from time
    to time, since late ones may have smaller keys.
    """

    bucket: Bucket
    folder: Path
    state: Path
    progress: Progress
    _listed: list[Listed] | None = None
    is_whole: bool = True
    _more: bool = False
    _tried: set[tuple[str, str]] = field(default_factory=set)
    _left: list[Arrival] = field(default_factory=list)

    def look(self, unread: Mapping[str, str]) -> tuple[list[Arrival], list[Unread]]:
        if self._listed is None:
            self._list()
        found: list[Arrival] = []
        others: dict[str, Unread] = {}
        if not self.is_whole:
            for path, why in unread.items():
                name = PurePosixPath(path).name
                others[path] = Unread(path, 0, why, why == HIDDEN_FOLDER or _is_temporary(name))
        for listed in self._listed or ():
            if listed.key.endswith("/"):
                if listed.bytes:  # without any it is how consoles show a folder
                    others[listed.key] = Unread(listed.key, listed.bytes, NO_NAME, False)
                continue
            if other := _unread(listed):
                others[other.path] = other
            elif _is_read(listed.key):
                where = str(self._local(listed.key))
                found.append(Fetched(listed.key, where, _stamp(listed), listed))
        found.sort(key=lambda arrival: arrival.path)
        return found, sorted(others.values(), key=lambda other: other.path)

    def settled(self, fresh: list[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
        shutil.rmtree(self.folder, ignore_errors=True)
        wanted = [a for a in fresh if isinstance(a, Fetched) and not self._was_tried(a)]
        now = _first(wanted, int(number(AT_ONCE_MB, 4_000, least=1) * 1_000_000))
        self._more = len(now) < len(wanted)
        self._tried |= {(arrival.path, arrival.listed.etag) for arrival in now}
        if not now:
            return [], self._left
        size = sum(arrival.bytes for arrival in now) / 1e6
        self.progress.say(f"fetching {len(now):,} of {len(wanted):,} new objects, {size:,.1f} MB")
        self._time_columns(now)
        is_there = side_by_side(self._fetch, now)
        self._left += [a for a, there in zip(now, is_there, strict=True) if not there]
        return [a for a, there in zip(now, is_there, strict=True) if there], self._left

    def more(self, again: Sequence[str] = ()) -> bool:
        self._tried = {(path, etag) for path, etag in self._tried if path not in again}
        if not self._more and not again and not self._left:
            self._note()
        return self._more

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _was_tried(self, arrival: Fetched) -> bool:
        return (arrival.path, arrival.listed.etag) in self._tried

    def _list(self) -> None:
        noted = self._noted()
        after = str(noted.get("last", ""))
        count, listed_at = float(noted.get("objects", 0)), float(noted.get("full_at", 0))
        due = listed_at + number(FULL_SECONDS, 600, least=0)
        self.is_whole = not after or count <= FEW or not listed_at <= time.time() < due
        self._listed = list(self.bucket.objects(after="" if self.is_whole else after))
        if not self.is_whole:
            self.progress.say(f"listed what is new; all {count:,.0f} objects again later")

    def _noted(self) -> Mapping[str, str | float]:
        with suppress(OSError, ValueError):
            noted = json.loads(self.state.read_text("utf-8"))
            if isinstance(noted, dict) and noted.get("url") == self.bucket.url:
                return noted
        return {}

    def _note(self) -> None:
        """Remember up to where all was read, so that the next run begins there."""
        listed, before = self._listed or [], self._noted()
        keys = [one.key for one in listed]
        now = time.time()
        count = len(keys) if self.is_whole else float(before.get("objects", 0)) + len(keys)
        noted = {
            "url": self.bucket.url,
            "last": max(
                [*keys, *([] if self.is_whole else [str(before.get("last", ""))])], default=""
            ),
            "objects": count,
            "full_at": now if self.is_whole else before.get("full_at", 0),
        }
        disk.replace(self.state, json.dumps(noted).encode(), durable=False)

    def _fetch(self, arrival: Fetched) -> bool:
        """Get an object's bytes; False where it is left alone."""
        try:
            arrival.file.parent.mkdir(parents=True, exist_ok=True)
            self.bucket.download(arrival.listed, arrival.file)
        except (Gone, OtherNow, Refused) as wrong:
            self.progress.say(f"left alone: {wrong}")
            return False
        return True

    def _time_columns(self, now: Sequence[Arrival]) -> None:
        """Get what an upload may have said about a customer's time column."""
        beside = {PurePosixPath(arrival.path).parent for arrival in now}
        for folder in sorted(folder for folder in beside if folder.parts[:1] == ("customers",)):
            key = f"{folder}/{TIME_COLUMN_FILE}"
            with suppress(Gone):
                content = self.bucket.get(key)
                path = self._local(key)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

    def _local(self, key: str) -> Path:
        """Where an object's bytes are read from: keys hold what no file system takes, so that a
        folder and a file go by digests, but for what is looked for by its name."""
        folder, _, name = key.rpartition("/")
        local = name if name == TIME_COLUMN_FILE else _digest(name)
        return self.folder / _digest(folder) / local


def of(settings: Settings, progress: Progress) -> Incoming:
    """Where a run's files arrive. Raises FileNotFoundError without an incoming folder."""
    if settings.incoming_url:
        return Objects(
            Bucket(settings.incoming_url),
            settings.incoming,
            settings.data / "listing.json",
            progress,
        )
    if not settings.incoming.is_dir():
        raise FileNotFoundError(f"the incoming folder {str(settings.incoming)!r} does not exist")
    return Folder(settings.incoming)


def _first(wanted: Sequence[Fetched], most_bytes: int) -> list[Fetched]:
    """As many, in order, as are within the bound, but at least one."""
    now: list[Fetched] = []
    held = 0
    for arrival in wanted:
        if now and held + arrival.bytes > most_bytes:
            break
        now.append(arrival)
        held += arrival.bytes
    return now


def _is_read(key: str) -> bool:
    return unread.is_read(key.rpartition("/")[2])


def _is_temporary(name: str) -> bool:
    return unread.is_temporary(name)


def _unread(listed: Listed) -> Unread | None:
    """Why an object is not read, as it is said of files; None where it is, or is ours."""
    *folders, name = listed.key.split("/")
    for depth, folder in enumerate(folders, 1):
        if folder.startswith("."):
            return Unread("/".join(folders[:depth]) + "/", 0, HIDDEN_FOLDER, True)
    if unread.is_read(name) or name in unread.OURS or name.startswith(".upload-"):
        return None
    why = unread.reason(PurePosixPath(name))
    return Unread(listed.key, listed.bytes, why, unread.is_temporary(name))


def _stamp(listed: Listed) -> Stamp:
    """What tells that an object was seen before; whole numbers, as a file's are."""
    tag = int.from_bytes(hashlib.sha256(listed.etag.encode()).digest()[:6])
    return listed.bytes, int(listed.modified * 1_000_000_000), tag, 0


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
