"""Everything that goes wrong has one shape."""

import httpx
import pytest


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
