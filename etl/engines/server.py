"""A server of Spark Connect at an address `sc://HOST:PORT`: a session there, and in one line what
is wrong where there is none or something fails."""

from __future__ import annotations

import re
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

CONNECT_SECONDS = 5.0
PORT = 15_002
CLIENT = "4.2.0"
INSTALL = f"pip install 'fleetpulse[cluster]' (pyspark-client {CLIENT})"
# The client's own policy goes on for ten minutes after the server has died.
MOST_TRIES = 4  # about four seconds
LOST = "the connection was lost"
_GONE = re.compile(r"unavailable|connection refused|connection reset|socket closed", re.I)
_ERROR = re.compile(r"(?!org\.|java\.|py4j)[\w.]*(Error|Exception|Interrupt|Exit)\b")  # of Python


class ClusterFailed(Exception):
    """The cluster cannot do what was asked of it; the text is one line and says why."""


def shown(remote: str) -> str:
    """The address without its parameters, of which one may be a token."""
    return remote.partition(";")[0].removesuffix("/")


def connected(remote: str) -> SparkSession:
    """A session at this address. Raises ClusterFailed."""
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
            f"no server answers at {shown(remote)} ({wrong.strerror or wrong}); "
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
            raise ClusterFailed(f"at {shown(remote)}: {told}") from wrong
        raise ClusterFailed(
            f"the server at {shown(remote)} does not take this client, pyspark-client "
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
    raise ClusterFailed(f"{shown(remote)!r} is no address of a server, expected sc://HOST:PORT")


def _check_version(remote: str, server: str) -> None:
    """A server takes clients that are no newer than it is."""
    client = _client_version()
    if _release(server) < _release(client):
        major, minor = _release(server)
        raise ClusterFailed(
            f"the server at {shown(remote)} is Spark {server}, older than this client, {client}: "
            f"pip install 'pyspark-client=={major}.{minor}.*'"
        )


def _client_version() -> str:
    import pyspark

    return str(pyspark.__version__)


def _release(version: str) -> tuple[int, int]:
    major, minor, *_ = (*version.split("."), "0")
    return int(major), int(minor)


@contextmanager
def failures(remote: str) -> Iterator[None]:
    """Raise ClusterFailed where the client or the server fails."""
    from grpc import RpcError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, RpcError) as failed:
        raise ClusterFailed(f"at {shown(remote)}: {_told(failed)}") from failed


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
