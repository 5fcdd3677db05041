"""moto's S3 server on loopback behind a proxy that does what networks and stores do to people."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_SECONDS = 60
SLOW_DOWN = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code>'
    b"<Message>Please reduce your request rate.</Message></Error>"
)
WRONG_KEY = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>InvalidAccessKeyId</Code>'
    b"<Message>The key does not exist.</Message></Error>"
)


@dataclass(slots=True)
class Fault:
    """What happens to requests whose method and path `meets`, so many times."""

    meets: Callable[[str, str], bool]
    kind: str  # "403": wrong credentials, "500", "503", "cut": half of the body and no more,
    # "lost": done, but not told, "careless": conditions do not count, "stale": a listing as before
    times: int


@dataclass(slots=True)
class Store:
    """A running store: how to reach it, also past the proxy, and what goes wrong there."""

    url: str
    direct: str
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    before: Callable[[str, str], None] | None = None
    listings: dict[str, tuple[int, list[tuple[str, str]], bytes]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, method: str, part: str, kind: str, times: int = 1_000_000) -> None:
        """Let requests of a method, whose path holds `part`, go wrong."""
        self.faults.append(Fault(lambda m, path: m == method and part in path, kind, times))

    def calm(self) -> None:
        """Let nothing go wrong from now on."""
        self.faults.clear()
        self.requests.clear()
        self.before = None

    def due(self, method: str, path: str) -> str | None:
        with self._lock:
            self.requests.append(f"{method} {path}")
            for fault in self.faults:
                if fault.times and fault.meets(method, path):
                    fault.times -= 1
                    return fault.kind
        return None

    def client(self) -> Any:
        """boto3's own client, for what a test lays there and looks at."""
        import boto3

        return boto3.client("s3", endpoint_url=self.url)


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket of the store."""

    store: Store
    name: str

    @property
    def incoming(self) -> str:
        return f"s3://{self.name}/in"

    @property
    def data(self) -> str:
        return f"s3://{self.name}/data"

    def lay(self, files: Mapping[str, str | bytes]) -> None:
        """Put files below `incoming`."""
        client = self.store.client()
        for name, text in files.items():
            content = text if isinstance(text, bytes) else text.encode()
            client.put_object(Bucket=self.name, Key=f"in/{name}", Body=content)

    def keys(self, prefix: str = "") -> list[str]:
        """All keys that begin so."""
        pages = self.store.client().get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.name, Prefix=prefix)
        return [one["Key"] for page in found for one in page.get("Contents", ())]


@contextmanager
def serving() -> Iterator[Store]:
    """Start both, and stop them afterwards."""
    port = _free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        _wait(port, process)
        with _proxy(port) as store:
            yield store
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _proxy(port: int) -> Iterator[Store]:
    store = Store("", f"http://127.0.0.1:{port}")

    class Handler(_Handler):
        upstream = port
        theirs = store

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    store.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: int
    theirs: Store

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""

    def _pass_on(self) -> None:
        body = self._body()
        kind = self.theirs.due(self.command, self.path)
        if self.theirs.before:
            self.theirs.before(self.command, self.path)
        if kind in ("500", "503"):
            self._answer(int(kind), [("Content-Type", "application/xml")], SLOW_DOWN)
            return
        if kind == "403":
            self._answer(403, [("Content-Type", "application/xml")], WRONG_KEY)
            return
        if kind == "stale" and self.path in self.theirs.listings:
            self._answer(*self.theirs.listings[self.path])
            return
        upstream = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OURS}
        if kind == "careless":
            headers = {n: v for n, v in headers.items() if n.lower() != "if-none-match"}
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            upstream.putheader(name, value)
        if body or self.command in ("PUT", "POST"):
            upstream.putheader("Content-Length", str(len(body)))
        upstream.endheaders(body or None)
        answer = upstream.getresponse()
        content = answer.read()
        kept = [(n, v) for n, v in answer.getheaders() if n.lower() not in _OURS]
        length = answer.getheader("Content-Length") or str(len(content))
        upstream.close()
        if "list-type" in self.path:
            self.theirs.listings[self.path] = (answer.status, kept, content)
        if kind == "lost":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        with suppress(ConnectionError):  # who asked may have been killed
            self._answer(answer.status, kept, content, length, cut=kind == "cut")

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(pieces)
        if self.headers.get("Expect"):
            self.send_response_only(100)
            self.end_headers()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(
        self,
        status: int,
        headers: list[tuple[str, str]],
        content: bytes,
        length: str | None = None,
        cut: bool = False,
    ) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)


_OURS = {"content-length", "transfer-encoding", "connection", "expect"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("moto's server did not start")
