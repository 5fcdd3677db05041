"""Customers' tables over HTTP: totals, analysis and rows."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from tests.api.server import serving

FIRST = """\
at,what,amount
2026-02-01 10:00:00,=sum,-5
2026-01-01 00:00:00,"a, b",7
"""
SECOND = """\
amount,what,at
9,x,2026-02-03T12:00:04.5Z
"""
TIMELESS = """\
item,price
soup,7.50
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Two customers whose files were dropped into the folder."""
    with serving(tmp_path_factory.mktemp("customers")) as server:
        server.drop("customers/1000/1.csv", FIRST)
        server.drop("customers/1000/2.csv", SECOND)
        server.drop("customers/bistro/menu.csv", TIMELESS)
        server.load()
        yield server.client


def analysed(ask: httpx.Client, **body: Any) -> httpx.Response:
    return ask.post("/api/v1/analyze/", json=body)


def test_time_difference_is_newest_less_first_uploaded(ask: httpx.Client) -> None:
    answer = analysed(ask, customer_id=1000, analyzer_type=10000)
    assert answer.json() == {
        "customer_id": "1000",
        "analyzer_type": 10000,
        "time_difference": 2 * 86_400 + 2 * 3_600 + 4.5,
        "time_difference_text": "2 days 2 h 0 min 4.5 s",
        "first_row_at": "2026-02-01T10:00:00Z",
        "newest_row_at": "2026-02-03T12:00:04.5Z",
    }


@pytest.mark.parametrize("customer_id", [1000, "1000"])
@pytest.mark.parametrize("name", ["analyzer_type", "analyze_type"])
def test_total_rows(ask: httpx.Client, customer_id: int | str, name: str) -> None:
    answer = ask.post("/api/v1/analyze", json={"customer_id": customer_id, name: 10001})
    assert answer.json()["total_rows"] == 3


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"customer_id": "bistro", "analyzer_type": 10000}, 422, "no time column"),
        ({"customer_id": "nobody", "analyzer_type": 10000}, 404, "nobody"),
        ({"customer_id": "1000", "analyzer_type": 7}, 422, "10000 or 10001"),
        ({"customer_id": "1000"}, 422, "analyzer_type"),
        ({"analyzer_type": 10000}, 422, "customer_id"),
        ({"customer_id": ["1000"], "analyzer_type": 10000}, 422, "customer_id"),
        ({"customer_id": "1000 ", "analyzer_type": 10001}, 422, "customer_id"),
        ({"customer_id": "1000\n", "analyzer_type": 10001}, 422, "customer_id"),
    ],
)
def test_a_wrong_analysis_is_told_why(
    ask: httpx.Client, body: dict[str, Any], status: int, words: str
) -> None:
    answer = analysed(ask, **body)
    assert answer.status_code == status
    assert words in answer.json()["error"]["message"]


def test_customers_are_listed_with_their_totals(ask: httpx.Client) -> None:
    listed = ask.get("/api/v1/customers").json()["customers"]
    assert [(c["customer_id"], c["columns"], c["total_rows"]) for c in listed] == [
        ("1000", ["at", "what", "amount"], 3),
        ("bistro", ["item", "price"], 1),
    ]
    assert ask.get("/api/v1/customers/1000").json() == listed[0]
    assert ask.get("/api/v1/customers/nobody").status_code == 404


def test_rows_come_in_upload_order_under_their_own_names(ask: httpx.Client) -> None:
    answer = ask.get("/api/v1/customers/1000/rows", params={"format": "csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="customer-1000.csv"'
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["at", "what", "amount"],
        ["2026-02-01 10:00:00", "'=sum", "-5"],
        ["2026-01-01 00:00:00", "a, b", "7"],
        ["2026-02-03T12:00:04.5Z", "x", "9"],
    ]
    raw = ask.get("/api/v1/customers/1000/rows", params={"format": "parquet"})
    table = pq.read_table(io.BytesIO(raw.content))
    assert table.column_names == ["at", "what", "amount"]
    assert table["what"].to_pylist() == ["=sum", "a, b", "x"]
    assert ask.get("/api/v1/customers/nobody/rows").status_code == 404
