"""GET /api/v1/metrics: direct answers, and what a wrong question is told."""

import csv
import io

import httpx
import pyarrow.parquet as pq
import pytest

TOP = "/api/v1/metrics/top_devices"


def test_every_metric_is_listed_with_what_it_takes_and_gives(client: httpx.Client) -> None:
    listed = {m["name"]: m for m in client.get("/api/v1/metrics").json()["metrics"]}
    parameters = listed["top_devices"]["parameters"]
    assert [(p["name"], p["required"], p["default"]) for p in parameters] == [
        ("on_day", True, None),
        ("top_n", False, "10"),
    ]
    assert listed["store_uptime"]["columns"][1]["unit"] == "minutes"


def test_json_has_the_rows_and_the_generation(client: httpx.Client) -> None:
    body = client.get(TOP, params={"on_day": "2026-02-15", "top_n": 1}).json()
    assert body["generation"] == 1
    assert body["rows"] == [
        {
            "rank": 1,
            "device_id": "a",
            "occurrences": 2,
            "occurrences_week_before": 1,
            "change_pct": 100.0,
            "rank_week_before": 1,
            "baseline": "ok",
        }
    ]


def test_csv_is_safe_for_spreadsheets_and_parquet_is_raw(client: httpx.Client) -> None:
    asked = {"on_day": "2026-02-15", "format": "csv"}
    answer = client.get(TOP, params=asked)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["device_id"] for row in rows] == ["a", "'=2+3"]
    raw = client.get(TOP, params={**asked, "format": "parquet"})
    table = pq.read_table(io.BytesIO(raw.content))
    assert table["device_id"].to_pylist() == ["a", "=2+3"]


def test_instants_say_that_they_are_utc(client: httpx.Client) -> None:
    rows = client.get("/api/v1/metrics/freshness").json()["rows"]
    newest = {row["dataset"]: row["newest_event"] for row in rows}
    assert newest["store_status"] == "2023-01-25T09:09:26.441407Z"
    assert newest["business_hours"] is None


def test_uptime_is_exact_in_json_and_has_two_decimals_in_csv(client: httpx.Client) -> None:
    url = "/api/v1/metrics/store_uptime"
    exact = client.get(url).json()["rows"][0]["uptime_last_day"]
    row = next(csv.DictReader(io.StringIO(client.get(url, params={"format": "csv"}).text)))
    assert row["store_id"] == "54515546588432327"
    assert row["uptime_last_day"] == "1.05"
    assert abs(exact - 1.05) > 0.001


@pytest.mark.parametrize(
    ("question", "status", "code", "words"),
    [
        ("top_devices", 422, "bad_parameter", "on_day DATE, top_n INTEGER = 10"),
        ("top_devices?on_day=yesterday", 422, "bad_parameter", "a day like 2026-02-15"),
        ("top_devices?on_day=2026-02-15&n=3", 422, "bad_parameter", "no parameter 'n'"),
        ("top_devices?on_day=2026-02-15&on_day=2026-02-16", 422, "bad_parameter", "twice"),
        ("top_devices?on_day=2026-02-15&format=xls", 422, "invalid", "'json', 'csv' or 'parquet'"),
        ("top_device_days?on_day=2026-02-15&days=2147483647", 422, "bad_parameter", "0 to 36525"),
        ("nonsense", 404, "unknown_metric", "top_devices"),
        ("store_uptime?method=guess", 422, "bad_parameter", "'nearest' or 'poll'"),
        ("store_uptime?as_of=2020-01-01T00:00:00Z", 422, "bad_parameter", "2023-01-24 09:07:26"),
        ("device_online?device=a", 409, "no_data", "connectivity_events"),
    ],
)
def test_a_wrong_question_is_told_what_is_right(
    client: httpx.Client, question: str, status: int, code: str, words: str
) -> None:
    answer = client.get(f"/api/v1/metrics/{question}")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert words in error["message"]


@pytest.mark.parametrize("form", ["CSV", "Csv", "PARQUET"])
def test_the_letter_case_of_a_format_does_not_matter(client: httpx.Client, form: str) -> None:
    asked = {"on_day": "2026-02-15", "format": form}
    lower = {"on_day": "2026-02-15", "format": form.lower()}
    assert client.get(TOP, params=asked).content == client.get(TOP, params=lower).content


def test_head_has_the_headers_and_no_body(client: httpx.Client) -> None:
    answer = client.head(TOP, params={"on_day": "2026-02-15", "format": "csv"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/csv")


def test_a_plus_that_became_a_space_is_told(client: httpx.Client) -> None:
    answer = client.get("/api/v1/metrics/store_uptime?as_of=2026-02-15T10:00:00+02:00")
    assert answer.status_code == 422
    assert "write `%2B`" in answer.json()["error"]["message"]
