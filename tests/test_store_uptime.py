"""What store_uptime refuses, in words that a person understands."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from tests.store_oracle import Loads

LoadCsvs = Callable[[Loads], duckdb.DuckDBPyConnection]

HEADER = "store_id,status,timestamp_utc\n"
POLLS = HEADER + "s,active,2023-01-25 10:00:00\ns,active,2023-01-26 10:00:00\n"


def test_the_instants_that_may_be_asked_for(load_csvs: LoadCsvs) -> None:
    connection = load_csvs([{"polls.csv": POLLS}])
    ask = "from store_uptime(as_of := $as_of::timestamp)"
    for as_of in ("2023-01-25 10:00:00", "2023-02-02 10:00:00"):
        assert len(connection.execute(ask, {"as_of": as_of}).fetchall()) == 1
    for as_of in ("2023-01-25 09:59:59.999999", "2023-02-02 10:00:00.000001"):
        with pytest.raises(
            duckdb.Error,
            match="as_of must be from the first poll to 7 days after the newest, "
            r"2023-01-25 10:00:00 to 2023-02-02 10:00:00 \(UTC\), not " + as_of,
        ):
            connection.execute(ask, {"as_of": as_of}).fetchall()


def test_a_hole_of_years_between_polls_cannot_be_asked_for(load_csvs: LoadCsvs) -> None:
    connection = load_csvs([{"polls.csv": POLLS + "s,active,1970-01-01 00:00:00\n"}])
    ask = "select unknown_last_week from store_uptime(as_of := $as_of::timestamp)"
    for as_of, unknown in (("1970-01-03 00:00:00", 166.0), ("2023-01-26 10:00:00", 165.0)):
        assert connection.execute(ask, {"as_of": as_of}).fetchall() == [(unknown,)]
    with pytest.raises(
        duckdb.Error,
        match="1970-01-01 00:00:00 to 1970-01-08 00:00:00 or 2023-01-25 10:00:00 to 2023-02-02",
    ):
        connection.execute(ask, {"as_of": "1999-12-31 00:00:00"}).fetchall()


@pytest.mark.parametrize("method", ["median", "", None])
def test_an_unknown_method_is_told_the_valid_ones(load_csvs: LoadCsvs, method: str | None) -> None:
    connection = load_csvs([{"polls.csv": POLLS}])
    with pytest.raises(duckdb.Error, match="method must be 'nearest' or 'poll', not"):
        connection.execute("from store_uptime(method := $method)", {"method": method}).fetchall()


def test_no_data_yet(load_csvs: LoadCsvs) -> None:
    connection = load_csvs([{"zones.csv": "store_id,timezone_str\ns,Etc/UTC\n"}])
    with pytest.raises(duckdb.Error, match="no data yet, no poll of any store has been loaded"):
        connection.execute("from store_uptime()").fetchall()


def test_an_instant_with_a_zone_is_the_same_wherever_the_session_is(load_csvs: LoadCsvs) -> None:
    connection = load_csvs([{"polls.csv": POLLS}])
    connection.execute("set timezone = 'Asia/Tokyo'")
    for as_of in (
        "timestamp '2023-01-26 09:30:00'",
        "timestamptz '2023-01-26 11:30:00+02:00'",
        "'2023-01-26 09:30:00'",
        "'2023-01-26T09:30:00.000Z'",
        "'2023-01-26 09:30:00 UTC'",
        "'2023-01-26 11:30:00+02:00'",
        "'2023-01-26 07:30-02'",
        "'2023-01-26 03:30:00 America/Chicago'",
    ):
        rows = connection.execute(
            f"select uptime_last_hour, unknown_last_hour from store_uptime(as_of := {as_of})"
        ).fetchall()
        assert rows == [(30.0, 30.0)]
