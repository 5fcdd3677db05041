"""One loader at a time: an OS lock that the kernel releases however the process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Locked(Exception):
    """Another loader holds the lock."""


@contextmanager
def writer_lock(data: Path) -> Iterator[None]:
    """Hold the data folder's writer lock. Raises Locked at once if another process has it."""
    data.mkdir(parents=True, exist_ok=True)
    handle = os.open(data / "writer.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise Locked(f"another loader is writing to {os.fspath(data)!r}") from held
        yield
    finally:
        os.close(handle)
