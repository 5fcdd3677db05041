"""/api/v1/reports and the exercises' routes: trigger, poll, fetch, and what a kill leaves."""

import csv
import hashlib
import io
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.api.conftest import POLLS
from tests.api.server import Server

NOBODYS = "00000000-0000-4000-8000-000000000000"
UPTIME = {"metric": "store_uptime", "params": {"method": "poll"}}


def test_a_report_is_triggered_polled_and_fetched(site: Server) -> None:
    accepted = site.client.post("/api/v1/reports", json=UPTIME)
    assert accepted.status_code == 202
    report_id = accepted.json()["report_id"]
    assert accepted.headers["location"] == f"/api/v1/reports/{report_id}"
    site.finished(report_id)
    report = site.client.get(accepted.headers["location"]).json()
    assert (report["status"], report["progress"]) == ("completed", 1.0)
    manifest = report["manifest"]
    assert manifest["metric"] == "store_uptime"
    assert manifest["params"] == {"method": "poll"}
    assert manifest["generation"] == 1
    assert manifest["as_of"] == "2023-01-25T09:09:26.441407Z"
    assert manifest["rows"] == 2
    assert manifest["seconds"] > 0
    file = site.client.get(report["links"]["csv"])
    assert hashlib.sha256(file.content).hexdigest() == manifest["sha256"]
    assert file.headers["etag"] == f'"{manifest["sha256"]}"'
    direct = site.client.get(
        "/api/v1/metrics/store_uptime", params={"method": "poll", "format": "csv"}
    )
    assert file.content == direct.content


def test_a_file_that_is_known_is_not_sent_again(site: Server) -> None:
    report_id = site.client.post("/api/v1/reports", json=UPTIME).json()["report_id"]
    site.finished(report_id)
    url = f"/api/v1/reports/{report_id}/csv"
    etag = site.client.get(url).headers["etag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        again = site.client.get(url, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert site.client.get(url, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_same_question_is_computed_once(site: Server) -> None:
    first = site.client.post("/api/v1/reports", json=UPTIME).json()["report_id"]
    finished = site.finished(first)
    assert site.client.post("/api/v1/reports", json=UPTIME).json()["report_id"] == first
    assert site.finished(first) == finished
    other = site.client.post("/api/v1/reports", json={"metric": "store_uptime"}).json()
    assert other["report_id"] != first


def test_a_question_that_turns_out_wrong_fails_with_the_reason(site: Server) -> None:
    asked = {"metric": "store_uptime", "params": {"as_of": "1999-01-01 00:00:00"}}
    report_id = site.client.post("/api/v1/reports", json=asked).json()["report_id"]
    report = site.finished(report_id)
    assert report["status"] == "failed"
    assert "as_of must be" in str(report["reason"])
    refused = site.client.get(f"/api/v1/reports/{report_id}/csv")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "report_failed")


def test_one_question_is_one_report_however_it_is_put(site: Server) -> None:
    ids = {
        site.client.post("/api/v1/reports", json={"metric": "store_uptime", "params": p}).json()[
            "report_id"
        ]
        for p in ({}, {"as_of": None}, {"method": "nearest"}, {"as_of": None, "method": None})
    }
    (report_id,) = ids
    manifest = site.client.get(f"/api/v1/reports/{report_id}").json()["manifest"]
    assert manifest["params"] == {"method": "nearest"}


def test_a_field_that_nobody_knows_is_refused(client: httpx.Client) -> None:
    answer = client.post("/api/v1/reports", json={**UPTIME, "as_of": "2023-01-25 08:00:00"})
    assert answer.status_code == 422
    assert "as_of" in answer.json()["error"]["message"]


def test_head_answers_as_get_does(site: Server) -> None:
    report_id = site.client.post("/api/v1/reports", json=UPTIME).json()["report_id"]
    site.finished(report_id)
    for url in (
        f"/api/v1/reports/{report_id}/csv",
        f"/get-report/{report_id}",
        f"/get_report?report_id={report_id}",
    ):
        get, head = site.client.get(url), site.client.head(url)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("etag", "content-length", "content-type", "content-disposition"):
            assert head.headers[name] == get.headers[name]


def test_wrong_parameters_are_refused_at_once(client: httpx.Client) -> None:
    for params, words in (
        ({"method": "guess"}, "'nearest' or 'poll'"),
        ({"metod": "poll"}, "as_of TIMESTAMP = NULL"),
        ({"as_of": "noon"}, "an instant like"),
        ({"as_of": [1]}, "one value"),
    ):
        asked = {"metric": "store_uptime", "params": params}
        answer = client.post("/api/v1/reports", json=asked)
        assert answer.status_code == 422
        assert words in answer.json()["error"]["message"]


def test_one_exercises_client_works_unchanged(site: Server) -> None:
    triggered = site.client.post("/trigger_report").json()
    assert triggered["status"] in ("Running", "Complete")
    site.finished(triggered["report_id"])
    answer = site.client.get("/get_report", params={"report_id": triggered["report_id"]})
    assert answer.headers["x-report-status"] == "Complete"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["store_id"] for row in rows] == ["54515546588432327", "8139926242460185114"]
    assert rows[0]["uptime_last_hour"] == "60"


def test_the_other_exercises_client_works_unchanged(site: Server) -> None:
    for trigger in (site.client.get, site.client.post):
        triggered = trigger("/trigger-report").json()
        report_id = triggered["report_id"]
        assert triggered["status"] in ("processing", "completed")
        site.finished(report_id)
        status = site.client.get(f"/get-report-status/{report_id}").json()
        assert status["status"] == "completed"
        assert site.client.get(f"/get-report/{report_id}").text.startswith("store_id,uptime_last_")
    assert site.client.get(f"/api/get-report/{report_id}").status_code == 200


def test_while_it_runs_there_is_no_file(busy: Server) -> None:
    report_id = busy.client.post("/trigger_report").json()["report_id"]
    assert busy.client.get(f"/api/v1/reports/{report_id}").json()["status"] == "running"
    answer = busy.client.get(f"/api/v1/reports/{report_id}/csv")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "report_running")
    exercise = busy.client.get("/get_report", params={"report_id": report_id})
    assert exercise.json()["status"] == "Running"
    assert busy.client.get(f"/get-report-status/{report_id}").json()["status"] == "processing"


def test_a_kill_in_the_middle_leaves_nothing_running_for_ever(busy: Server) -> None:
    waiting = busy.client.post("/trigger_report").json()["report_id"]
    manifests = list((busy.data / "reports").glob("*/manifest.json"))
    stages = [json.loads(m.read_text())["stage"] for m in manifests]
    assert {"computing", "writing"} & set(stages)
    busy.kill()
    busy.start()
    assert busy.finished(waiting)["status"] == "completed"
    for manifest in manifests:
        assert busy.finished(manifest.parent.name)["status"] == "completed"


def test_what_kills_the_process_every_time_is_given_up(serve: Callable[..., Server]) -> None:
    server = serve()
    server.drop("polls.csv", POLLS)
    server.load()
    report_id = server.client.post("/trigger_report").json()["report_id"]
    server.finished(report_id)
    server.kill()
    manifest = server.data / "reports" / report_id / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "status": "running", "attempts": 3}))
    server.start()
    report = server.finished(report_id)
    assert report["status"] == "failed"
    assert "cut off 3 times" in str(report["reason"])
    assert server.client.post("/trigger_report").json()["status"] == "Running"
    assert server.finished(report_id)["status"] == "completed"


def test_a_broken_manifest_is_passed_over(serve: Callable[..., Server]) -> None:
    server = serve()
    server.drop("polls.csv", POLLS)
    server.load()
    report_id = str(server.client.post("/api/v1/reports", json=UPTIME).json()["report_id"])
    server.finished(report_id)
    broken = server.data / "reports" / NOBODYS
    for content in (b"{", b"\xff", b'{"report_id": 1}'):
        broken.mkdir(exist_ok=True)
        (broken / "manifest.json").write_bytes(content)
        listed = server.client.get("/api/v1/reports")
        assert listed.status_code == 200
        assert report_id in [r["report_id"] for r in listed.json()["reports"]]
        assert server.client.get(f"/api/v1/reports/{broken.name}").status_code == 404
    assert "manifest.json is passed over" in server.log.read_text()


@pytest.mark.parametrize("harm", ["gone", "shorter", "other"])
def test_a_report_whose_file_was_harmed_is_computed_again(
    serve: Callable[..., Server], harm: str
) -> None:
    server = serve()
    server.drop("polls.csv", POLLS)
    server.load()
    report_id = str(server.client.post("/api/v1/reports", json=UPTIME).json()["report_id"])
    server.finished(report_id)
    url = f"/api/v1/reports/{report_id}"
    whole = server.client.get(f"{url}/csv").content
    file = server.data / "reports" / report_id / "report.csv"
    file.unlink()
    if harm != "gone":
        file.write_bytes(whole[:-5] if harm == "shorter" else whole.replace(b"0", b"1"))
    refused = server.client.get(f"{url}/csv")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "report_failed")
    assert server.client.get(url).json()["status"] == "failed"
    assert "ask for it again" in server.client.get(url).json()["reason"]
    assert server.client.post("/api/v1/reports", json=UPTIME).json()["report_id"] == report_id
    assert server.finished(report_id)["status"] == "completed"
    assert server.client.get(f"{url}/csv").content == whole


def test_finished_files_are_removed_after_7_days(serve: Callable[..., Server]) -> None:
    server = serve()
    server.drop("polls.csv", POLLS)
    server.load()
    ids = [
        server.client.post("/api/v1/reports", json={**UPTIME, "params": {"method": m}}).json()
        for m in ("poll", "nearest")
    ]
    old, young = (each["report_id"] for each in ids)
    server.finished(old)
    server.finished(young)
    server.kill()
    for report_id, days in ((old, 7.1), (young, 6.9)):
        manifest = server.data / "reports" / report_id / "manifest.json"
        told = json.loads(manifest.read_text())
        finished = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86400))
        manifest.write_text(json.dumps({**told, "finished_at": finished}))
    broken = server.data / "reports" / NOBODYS
    broken.mkdir()
    (broken / "manifest.json").write_text("{")
    server.start()
    assert server.client.get(f"/api/v1/reports/{old}").status_code == 404
    assert not (server.data / "reports" / old).exists()
    assert server.client.get(f"/api/v1/reports/{young}/csv").status_code == 200


def test_many_requests_at_once_all_complete(site: Server) -> None:
    def ask(minute: int) -> str:
        asked = {"as_of": f"2023-01-25 08:{minute:02d}:00"}
        answer = site.client.post(
            "/api/v1/reports",
            json={"metric": "store_uptime", "params": asked},
            timeout=60,
        )
        assert answer.status_code == 202
        return str(answer.json()["report_id"])

    with ThreadPoolExecutor(20) as pool:
        ids = list(pool.map(ask, [*range(20), *range(20)]))
    assert len(set(ids)) == 20
    assert {site.finished(report_id)["status"] for report_id in ids} == {"completed"}


def test_an_id_leads_nowhere_but_to_its_report(client: httpx.Client, site: Server) -> None:
    secret = os.listdir(site.data / "reports")
    assert "secret" in secret
    for wrong in ("secret", "../warehouse", "%2e%2e%2fwarehouse", "0" * 36):
        assert client.get(f"/api/v1/reports/{wrong}/csv").status_code == 404
