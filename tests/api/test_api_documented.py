"""What the API says of itself: OpenAPI that holds, docs of our own, health, Prometheus."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.api.conftest import HEALTH, HOURS, POLLS, ZONES
from tests.api.server import Server

EVERYTHING = {
    "health.csv": HEALTH,
    "polls.csv": POLLS,
    "hours.csv": HOURS,
    "zones.csv": ZONES,
    "servers.csv": "2,2015-05-31 14:30:00.000000,2017-08-03 22:42:57.929\n",
    "connectivity_events.csv": "2018-01-01 00:00:00,100,4,2,True\n",
    "customers/a/1.csv": "at,b\n2026-01-01 00:00:00,2\n",
}
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "ignored_auth",
)


def test_no_client_gets_a_5xx_or_an_answer_that_is_not_documented(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve()
    for path, text in EVERYTHING.items():
        server.drop(path, text)
    server.load()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{server.client.base_url}/api/openapi.json",
            *("--checks", ",".join(CHECKS), "--continue-on-failure"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "3"),
            *("--workers", "1", "--seed", "1", "--request-timeout", "70"),
            *("--suppress-health-check", "all"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


def test_every_metric_has_its_own_page_in_the_documentation(client: httpx.Client) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    named = [metric["name"] for metric in client.get("/api/v1/metrics").json()["metrics"]]
    assert {f"/v1/metrics/{name}" for name in named} < set(paths)
    method = paths["/v1/metrics/store_uptime"]["get"]["parameters"][-1]
    assert (method["name"], method["schema"]["enum"]) == ("method", ["nearest", "poll"])


def test_the_documentation_needs_no_other_server(client: httpx.Client) -> None:
    page = client.get("/api/docs").text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert assets
    for asset in assets:
        assert asset.startswith("/api/")
        assert client.get(asset).status_code == 200


def test_ready_means_that_the_data_can_be_read(client: httpx.Client) -> None:
    assert client.get("/api/health").json() == {"status": "ok", "generation": 1}


def test_prometheus_can_read_the_metrics(client: httpx.Client) -> None:
    client.get("/api/v1/reports/no-such-report")
    families = {
        family.name: family
        for family in text_string_to_metric_families(client.get("/api/metrics").text)
    }
    rows = {s.labels["dataset"]: s.value for s in families["fleetpulse_rows"].samples}
    assert rows["store_status"] == 3
    requests = families["fleetpulse_http_requests"].samples
    counted = {(s.labels["route"], s.labels["status"]) for s in requests}
    assert ("/v1/reports/{report_id}", "404") in counted


def test_a_generation_that_cannot_be_read_is_not_ready(serve: Callable[..., Server]) -> None:
    server = serve()
    (server.data / "generations").mkdir(parents=True)
    (server.data / "generations" / "000001.duckdb").write_bytes(b"not a database")
    (server.data / "warehouse.duckdb").symlink_to("generations/000001.duckdb")
    answer = server.client.get("/api/health")
    assert answer.status_code == 503
    assert "verify.py --repair" in answer.json()["error"]["message"]
