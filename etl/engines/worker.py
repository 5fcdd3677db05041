"""One task on a worker of a cluster: read from the shared storage, done, and told in bytes.

Only the driver and its own workers write and read these pickles, in the data folder and over the
cluster's own connection.
"""

from __future__ import annotations

import pickle
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from etl.plan import File, Task
from etl.read.scan import Scan, scan
from etl.take import Taken, take

MEMORY = "1GB"  # a task's share of a worker; one thread each


@dataclass(frozen=True, slots=True)
class Done:
    """What an attempt returns: who it was, the manifest, and the files that it could not open,
    with the reasons."""

    host: str
    taken: Taken
    closed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """A task to look at some files; `run` returns what was seen, with the worker's name."""

    files: tuple[Path, ...]


def run(task: Path) -> bytes:
    """Do a stored task. Raises OSError where it cannot be read."""
    found: Task | Look = pickle.loads(task.read_bytes())
    host = socket.gethostname()
    if isinstance(found, Look):
        return pickle.dumps((host, [_scanned(file) for file in found.files]))
    closed = dict(_closed(found.files))
    return pickle.dumps(Done(host, take(found, memory=MEMORY, threads=1), closed))


def _scanned(file: Path) -> Scan | OSError:
    try:
        return scan(file)
    except OSError as wrong:
        return wrong


def _closed(files: Sequence[File]) -> list[tuple[str, str]]:
    found = []
    for file in files:
        try:
            file.arrival.file.open("rb").close()
        except OSError as wrong:
            found.append((file.arrival.path, wrong.strerror or str(wrong)))
    return found
