"""What the API says of itself: OpenAPI that holds, docs without the internet, health, Prometheus."""

import re
import subprocess
import sys

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.api.server import ROOT, Server


def test_no_client_gets_a_5xx_or_an_answer_that_is_not_documented(
    site: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{site.client.base_url}/api/openapi.json",
            *("--checks", "not_a_server_error,status_code_conformance"),
            *("--checks", "content_type_conformance,response_schema_conformance"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "8"),
            *("--workers", "2", "--seed", "1", "--request-timeout", "30"),
            *("--suppress-health-check", "all"),
        ],
        cwd=tmp_path_factory.mktemp("schemathesis"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Tested" in done.stdout


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


def test_a_broken_generation_is_not_ready(site: Server) -> None:
    assert (ROOT / "api").is_dir()
