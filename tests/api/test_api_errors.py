"""Everything that goes wrong has one shape."""

import socket
import time

import httpx
import pytest

from api.errors import STATUS
from reports.errors import ReportError
from tests.api.server import Server
from uploads.errors import UploadError


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/api/nothing-here", None, 404),
        ("GET", "/api/v1/reports/not-an-id", None, 404),
        ("DELETE", "/api/v1/metrics", None, 405),
        ("POST", "/api/v1/reports", b"{", 422),
        ("POST", "/api/v1/reports", b"{}", 422),
        ("POST", "/api/v1/reports", b'{"metric": "none"}', 422),
        ("POST", "/api/v1/reports", b"[" * 100_000, 400),
        ("POST", "/api/v1/reports", b" " * 2_000_000, 413),
        ("GET", "/get-report/not-an-id", None, 404),
        ("PUT", "/trigger_report", None, 405),
        ("GET", "/get_report", None, 422),
    ],
)
def test_one_shape(
    client: httpx.Client, method: str, path: str, content: bytes | None, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.request(method, path, content=content, headers=headers)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "detail"}
    assert error["code"]
    assert error["message"]


def test_before_the_first_load_a_question_is_told_what_to_do(fresh: httpx.Client) -> None:
    for answer in (
        fresh.get("/api/v1/metrics/freshness"),
        fresh.post("/api/v1/reports", json={"metric": "store_uptime"}),
        fresh.post("/trigger_report"),
    ):
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "no_data"
        assert "python etl/load.py" in answer.json()["error"]["message"]
    assert fresh.get("/api/health").status_code == 503


@pytest.mark.parametrize(
    "start",
    [
        "GET /api/health HTTP/1.1\r\nHost: x\r\nX-Long: ",
        "POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX-Long: ",
    ],
    ids=["head", "trailers"],
)
def test_what_is_no_body_has_a_limit(site: Server, start: str) -> None:
    until = time.monotonic() + 30
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as line:
        line.sendall(start.encode())
        told, hung_up = b"", False
        while not hung_up and time.monotonic() < until:
            try:
                line.sendall(b"a" * 100_000)
            except OSError:
                hung_up = True
        while piece := _received(line):
            told += piece
    assert hung_up
    assert told.startswith(b"HTTP/1.1 4") or not told  # the answer may be lost on the way
    usual = {"X-Long": "a" * 30_000}
    assert site.client.get("/api/health", headers=usual).status_code == 200


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(65_536)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("base", [ReportError, UploadError])
def test_every_error_of_a_room_has_its_status(base: type[Exception]) -> None:
    kinds = set(base.__subclasses__())
    assert kinds
    assert kinds <= STATUS.keys()
