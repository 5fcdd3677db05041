"""Opening hours on local clocks become spans of UTC."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError, available_timezones

import duckdb
import pytest

from tests.store_oracle import WEEK, Loads, instant_us, open_spans, read
from warehouse.marts.local_days import LocalDay, build, local_days

HOUR_US = 3_600_000_000
MARCH_12 = 19_428  # days from 1970-01-01 to 2023-03-12


def test_a_local_day_knows_the_change_of_its_clock() -> None:
    (day,) = local_days("America/Chicago", MARCH_12, MARCH_12)
    assert day == LocalDay(
        zone="America/Chicago",
        weekday=6,
        midnight_us=MARCH_12 * 24 * HOUR_US,
        before_us=-6 * HOUR_US,
        after_us=-5 * HOUR_US,
        change_us=instant_us(datetime(2023, 3, 12, 8, tzinfo=UTC)),
    )


def test_a_night_knows_the_change_of_the_day_after() -> None:
    night_before, _, night_after = local_days("America/Chicago", MARCH_12 - 1, MARCH_12 + 1)
    assert (night_before.before_us, night_before.after_us) == (-6 * HOUR_US, -5 * HOUR_US)
    assert (night_after.before_us, night_after.after_us) == (-5 * HOUR_US, -5 * HOUR_US)


def test_polls_of_the_first_and_last_years_that_python_knows() -> None:
    oldest, second, *_ = local_days("Asia/Tokyo", -(10**6), -719_150)
    assert (oldest.weekday, second.weekday) == (3, 4)
    assert list(local_days("Asia/Tokyo", 2_932_880, 10**7))


def test_a_zone_that_iana_does_not_know() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        list(local_days("Mars/Olympus", 0, 1))


def test_no_zones_no_days() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table store_zones (zone text, first_day int, last_day int)")
        assert build(connection) == []


def test_every_zone_opens_and_closes_by_its_own_clock(
    load_csvs: Callable[[Loads], duckdb.DuckDBPyConnection],
) -> None:
    dice = random.Random(2023)
    zones = sorted(available_timezones() - {"localtime", "Factory"})
    clocks = [f"{hour}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 59)]
    hours = [
        f"{zone},{dice.randrange(5, 7)},{dice.choice(clocks)},{dice.choice([*clocks, '24:00'])}"
        for zone in zones
        for _ in range(3)
    ]
    first = datetime(2023, 3, 8, 12, tzinfo=UTC)
    newest = datetime(2023, 11, 8, 12, tzinfo=UTC)
    loads = [
        {
            "polls.csv": "store_id,status,timestamp_utc\n"
            f"{zones[0]},active,{first}\n{zones[0]},active,{newest}\n",
            "hours.csv": "\n".join(["store_id,day,start_time_local,end_time_local", *hours]),
            "zones.csv": "\n".join(["store_id,timezone_str", *(f"{z},{z}" for z in zones)]),
        }
    ]
    spans = load_csvs(loads).execute("select store_id, open_us, close_us from store_open_spans")
    assert sorted(spans.fetchall()) == [
        (zone, instant_us(begin), instant_us(end))
        for zone, store in sorted(read(loads).items())
        for begin, end in open_spans(store, first - WEEK, newest + WEEK)
    ]
