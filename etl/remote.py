"""Data in a bucket, of which the data folder is a working copy (warehouse/working_copy.py).

Every file is an object under a key that no other writer ever uses, and the commit is one
conditional put (warehouse/commits.py): of several writers one wins, whatever the others did.
"""

from __future__ import annotations

import io
import re
import secrets
import shutil
import socket
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import duckdb

from etl import disk, lake
from etl.storage import COUNTER, Overtaken
from warehouse import Settings, commits, working_copy
from warehouse.bucket import Altered, Bucket, BucketError, Gone, Stored, side_by_side
from warehouse.commits import Commit
from warehouse.database import attached

KEPT = working_copy.KEPT
OLD_SECONDS = 86_400  # what nobody lists is removed when no writer can be about to list it
LONGEST_SECONDS = OLD_SECONDS / 2  # a run that takes longer does not commit
SWEPT = "swept"

_OF_THE_LAKE = re.compile(r"lake/[^_/][^/]*/day=[^/]*/[^/]*\.parquet")


class Remote:
    """A bucket, with the folder as its working copy."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        assert settings.data_url is not None
        self._settings = settings
        self._say = say
        self._bucket = Bucket(settings.data_url)
        self._token = f"-{secrets.token_hex(6)}"
        self._started = time.monotonic()
        self._opened: Commit | None = None
        self._written: list[str] = []

    def token(self) -> str:
        return self._token

    def open(self) -> None:
        self._started = time.monotonic()
        data = self._settings.data
        with working_copy.changing(self._settings):
            for folder in (self._settings.staging, data / "scratch", self._ledgers):
                shutil.rmtree(folder, ignore_errors=True)
            try:
                self._opened = self._shown()
            except (BucketError, duckdb.Error) as wrong:
                self._opened = commits.newest(self._bucket)
                if self._opened is None or not self._is_lost(self._opened):
                    raise
                self._say(f"the newest generation is lost: {wrong}")
                working_copy.forget(self._settings)
                self.ledgers()
            working_copy.tidy(self._settings)
            number = self._opened.number if self._opened else 0
            disk.replace(data / COUNTER, str(number).encode(), durable=False)

    def _shown(self) -> Commit | None:
        """The newest commit, once its generation is here and can be read."""
        before = working_copy.local(self._settings)
        found = working_copy.update(self._settings, self._bucket, sure=True)
        if found is None:
            self._begin_at_nothing(before)
        if found and not working_copy.is_readable(self._settings):
            working_copy.forget(self._settings)
            found = working_copy.update(self._settings, self._bucket)
        if found:
            working_copy.fetch_parts(self._settings, self._bucket, found)
        return found

    def _begin_at_nothing(self, before: Commit | None) -> None:
        """Say so where there was something; raises BucketError where a folder was copied there."""
        if before:
            self._say(
                f"{self._bucket.url} is empty, of which this machine had generation "
                f"{before.number}: everything begins anew"
            )
        copied: list[str] = []
        with suppress(BucketError):  # nothing rests on a listing
            listed = self._bucket.objects(f"lake/{lake.LEDGER}/")
            copied += [o.key for o in listed if re.match(rf"lake/{lake.LEDGER}/\d+/", o.key)]
        if copied:
            raise BucketError(
                f"{self._bucket.url} holds a data folder that was copied there, which no load goes "
                "on from: name an empty prefix, and load the incoming files into it"
            )

    def _is_lost(self, newest: Commit) -> bool:
        """Is a generation's file, or a part of it, not in the bucket as it was put there?"""
        try:
            return any(
                self._bucket.digest(one.key) != one.sha256
                for one in (newest.database, *newest.parts)
            )
        except Gone:
            return True

    @property
    def _ledgers(self) -> Path:
        return self._settings.lake / lake.LEDGER

    def ledgers(self) -> None:
        newest = commits.newest(self._bucket)
        numbers = range(1, newest.number + 1 if newest else 1)
        side_by_side(self._unpack, numbers)

    def _unpack(self, number: int) -> None:
        """Put the ledger folder of a commit's load into the working copy."""
        commit = commits.get(self._bucket, number)
        if commit is None or commit.ledger is None:
            return
        folder = self._ledgers / f"{commit.load_id:06d}"
        if folder.exists():
            return
        packed = self._ledgers / f".{commit.load_id:06d}.tar"
        self._bucket.fetch(commit.ledger.key, commit.ledger.sha256, packed)
        fresh = self._ledgers / f".{commit.load_id:06d}"
        with tarfile.open(packed) as content:
            content.extractall(fresh, filter="data")
        fresh.rename(folder)
        packed.unlink()

    def commit(self, connection: duckdb.DuckDBPyConnection, staged: Path) -> None:
        with working_copy.changing(self._settings):
            if commits.get(self._bucket, int(staged.stem)):
                raise Overtaken(self._overtaken(int(staged.stem)))
            made = self._put(connection, staged, self._opened)
            if time.monotonic() - self._started > LONGEST_SECONDS:
                raise BucketError(
                    "the load took longer than 12 hours: what it wrote may be taken for left over"
                )
            self._see_that_it_is_careful()
            self._say("committing")
            if not self._bucket.put_first(made.key, made.as_bytes()):
                self._give_way(made)
            self._opened = made
            working_copy.note(self._settings, made)
        self._clear(connection, made)

    def _see_that_it_is_careful(self) -> None:
        """Once for each working copy: the store must refuse to put what is there already, as not
        all do. Raises BucketError."""
        marker = self._settings.data / "careful"
        if marker.exists():
            return
        key = f"commits/probe{self._token}"
        self._bucket.put_first(key, b"first")
        is_careful = not self._bucket.put_first(key, b"second")
        self._bucket.delete([key])
        if not is_careful:
            raise BucketError(
                f"the store of {self._settings.data_url} overwrites what is there although asked "
                "not to (If-None-Match): two loads at once would lose data there"
            )
        marker.touch()

    def _overtaken(self, number: int) -> str:
        return (
            f"another writer published generation {number} to {self._settings.data_url} meanwhile"
        )

    def _put(
        self, connection: duckdb.DuckDBPyConnection, staged: Path, before: Commit | None
    ) -> Commit:
        """Put all that the generation needs and the bucket lacks under final keys."""
        with attached(connection, staged, read_only=True):
            row = connection.execute("select coalesce(max(load_id), 0) from loads").fetchone()
            files = connection.execute(
                "select path, bytes, sha256 from parquet_files where load_id > ?",
                [before.load_id if before else 0],
            ).fetchall()
            parts = connection.execute("select path, bytes, sha256 from mart_parts").fetchall()
        load_id, newest = row[0] if row else 0, before.load_id if before else 0
        if load_id < newest or int(staged.stem) != (before.number if before else 0) + 1:
            raise RuntimeError(f"generation {staged.stem} does not follow what is published")
        is_load = load_id > newest
        named = [Stored(*part) for part in parts]
        there = {part.key for part in before.parts} if before else set()
        packed = staged.with_suffix(".duckdb.zst")
        working_copy.pack(staged, packed)
        database = _stored(packed, f"generations/{staged.stem}{self._token}.duckdb.zst")
        ledger = self._pack(load_id) if is_load else None
        data = self._settings.data
        new = [(data / one.key, one) for one in named if one.key not in there]
        new += [(data / one.key, one) for one in (Stored(*file) for file in files)]
        new += [(packed, database), *([ledger] if ledger else [])]
        self._say(f"writing {len(new):,} objects, {sum(o.bytes for _, o in new) / 1e6:,.1f} MB")
        self._written = [one.key for _, one in new]
        side_by_side(lambda one: self._bucket.put(one[0], one[1].key), new)
        return Commit(
            number=int(staged.stem),
            load_id=load_id,
            made_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            writer=f"{socket.gethostname()}{self._token}",
            folder=working_copy.prefix(data),
            database=database,
            ledger=ledger[1] if ledger else None,
            parts=tuple(named),
        )

    def _pack(self, load_id: int) -> tuple[Path, Stored]:
        """The load's ledger folder as one file."""
        folder = self._ledgers / f"{load_id:06d}"
        packed = self._settings.staging / f"ledger{load_id:06d}.tar"
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as out:
            for path in sorted(folder.iterdir()):
                out.add(path, path.name)
        packed.write_bytes(content.getvalue())
        return packed, _stored(packed, f"lake/{lake.LEDGER}/{load_id:06d}{self._token}.tar")

    def _give_way(self, made: Commit) -> None:
        """Take away what nobody will ever list. Raises Overtaken."""
        self._bucket.delete(self._written)
        raise Overtaken(self._overtaken(made.number))

    def _clear(self, connection: duckdb.DuckDBPyConnection, made: Commit) -> None:
        """Remove what no kept generation names; the commit stands whatever becomes of this."""
        try:
            self._drop_old(connection, made)
            marker = self._settings.data / SWEPT
            if not marker.exists() or time.time() - marker.stat().st_mtime > OLD_SECONDS:
                self.sweep(connection, made)
                marker.touch()
        except (BucketError, OSError, duckdb.Error) as failed:
            self._say(f"old objects stay for now: {failed}")

    def _drop_old(self, connection: duckdb.DuckDBPyConnection, made: Commit) -> None:
        """Remove the generation that is kept no more, and what only it needs."""
        gone, oldest = (
            commits.get(self._bucket, made.number - behind) if made.number > behind else None
            for behind in (KEPT, KEPT - 1)
        )
        if gone is None or oldest is None:
            return
        kept = self._kept(made)
        named = {part.key for commit in kept for part in commit.parts}
        parts = [part.key for part in gone.parts if part.key not in named]
        removed = self._removed(connection, made, gone.load_id, oldest.load_id)
        self._bucket.delete([*parts, *removed, gone.database.key])

    def _kept(self, made: Commit) -> list[Commit]:
        first = max(made.number - KEPT + 1, 1)
        found = side_by_side(
            lambda number: commits.get(self._bucket, number), range(first, made.number)
        )
        return [*(commit for commit in found if commit), made]

    def _removed(
        self, connection: duckdb.DuckDBPyConnection, made: Commit, after: int, until: int
    ) -> list[str]:
        """What loads after one and until another took out of the lake."""
        path = self._generation(made)
        with attached(connection, path, read_only=True):
            rows = connection.execute(
                "select path from parquet_removed where load_id > ? and load_id <= ?",
                [after, until],
            ).fetchall()
        return [path for (path,) in rows]

    def _generation(self, made: Commit) -> Path:
        """The file of what was just committed, which may not be in its place yet."""
        name = f"{made.number:06d}.duckdb"
        staged = self._settings.staging / name
        return staged if staged.exists() else self._settings.generations / name

    def sweep(self, connection: duckdb.DuckDBPyConnection, made: Commit) -> None:
        """Remove what writers that were killed left: what nobody lists and is a day old."""
        kept = self._kept(made)
        needed = {part.key for commit in kept for part in commit.parts}
        needed |= {commit.database.key for commit in kept}
        with attached(connection, self._generation(made), read_only=True):
            rows = connection.execute("select path from parquet_files").fetchall()
        needed |= {path for (path,) in rows}
        needed |= set(self._removed(connection, made, kept[0].load_id, made.load_id))
        before = self._bucket.now() - OLD_SECONDS
        stale = [
            one.key
            for below in ("lake/", "marts/", "generations/", "staging/")
            for one in self._bucket.objects(below)
            if one.modified < before and one.key not in needed and _is_ours(one.key)
        ]
        self._bucket.delete([*stale, *self._stale_ledgers(made, before)])

    def _stale_ledgers(self, made: Commit, before: float) -> list[str]:
        """The ledgers of loads that were never committed. Of several of one number, the commit of
        the load tells which one counts."""
        by_load: dict[int, list[str]] = {}
        for one in self._bucket.objects(f"lake/{lake.LEDGER}/"):
            if one.modified < before:
                number = int(Path(one.key).name.split("-")[0])
                by_load.setdefault(number, []).append(one.key)
        stale = []
        for load_id, keys in by_load.items():
            if load_id > made.load_id:
                stale += keys
            elif len(keys) > 1:
                counts = self._ledger_of(load_id, made.number)
                stale += [key for key in keys if counts and key != counts]
        return stale

    def _ledger_of(self, load_id: int, newest: int) -> str | None:
        """The key of a load's ledger, found among the commits, whose loads only grow."""
        low, high = 1, newest
        while low < high:
            middle = (low + high) // 2
            commit = commits.get(self._bucket, middle)
            if commit and commit.load_id >= load_id:
                high = middle
            else:
                low = middle + 1
        found = commits.get(self._bucket, low)
        return found.ledger.key if found and found.ledger and found.load_id == load_id else None

    def faults(self, digests: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        def fault(name: str) -> str | None:
            try:
                working_copy.fetch(self._settings.data, {name: digests[name]}, again=True)
            except Gone:
                return "is not in the bucket"
            except Altered:
                return "was changed after it was written: its sha256 is another"
            except BucketError as failed:
                return f"cannot be read ({failed})"
            return None

        for name, wrong in zip(digests, side_by_side(fault, digests), strict=True):
            if wrong:
                yield name, wrong

    def unlisted(self, listed: set[str]) -> Iterator[str]:
        before = self._bucket.now() - OLD_SECONDS
        for one in self._bucket.objects("lake/"):
            if _is_ours(one.key) and one.modified < before and one.key not in listed:
                yield one.key


def _is_ours(key: str) -> bool:
    """Is it a file that a load wrote, beside its ledger? Delta logs lie in the lake too."""
    return not key.startswith("lake/") or bool(_OF_THE_LAKE.fullmatch(key))


def _stored(path: Path, key: str) -> Stored:
    return Stored(key, path.stat().st_size, lake.sha256(path))
