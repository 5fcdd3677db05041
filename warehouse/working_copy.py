"""This machine's working copy of data that lies in a bucket (docs/ARCHITECTURE.md).

It looks like any data folder, so that whatever reads or writes one works on it. Its objects are
immutable and checked by their sha256 when they are fetched. Files of the lake are fetched when they
are read: until then an empty file stands in for each, since DuckDB asks for the names of all files
of a view and opens those that it needs. Processes share it; what is in it may be lost at any time.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from warehouse import commits
from warehouse.bucket import Altered, Bucket, BucketError, Gone, side_by_side
from warehouse.commits import Commit
from warehouse.database import attached, connect, glob_literal
from warehouse.environment import number
from warehouse.settings import Settings

MARKER = "bucket"
KEPT = 5  # generations, as in any data folder
CACHE_MB = "FLEETPULSE_CACHE_MB"
FOLLOW_SECONDS = "FLEETPULSE_FOLLOW_SECONDS"
LOOKED = "looked"  # its time is that of the last look
LONG_SECONDS = 10  # who reads after so long waits for what is new
QUIET_SECONDS = 600  # what was used since then is in nobody's way
DAY_SECONDS = 86_400
SURE_SECONDS = 60  # how often it is asked whether the bucket is still the one that it was


def bucket_of(data: Path) -> Bucket | None:
    """The bucket that a data folder is the working copy of; None for any other folder."""
    try:
        return Bucket((data / MARKER).read_text("utf-8"))
    except OSError:
        return None


def begin(settings: Settings) -> Bucket:
    """Make the folder a working copy."""
    assert settings.data_url is not None
    bucket = Bucket(settings.data_url)
    if bucket_of(settings.data) != bucket:
        settings.data.mkdir(parents=True, exist_ok=True)
        _put(settings.data / MARKER, bucket.url.encode())
    return bucket


def local(settings: Settings) -> Commit | None:
    """The commit that the working copy shows."""
    try:
        shown = settings.warehouse.resolve(strict=True)
        return commits.read(shown.with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return None


# What it holds of the lake.


def stand_in(data: Path, digests: Mapping[str, str]) -> None:
    """See that files of the lake of one dataset, by path with their sha256, can be in a view.

    An empty file stands in for each that was not fetched, but for the first: it gives the columns.
    """
    if (bucket := bucket_of(data)) is None:
        return
    for path in digests:
        if not (data / path).exists():
            (data / path).parent.mkdir(parents=True, exist_ok=True)
            (data / path).touch()
    for path in list(digests)[:1]:
        _fetch(bucket, data, path, digests[path])


def fetch(data: Path, digests: Mapping[str, str], *, again: bool = False) -> None:
    """See that files of the lake, by path with their sha256, are there with their content.

    `again`: also where they seem to be. Nothing is done in a folder of its own. Raises BucketError.
    """
    if bucket := bucket_of(data):
        side_by_side(lambda path: _fetch(bucket, data, path, digests[path], again), digests)


def _fetch(bucket: Bucket, data: Path, path: str, sha256: str, again: bool = False) -> None:
    final = data / path
    with suppress(OSError):
        if final.stat().st_size and not again:
            os.utime(final)  # it is in use
            return
    bucket.fetch(path, sha256, final)


def stands_in(error: str, data: Path) -> str | None:
    """The path of the empty file that a question met, by what DuckDB said of it, if it did."""
    met = re.search(r"File '(.+?)' too small to be a Parquet file", error)
    if met is None or bucket_of(data) is None:
        return None
    folder = f"{data.resolve()}/"
    return met[1].removeprefix(folder) if met[1].startswith(folder) else None


# Which generation it shows.


def follow(settings: Settings) -> None:
    """Show the newest commit, if another process is not at it; asks once in a while.

    Nobody waits for that who reads all the time: what is found is shown a moment later. Raises
    BucketError where nothing is shown as yet; else what is there stays.
    """
    pause = number(FOLLOW_SECONDS, 1, least=0)
    since = time.time() - _modified(settings.data / LOOKED)
    if not settings.warehouse.exists() or since >= max(pause, LONG_SECONDS if pause else 0):
        _look(settings)
    elif since >= pause:
        threading.Thread(target=_look, args=[settings], daemon=True).start()


def _look(settings: Settings) -> None:
    bucket = begin(settings)
    with _lock(settings, wait=not settings.warehouse.exists()) as is_ours:
        if not is_ours:
            return
        looked = settings.data / LOOKED
        try:
            looked.touch()
            update(settings, bucket)
        except (BucketError, OSError, duckdb.Error):
            if not settings.warehouse.exists():
                raise
        finally:
            looked.touch()  # it may have taken long to learn that nobody answers


@contextmanager
def changing(settings: Settings) -> Iterator[Bucket]:
    """Be the one process that changes what the working copy shows."""
    bucket = begin(settings)
    with _lock(settings, wait=True):
        yield bucket


def update(settings: Settings, bucket: Bucket, *, sure: bool = False) -> Commit | None:
    """Bring the newest commit here and show it; None where nothing is published.

    `sure`: ask also whether the one shown is still there, as is done once in a while.
    """
    shown = local(settings)
    found = commits.newest(bucket, shown.number if shown else 0)
    if shown and not found and (sure or _is_due(settings.data / "sure")):
        if commits.get(bucket, shown.number) == shown:
            return shown
        forget(settings)  # somebody emptied the bucket
        shown, found = None, commits.newest(bucket)
    if found:
        bring(settings, bucket, found)
        tidy(settings)
    return found or shown


def forget(settings: Settings) -> None:
    """Show nothing."""
    settings.warehouse.unlink(missing_ok=True)
    (settings.data / "listing.json").unlink(missing_ok=True)
    for path in settings.generations.glob("*"):
        path.unlink()


def is_readable(settings: Settings) -> bool:
    """Can the generation shown be read, as far as a question tells?"""
    try:
        with connect(settings.warehouse.resolve(strict=True), read_only=True) as shown:
            shown.execute("select count(*) from loads").fetchall()
    except (OSError, duckdb.Error):
        return False
    return True


def bring(settings: Settings, bucket: Bucket, commit: Commit) -> None:
    """Fetch a generation and the parts that it names, and show it."""
    from warehouse import zstd  # which readers of a folder do without

    data = settings.data
    final = settings.generations / f"{commit.number:06d}.duckdb"
    fetched = final.with_suffix(".fetched")
    bucket.fetch(commit.database.key, commit.database.sha256, fetched)
    fetch_parts(settings, bucket, commit)
    here = final.with_suffix(".here")
    with zstd.ZstdFile(fetched) as packed, here.open("wb") as out:
        shutil.copyfileobj(packed, out, 1 << 20)
    fetched.unlink()
    _move_views(here, data, commit.folder)
    os.replace(here, final)
    show(settings, commit)


def fetch_parts(settings: Settings, bucket: Bucket, commit: Commit) -> None:
    """See that the parts of marts that a generation names are here."""
    data = settings.data
    missing = [part for part in commit.parts if _size(data / part.key) != part.bytes]
    side_by_side(lambda part: bucket.fetch(part.key, part.sha256, data / part.key), missing)
    for part in commit.parts:
        os.utime(data / part.key)  # it is in use


def pack(path: Path, packed: Path) -> None:
    """Write a generation's file as `bring` reads it: most of a small one is nothing but zeros."""
    from warehouse import zstd

    with path.open("rb") as file, zstd.ZstdFile(packed, "w") as out:
        shutil.copyfileobj(file, out, 1 << 20)


def show(settings: Settings, commit: Commit) -> None:
    """Let the generation of a commit, which lies in its place, be the current one."""
    final = settings.generations / f"{commit.number:06d}.duckdb"
    note(settings, commit)
    fresh = settings.data / f"warehouse.duckdb.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path(settings.generations.name) / final.name)
    os.replace(fresh, settings.warehouse)


def note(settings: Settings, commit: Commit) -> None:
    """Put a commit beside its generation's file."""
    settings.generations.mkdir(parents=True, exist_ok=True)
    _put(settings.generations / f"{commit.number:06d}.json", commit.as_bytes())


def prefix(data: Path) -> str:
    """What the paths in the views of a generation begin with that was made in this folder."""
    return glob_literal(data.resolve()).replace("'", "''")


def _move_views(path: Path, data: Path, folder: str) -> None:
    """Let a generation's views, made in another folder, name the files of this one."""
    here = prefix(data)
    alias = path.stem
    with connect() as connection, attached(connection, path):
        harmed = False
        for dataset in _datasets(connection):
            try:
                stand_in(data, dataset)
            except (Altered, Gone):  # what reads that dataset tells; all else can be asked
                harmed = True
        if folder == here:
            return
        views = connection.execute(
            "select sql from duckdb_views() where database_name = $1 and not internal "
            "and contains(sql, $2)",
            [alias, f"'{folder}/"],
        ).fetchall()
        for (sql,) in views:
            moved = sql.replace(f"'{folder}/", f"'{here}/")
            try:
                connection.execute(moved.replace("CREATE VIEW", "create or replace view", 1))
            except duckdb.Error:
                if not harmed:
                    raise
        connection.execute("checkpoint")


def _datasets(connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, str]]:
    """The lake's files of each dataset, in the order in which views name them."""
    rows = connection.execute(
        "select dataset, list(path order by day, path), list(sha256 order by day, path) "
        "from parquet_files group by dataset"
    ).fetchall()
    for _, paths, digests in rows:
        yield dict(zip(paths, digests, strict=True))


def tidy(settings: Settings) -> None:
    """Let go of old generations, of parts that none of the kept ones names, and of files of the
    lake that were not read for the longest, beyond FLEETPULSE_CACHE_MB."""
    kept = sorted(settings.generations.glob("*.json"))[-KEPT:]
    named: set[str] = set()
    for path in kept:
        with suppress(OSError, ValueError):
            named |= {part.key for part in commits.read(path.read_bytes()).parts}
    for path in settings.generations.glob("*"):
        is_old = time.time() - _modified(path) > QUIET_SECONDS
        if path.with_suffix(".json") not in kept and (path.suffix == ".duckdb" or is_old):
            path.unlink(missing_ok=True)
            path.with_suffix(".json").unlink(missing_ok=True)
    for path in (settings.data / "marts").glob("*/*/*.parquet"):
        is_old = time.time() - _modified(path) > DAY_SECONDS
        if is_old and path.relative_to(settings.data).as_posix() not in named:
            path.unlink(missing_ok=True)
    _shrink(settings)


def _shrink(settings: Settings) -> None:
    if time.time() - _modified(settings.staging) < DAY_SECONDS:
        return  # a load is at work here
    most = number(CACHE_MB, 10_000, least=0) * 1_000_000
    held = []
    for path in settings.lake.glob("[!_]*/day=*/*.parquet"):
        with suppress(OSError):
            seen = path.stat()
            held.append((seen.st_mtime, seen.st_size, path))
    total = sum(size for _, size, _ in held)
    for modified, size, path in sorted(held):
        if total <= most or time.time() - modified < QUIET_SECONDS:
            return
        if size:
            fresh = path.with_name(f".{path.name}.{os.getpid()}")
            fresh.touch()
            os.replace(fresh, path)
            total -= size


@contextmanager
def _lock(settings: Settings, wait: bool) -> Iterator[bool]:
    """Hold the lock of this machine's processes; False where another has it and `wait` is not."""
    handle = os.open(settings.data / "following.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield _is_locked(handle, wait)
    finally:
        os.close(handle)


def _is_locked(handle: int, wait: bool) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _put(path: Path, content: bytes) -> None:
    """Put a whole file in place, so that nobody reads half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    fresh.write_bytes(content)
    os.replace(fresh, path)


def _is_due(path: Path) -> bool:
    if time.time() - _modified(path) < SURE_SECONDS:
        return False
    path.touch()
    return True


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
