"""What store_timeline refuses, in words that a person understands."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from tests.store_oracle import Loads

LoadCsvs = Callable[[Loads], duckdb.DuckDBPyConnection]

POLLS = "store_id,status,timestamp_utc\ns,active,2023-01-25 10:00:00\n"


@pytest.mark.parametrize(
    ("first_at", "last_at", "reason"),
    [
        ("2023-01-26", "2023-01-25", "first_at 2023-01-26 00:00:00 is after last_at 2023-01-25"),
        (None, "2023-01-25", "first_at and last_at must both be given"),
        ("2023-01-26", None, "first_at and last_at must both be given"),
    ],
)
def test_from_where_to_where(
    load_csvs: LoadCsvs, first_at: str | None, last_at: str | None, reason: str
) -> None:
    connection = load_csvs([{"polls.csv": POLLS}])
    with pytest.raises(duckdb.Error, match=reason):
        connection.execute(
            "from store_timeline('s', $first_at::timestamp, $last_at::timestamp)",
            {"first_at": first_at, "last_at": last_at},
        ).fetchall()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_text_with_an_offset_is_that_instant(load_csvs: LoadCsvs, zone: str) -> None:
    connection = load_csvs([{"polls.csv": POLLS}])
    connection.execute(f"set timezone = '{zone}'")
    rows = connection.execute(
        "select from_at::varchar, to_at::varchar, at_limit "
        "from store_timeline('s', '2023-01-25 11:00:00+02:00', '2023-01-25 12:00:00Z') "
        "where kind = 'open'"
    ).fetchall()
    assert rows == [("2023-01-25 09:00:00", "2023-01-25 12:00:00", False)]


def test_a_range_beyond_what_is_known_is_cut_off_and_says_so(load_csvs: LoadCsvs) -> None:
    connection = load_csvs([{"polls.csv": POLLS}])
    rows = connection.execute(
        "select kind, from_at::varchar, to_at::varchar, at_limit "
        "from store_timeline('s', '2022-01-01', '2024-01-01') where kind <> 'status'"
    ).fetchall()
    assert rows == [
        ("open", "2023-01-18 10:00:00", "2023-02-01 10:00:00", True),
        ("poll", "2023-01-25 10:00:00", "2023-01-25 10:00:00", None),
    ]


def test_a_store_that_nobody_knows_has_no_timeline(load_csvs: LoadCsvs) -> None:
    connection = load_csvs([{"polls.csv": POLLS}])
    rows = connection.execute(
        "from store_timeline('other', timestamp '2023-01-25', timestamp '2023-01-26')"
    ).fetchall()
    assert rows == []
