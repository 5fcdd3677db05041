"""Who may upload and trigger: the token's holder, or this machine while there is no token."""

import socket
from collections.abc import Callable

import httpx
import pytest

from tests.api.server import Server

TOKEN = "käse-7f3a"


def attempts(client: httpx.Client, headers: dict[str, str]) -> set[int]:
    """Everything that writes, tried; the statuses."""
    said = httpx.Headers(headers, encoding="utf-8")
    upload = client.post(
        "/api/v1/event/",
        headers=said,
        data={"customer_id": "a"},
        files={"file": ("a.csv", b"a\n1\n")},
    )
    answers = [
        upload,
        client.post("/api/v1/reports", headers=said, json={"metric": "freshness"}),
        client.post("/trigger_report", headers=said),
        client.get("/trigger-report", headers=said),
        client.get("/api/v1/reports", headers=said),
    ]
    return {answer.status_code for answer in answers}


def test_with_a_token_only_its_holder_writes(serve: Callable[..., Server]) -> None:
    server = serve(FLEETPULSE_API_TOKEN=TOKEN)
    assert attempts(server.client, {}) == {401}
    for wrong in ("Bearer x", f"Basic {TOKEN}", TOKEN, "Bearer"):
        assert attempts(server.client, {"Authorization": wrong}) == {401}
    refused = server.client.post("/trigger_report")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["error"]["code"] == "unauthorized"
    assert attempts(server.client, {"Authorization": f"Bearer {TOKEN}"}) == {200, 202, 409}
    assert server.client.get("/api/v1/metrics").status_code == 200


def test_without_a_token_only_this_machine_writes(site: Server) -> None:
    elsewhere = _own_address()
    with httpx.Client(base_url=f"http://{elsewhere}:{site.port}") as other:
        assert attempts(other, {}) == {403}
        error = other.post("/trigger_report").json()["error"]
        assert "FLEETPULSE_API_TOKEN" in error["message"]
        assert other.get("/api/v1/metrics/freshness").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Host": "rebound.example"},
        {"Host": "[::1"},
    ],
)
def test_a_foreign_page_in_a_browser_here_cannot_write(
    site: Server, headers: dict[str, str]
) -> None:
    assert attempts(site.client, headers) == {403}


@pytest.mark.parametrize(
    "header",
    [
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Real-IP",
        "Via",
        "CF-Connecting-IP",
    ],
)
def test_what_came_through_a_proxy_is_never_local(site: Server, header: str) -> None:
    """Behind a proxy on this machine everybody comes from loopback."""
    assert attempts(site.client, {header: "127.0.0.1"}) == {403}


def _own_address() -> str:
    """An address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return str(probe.getsockname()[0])
