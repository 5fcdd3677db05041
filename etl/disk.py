"""What outlives a power cut, and who may write: syncs, whole files in one step, and locks.

The one module that calls fsync and flock (docs/ARCHITECTURE.md, rules 2 and 3).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

LOCK_FILE = "writer.lock"


class Locked(Exception):
    """Another process holds the lock."""


def sync(path: Path) -> None:
    """Make a file's or folder's content survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(paths: Iterable[Path]) -> None:
    """Sync several side by side, since each one waits for the disk."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sync, paths))


def sync_open(file: IO[bytes]) -> None:
    """Bring what was written to an open file safely to disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_data(file: IO[bytes]) -> None:
    """Send on to the disk what the kernel holds of an open file; the file may still grow."""
    os.fdatasync(file.fileno())


def replace(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Put a whole file in place in one step: a reader sees the old one or the new one.

    `durable`: it outlives a power cut, as does its name. Raises OSError; then the old one stands.
    """
    fresh = path.with_name(f"{path.name}.next")
    with fresh.open("wb") as out:
        out.write(content)
        if durable:
            sync_open(out)
    os.replace(fresh, path)
    if durable:
        sync(path.parent)


def put_in_place(written: Path, path: Path) -> None:
    """Give a file that is safely on disk its final name, which outlives a power cut too."""
    os.replace(written, path)
    sync(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder whose name outlives a power cut; one that is there stays.

    Raises FileExistsError where something else lies in its place.
    """
    if not path.is_dir():
        path.mkdir(exist_ok=True)
        sync(path.parent)


@contextmanager
def writer_lock(data: Path) -> Iterator[None]:
    """Hold the data folder's writer lock. Raises Locked at once if another process has it."""
    data.mkdir(parents=True, exist_ok=True)
    with locked(data / LOCK_FILE) as is_ours:
        if not is_ours:
            raise Locked(f"another loader is writing to {os.fspath(data)!r}")
        yield


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold the lock of a file, which is made if it is not there; False where another has it.

    The kernel lets go of it however the process ends.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield try_lock(handle)
    finally:
        os.close(handle)


def try_lock(handle: int) -> bool:
    """Lock an open file until it is closed; False where another has it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
