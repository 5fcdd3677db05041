"""Tasks on a cluster that speaks Spark Connect: Spark itself, or Sail, which needs no JVM.

Driver and workers share a file system, under the same paths, or an object store: it holds incoming
and data (exchange.py). The code lies on the workers already; one that has other code than the
driver is refused, since it could give a row another fate.
"""

from __future__ import annotations

import pickle
import re
import socket
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from etl.arrivals import Arrival
from etl.engines.exchange import Exchange, Shared
from etl.engines.identity import identity
from etl.engines.worker import Done, Look
from etl.joining import Joining
from etl.plan import File, Load, ranges, tasks
from etl.progress import Progress
from etl.read.scan import Scan
from etl.take import Taken
from warehouse.bucket import is_url

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

MOST_LINES = 2_000_000  # of a task: some seconds of one core
MOST_BYTES = 256 << 20  # that a task looks at
CONNECT_SECONDS = 5.0
PORT = 15_002
CLIENT = "4.2.0"
INSTALL = f"pip install 'fleetpulse[cluster]' (pyspark-client {CLIENT})"
# The client's own policy goes on for ten minutes after the server has died.
MOST_TRIES = 4  # about four seconds
LOST = "the connection was lost"
_GONE = re.compile(r"unavailable|connection refused|connection reset|socket closed", re.I)
_ERROR = re.compile(r"(?!org\.|java\.|py4j)[\w.]*(Error|Exception|Interrupt|Exit)\b")  # of Python
SHARED = "incoming and data have to lie on storage that all share under one path"
_COLUMNS = "number bigint, refused string, done binary"


Due = TypeVar("Due")


class ClusterFailed(Exception):
    """The cluster cannot do what was asked of it; the text is one line and says why."""


class Spark:
    """An engine at an address `sc://HOST:PORT`. Raises ClusterFailed, whatever happens there."""

    def __init__(self, remote: str, exchange: Exchange | None = None) -> None:
        self._remote = remote
        self._exchange = exchange or Shared()
        self.session = _connected(remote)

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
                f"the server at {self._remote} ended with {len(left):,} of {len(due):,} tasks "
                "not done"
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


@contextmanager
def failures(remote: str) -> Iterator[None]:
    """Raise ClusterFailed where the client or the server fails."""
    from grpc import RpcError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, RpcError) as failed:
        raise ClusterFailed(f"at {remote}: {_told(failed)}") from failed


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
        import socket
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


def _connected(remote: str) -> SparkSession:
    host, port = _address(remote)
    with warnings.catch_warnings(), _as_a_program():
        warnings.simplefilter("ignore", FutureWarning)  # pandas 3, of which we use nothing there
        try:
            from grpc import RpcError
            from pyspark.errors import PySparkException
            from pyspark.sql.connect.client.retries import DefaultPolicy
            from pyspark.sql.connect.session import SparkSession
        except ImportError as missing:
            raise ClusterFailed(
                f"the client of Spark Connect is not installed ({missing.name}): {INSTALL}"
            ) from missing
    try:
        socket.create_connection((host, port), CONNECT_SECONDS).close()
    except OSError as wrong:
        raise ClusterFailed(
            f"no server answers at {remote} ({wrong.strerror or wrong}); "
            "start one, or load without --remote and SPARK_REMOTE"
        ) from wrong
    # It is told in the error too.
    warnings.filterwarnings("ignore", r"\[RETRIES_EXCEEDED\]", UserWarning)
    try:
        session = SparkSession.builder.remote(remote).create()
        try:
            session.client.set_retry_policies([DefaultPolicy(max_retries=MOST_TRIES)])
            _check_version(remote, session.version)
        except BaseException:
            session.stop()
            raise
    except (PySparkException, RpcError) as wrong:
        told = _told(wrong)
        if _GONE.search(str(wrong)):
            raise ClusterFailed(f"at {remote}: {told}") from wrong
        raise ClusterFailed(
            f"the server at {remote} does not take this client, pyspark-client "
            f"{_client_version()}: {told}"
        ) from wrong
    return session


@contextmanager
def _as_a_program() -> Iterator[None]:
    """The client takes a process without a main file (`python -c`) for its own documentation's
    tests, for which it wants all of Spark, and exits. It gets one while it is imported, and no
    longer: new processes of Python would run it."""
    main = sys.modules["__main__"]
    is_without = not hasattr(main, "__file__")
    if is_without:
        main.__file__ = sys.executable
    try:
        yield
    finally:
        if is_without:
            del main.__file__


def _address(remote: str) -> tuple[str, int]:
    try:
        parts = urlsplit(remote)
        if parts.scheme == "sc" and parts.hostname:
            return parts.hostname, parts.port or PORT
    except ValueError:
        pass
    raise ClusterFailed(f"{remote!r} is no address of a server, expected sc://HOST:PORT")


def _check_version(remote: str, server: str) -> None:
    """A server takes clients that are no newer than it is."""
    client = _client_version()
    if _release(server) < _release(client):
        major, minor = _release(server)
        raise ClusterFailed(
            f"the server at {remote} is Spark {server}, older than this client, {client}: "
            f"pip install 'pyspark-client=={major}.{minor}.*'"
        )


def _client_version() -> str:
    import pyspark

    return str(pyspark.__version__)


def _release(version: str) -> tuple[int, int]:
    major, minor, *_ = (*version.split("."), "0")
    return int(major), int(minor)


def _told(failed: Exception) -> str:
    """What happened there, in one line: the last one of a worker's trace says it."""
    text = str(failed)
    if details := re.search(r'details = "(.*?)"$', text, re.MULTILINE):
        return f"{LOST} ({details[1]})"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    traced = [n for n, line in enumerate(lines) if line.startswith("Traceback")]
    if traced:
        lines = [line for line in lines[traced[0] :] if _ERROR.match(line)][-1:] or lines
    return (lines or [type(failed).__name__])[0][:300]
