"""The same jobs on Redis, by a setting; needs a `redis-server` on the PATH."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.api.conftest import POLLS
from tests.api.server import Server

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="no redis-server on the PATH"
)


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of our own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    until = time.monotonic() + 20
    while True:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert time.monotonic() < until
        time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait()


def test_reports_are_computed_from_a_queue_in_redis(
    serve: Callable[..., Server], redis_url: str
) -> None:
    pytest.importorskip("redis")
    server = serve(FLEETPULSE_REDIS_URL=redis_url)
    server.drop("polls.csv", POLLS)
    server.load()
    report_id = server.client.post("/trigger_report").json()["report_id"]
    assert server.finished(report_id)["status"] == "completed"
    assert not (server.data / "reports" / "queue.db").exists()


def test_while_redis_is_away_reports_wait_and_the_rest_answers(
    serve: Callable[..., Server],
) -> None:
    pytest.importorskip("redis")
    server = serve(FLEETPULSE_REDIS_URL="redis://127.0.0.1:1/0")
    server.drop("polls.csv", POLLS)
    server.load()
    answer = server.client.post("/trigger_report")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert server.client.get("/api/health").status_code == 200
