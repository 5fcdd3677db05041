"""Tasks on a cluster that speaks Spark Connect: Spark itself, or Sail, which needs no JVM.

Driver and workers share a file system, under the same paths, or an object store: it holds incoming
and data (exchange.py). The code lies on the workers already; one that has other code than the
driver is refused, since it could give a row another fate.
"""

from __future__ import annotations

import pickle
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from etl.arrivals import Arrival
from etl.engines.exchange import Exchange, Shared
from etl.engines.identity import identity
from etl.engines.server import ClusterFailed, connected, failures, shown
from etl.engines.worker import Done, Look
from etl.joining import Joining
from etl.plan import File, Load, ranges, tasks
from etl.progress import Progress
from etl.read.scan import Scan
from etl.take import Taken
from warehouse.bucket import is_url

MOST_LINES = 2_000_000  # of a task: some seconds of one core
MOST_BYTES = 256 << 20  # that a task looks at
SHARED = "incoming and data have to lie on storage that all share under one path"
_COLUMNS = "number bigint, refused string, done binary"

Due = TypeVar("Due")


class Spark:
    """An engine at an address `sc://HOST:PORT`. Raises ClusterFailed, whatever happens there."""

    def __init__(self, remote: str, exchange: Exchange | None = None) -> None:
        self._remote = remote
        self._exchange = exchange or Shared()
        self.session = connected(remote)

    def __enter__(self) -> Spark:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _value: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        from pyspark.errors import PySparkException

        self.session.client.set_retry_policies([])
        if kind is not None:
            with suppress(PySparkException):  # it may be gone; why was said before
                self.session.interruptAll()
        self.session.stop()  # else the client asks this server about the next one's frames
        self._exchange.clear()

    def take(
        self, load: Load, files: Sequence[File], first: int, progress: Progress
    ) -> Iterator[Taken]:
        whole = tasks(load, files, first, MOST_LINES)
        due = [part for task in whole for part in ranges(task, MOST_LINES)]
        while due:
            joining = Joining()
            for task, done in self._each(load.folder, due):
                _check_seen(done, task.files)
                for file in task.files:
                    progress.parsed(file.arrival.path, file.bytes, file.lines)
                yield from joining.add(task, self._exchange.taken(task, done))
            due = joining.whole

    def scan(
        self, folder: Path, arrivals: Sequence[Arrival], progress: Progress
    ) -> list[Scan | OSError]:
        """Look at every file; `folder` is one that all see."""
        by_file = {arrival.file: arrival for arrival in arrivals}
        found: dict[Path, Scan | OSError] = {}
        for look, (host, scans) in self._each(folder, list(_looks(arrivals))):
            for file, seen in zip(look.files, scans, strict=True):
                if isinstance(seen, OSError) and by_file[file].unchanged():
                    _check_open(file, host, seen.strerror or str(seen))
                progress.hashed(by_file[file].bytes)
                found[file] = seen
        return [found[arrival.file] for arrival in arrivals]

    def _each(self, folder: Path, due: Sequence[Due]) -> Iterator[tuple[Due, Any]]:
        """Each of the tasks, as they are done, with what its worker returned."""
        left = dict(enumerate(due))
        for number, done in self._run(self._exchange.put(folder, due), len(due)):
            if number in left:  # else another attempt at it returned before
                yield left.pop(number), done
        if left:
            raise ClusterFailed(
                f"the server at {shown(self._remote)} ended with {len(left):,} of {len(due):,} "
                "tasks not done"
            )

    def _run(self, where: str, count: int) -> Iterator[tuple[int, Any]]:
        """Run stored tasks, one partition each; what they return as it comes."""
        work = _work(where, identity())
        with failures(self._remote):
            frame = self.session.range(0, count, 1, count).mapInArrow(work, _COLUMNS)
            for row in frame.toLocalIterator():
                if row.refused:
                    raise ClusterFailed(row.refused)
                yield row.number, pickle.loads(bytes(row.done))


def _looks(arrivals: Sequence[Arrival]) -> Iterator[Look]:
    """Tasks of a bounded size."""
    held: list[Path] = []
    size = 0
    for arrival in arrivals:
        if held and size + arrival.bytes > MOST_BYTES:
            yield Look(tuple(held))
            held, size = [], 0
        held.append(arrival.file)
        size += arrival.bytes
    yield Look(tuple(held))


def _check_seen(done: Done, files: Sequence[File]) -> None:
    """Raise ClusterFailed where a worker cannot open what is there: it is no fault of the file."""
    for file in files:
        why = done.closed.get(file.arrival.path)
        if why and file.arrival.unchanged():
            raise _unseen(file.arrival.file, done.host, why)


def _check_open(file: Path, host: str, why: str) -> None:
    """The same, where this process can open it."""
    with suppress(OSError):
        file.open("rb").close()
        raise _unseen(file, host, why)


def _unseen(file: Path, host: str, why: str) -> ClusterFailed:
    return ClusterFailed(f"the worker on {host} cannot read {str(file)!r} ({why}); {SHARED}")


def _work(stored: str, ours: str) -> Callable[[Any], Iterator[Any]]:
    """What the workers run. It travels by value, so that it asks for the code before it uses it,
    and says what is wrong in a row: what it raises would be tried again."""

    shared = SHARED
    is_folder = not is_url(stored)

    def work(batches: Any) -> Iterator[Any]:
        import os
        from importlib import import_module
        from importlib.metadata import version

        import pyarrow as pa

        def refusal(number: int) -> str | None:
            theirs = None
            where = f"the worker on {socket.gethostname()}"
            try:
                # The one name that an installed fleetpulse has; no import of the loader's own.
                import_module("fleetpulse").use()
                theirs = version("fleetpulse")
                theirs = import_module("etl.engines.identity").identity()
            except (ImportError, AttributeError):
                if theirs is None:
                    return f"{where} has no fleetpulse: install {ours} there"
            if theirs != ours:
                return f"{where} has fleetpulse {theirs}, this is {ours}: install the same there"
            if is_folder:
                task = f"{stored}/{number}.pickle"
                if not os.access(task, os.R_OK) or not os.access(stored, os.W_OK):
                    return f"{where} has no access to {stored!r}; {shared}"
            return None

        def run(number: int) -> tuple[str | None, bytes | None]:
            if refused := refusal(number):
                return refused, None
            try:
                return None, import_module("etl.engines.worker").run(stored, number)
            except import_module("warehouse.bucket").BucketError as wrong:
                return f"the worker on {socket.gethostname()}: {wrong}", None

        for batch in batches:
            for number in batch.column(0).to_pylist():
                refused, done = run(number)
                yield pa.record_batch(
                    [
                        pa.array([number], pa.int64()),
                        pa.array([refused], pa.string()),
                        pa.array([done], pa.binary()),
                    ],
                    names=["number", "refused", "done"],
                )

    return work
