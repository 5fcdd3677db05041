"""Servers for the API's tests: one with data for questions, fresh ones for what changes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.api.server import Server, serving

HEALTH = """\
timestamp,id,type,status
2026-02-08 10:00:00,a,dpc,offline
2026-02-15 10:00:00,a,dpc,offline
2026-02-15 11:00:00,a,dpc,online
2026-02-15 11:00:00,=2+3,dpc,online
"""
POLLS = """\
store_id,status,timestamp_utc
8139926242460185114,active,2023-01-24 09:07:26.441407 UTC
8139926242460185114,inactive,2023-01-25 09:09:26.441407 UTC
54515546588432327,active,2023-01-25 09:06:42.605777 UTC
"""
HOURS = """\
store_id,day,start_time_local,end_time_local
54515546588432327,2,00:00:00,23:59:59
"""
ZONES = """\
store_id,timezone_str
54515546588432327,America/Denver
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with health reports and stores; tests only ask it."""
    with serving(tmp_path_factory.mktemp("site")) as server:
        server.drop("health.csv", HEALTH)
        server.drop("polls.csv", POLLS)
        server.drop("hours.csv", HOURS)
        server.drop("zones.csv", ZONES)
        server.load()
        yield server


@pytest.fixture(scope="session")
def client(site: Server) -> httpx.Client:
    return site.client


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server of one's own: `serve()`, `serve(FLEETPULSE_API_TOKEN="…")`."""
    with ExitStack() as stack:
        yield lambda **env: stack.enter_context(serving(tmp_path, env))


@pytest.fixture
def fresh(serve: Callable[..., Server]) -> httpx.Client:
    """A client of a server that has no data."""
    return serve().client


@pytest.fixture
def busy(serve: Callable[..., Server]) -> Server:
    """A server with polls whose report threads have seconds of work before them."""
    server = serve()
    server.drop("polls.csv", POLLS)
    server.drop("customers/big/rows.csv", "number\n" + "1\n" * 1_000_000)
    server.load()
    for place, top_rows in enumerate(range(1_000_000, 999_994, -1)):
        asked = {"customer": "big", "top_rows": top_rows}
        accepted = server.client.post(
            "/api/v1/reports", json={"metric": "customer_rows", "params": asked}
        )
        url = accepted.headers["location"]
        until = time.monotonic() + 30
        while place < 2 and server.client.get(url).json()["manifest"]["stage"] == "queued":
            assert time.monotonic() < until
            time.sleep(0.01)
    return server
