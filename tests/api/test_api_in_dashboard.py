"""The API and the example client against `streamlit run dashboard.py`, as people run it."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.api.conftest import HOURS, POLLS, ZONES
from tests.api.server import ROOT, Server, serving


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("dashboard"), dashboard=True) as server:
        server.drop("polls.csv", POLLS)
        server.drop("hours.csv", HOURS)
        server.drop("zones.csv", ZONES)
        server.load()
        yield server


def test_pages_and_api_are_one_process(dashboard: Server) -> None:
    assert "text/html" in dashboard.client.get("/").headers["content-type"]
    assert dashboard.client.get("/api/health").json() == {"status": "ok", "generation": 1}
    assert dashboard.client.get("/api/nothing").json()["error"]["code"] == "not_found"


def test_the_exercises_routes_are_at_the_root(dashboard: Server) -> None:
    report_id = dashboard.client.post("/trigger_report").json()["report_id"]
    dashboard.finished(report_id)
    answer = dashboard.client.get("/get_report", params={"report_id": report_id})
    assert answer.text.startswith("store_id,uptime_last_hour")
    assert dashboard.client.get(f"/get-report/{report_id}").content == answer.content


@pytest.mark.parametrize("by_path", [False, True])
def test_a_client_that_asks_once_has_its_csv(dashboard: Server, by_path: bool) -> None:
    """The clients of the exercise, as published: trigger, ask, save."""
    polled = {"as_of": f"2023-01-25 12:00:0{int(by_path)}"}
    report_id = dashboard.client.get("/trigger_report", params=polled).json()["report_id"]
    where = f"/get_report/{report_id}" if by_path else f"/get_report?report_id={report_id}"
    answer = dashboard.client.get(where)
    assert answer.headers["x-report-status"] == "Complete"
    assert answer.text.startswith("store_id,uptime_last_hour")


@pytest.mark.parametrize(
    "path", ["/api", "/api/x", "/get_report/a/b", "/get-report/", "/trigger_report/x", "/api/v1/"]
)
def test_no_path_of_ours_is_answered_with_a_page(dashboard: Server, path: str) -> None:
    answer = dashboard.client.get(path, follow_redirects=True)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] in ("not_found", "unknown_report")


def test_an_upload_is_loaded(dashboard: Server) -> None:
    answer = dashboard.client.post(
        "/api/v1/event/?wait=true",
        data={"customer_id": "1000"},
        files={"file": ("events.csv", b"at,v\n2026-02-01 10:00:00,1\n")},
    )
    assert (answer.status_code, answer.json()["rows_loaded"]) == (200, 1)


def test_the_example_client_saves_a_report(dashboard: Server) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "examples/report.py", *arguments],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )

    server = str(dashboard.client.base_url)
    done = run(server, "store_uptime", "method=poll")
    assert done.returncode == 0, done.stderr
    asked = {"method": "poll", "format": "csv"}
    direct = dashboard.client.get("/api/v1/metrics/store_uptime", params=asked)
    assert done.stdout == direct.content
    refused = run(server, "store_uptime", "method=guess")
    assert refused.returncode == 1
    assert b"'nearest' or 'poll'" in refused.stderr
