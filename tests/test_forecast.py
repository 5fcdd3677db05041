"""The projection of the devices online: its shape, its honesty, and when it declines."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Callable, Mapping, Sequence

import duckdb
import pytest

from warehouse.marts.online_projection import TooLittleHistory, project

LoadCsvs = Callable[[Sequence[Mapping[str, str]]], duckdb.DuckDBPyConnection]

FIRST = dt.date(2017, 1, 2)


def history(days: int, noise: float = 0) -> list[tuple[dt.date, int]]:
    """A growing fleet with a quiet weekend."""
    dice = random.Random(5)
    return [
        (day, round(900 + 2 * n - (120 if day.weekday() > 4 else 0) + dice.gauss(0, noise)))
        for n, day in ((n, FIRST + dt.timedelta(days=n)) for n in range(days))
    ]


def test_goes_on_with_trend_and_weekly_rhythm() -> None:
    known, truth = history(400)[:372], history(400)[372:]
    projected = project(known, 28)
    assert [row.day for row in projected] == [day for day, _ in truth]
    for row, (_, devices) in zip(projected, truth, strict=True):
        assert row.devices == pytest.approx(devices, rel=0.03)


def test_intervals_contain_each_other_and_widen() -> None:
    projected = project(history(300, noise=25), 60)
    for row in projected:
        assert row.low_95 < row.low_80 < row.devices < row.high_80 < row.high_95
    assert projected[-1].high_95 - projected[-1].low_95 > projected[0].high_95 - projected[0].low_95


def test_intervals_hold_what_they_promise() -> None:
    known, truth = history(600, noise=25)[:572], history(600, noise=25)[572:]
    projected = project(known, 28)
    within = sum(r.low_95 <= n <= r.high_95 for r, (_, n) in zip(projected, truth, strict=True))
    assert within >= 24


def test_error_is_measured_on_days_held_back() -> None:
    known = history(300)
    jumped = known[:-28] + [(day, devices + 500) for day, devices in known[-28:]]
    level = sum(devices for _, devices in jumped[-28:]) / 28
    surprised = project(jumped, 1)[0]
    assert surprised.error_devices == pytest.approx(500, rel=0.05)
    assert surprised.error_pct == pytest.approx(100 * surprised.error_devices / level)
    assert project(known, 1)[0].error_pct == pytest.approx(0, abs=1)


def test_the_same_history_gives_the_same_numbers() -> None:
    assert project(history(120, noise=25), 28) == project(history(120, noise=25), 28)


@pytest.mark.parametrize("devices", [0, 40])
def test_a_fleet_that_never_changes_stays(devices: int) -> None:
    projected = project([(day, devices) for day, _ in history(80)], 90)
    assert [row.devices for row in projected] == pytest.approx([devices] * 90, abs=0.01)
    assert projected[0].error_devices == pytest.approx(0, abs=0.01)
    assert (projected[0].error_pct is None) == (devices == 0)


def test_never_projects_fewer_than_no_devices() -> None:
    vanishing = [(day, max(0, 80 - n)) for n, (day, _) in enumerate(history(90))]
    for row in project(vanishing, 90):
        assert all(number >= 0 and math.isfinite(number) for number in row[1:6])


def test_too_little_history_says_how_much_is_needed() -> None:
    with pytest.raises(TooLittleHistory, match="56 whole days of history, there are 55"):
        project(history(55), 28)
    assert len(project(history(56), 28)) == 28


def connectivity(days: int) -> str:
    """Ten devices that are online in turn; the first and the last day are seen only in part."""
    start = dt.datetime(2018, 1, 1, 12)
    return "".join(
        f"{start + dt.timedelta(days=n)},d{n % 10},u,2,True\n"
        f"{start + dt.timedelta(days=n, hours=1)},d{n % 10},u,2,False\n"
        for n in range(days)
    )


def test_the_metric_begins_after_the_newest_event(load_csvs: LoadCsvs) -> None:
    connection = load_csvs([{"connectivity_events.csv": connectivity(58)}])
    days = connection.execute("select day, devices from online_forecast()").fetchall()
    assert [day for day, _ in days] == [
        dt.date(2018, 2, 28) + n * dt.timedelta(1) for n in range(28)
    ]
    assert [devices for _, devices in days] == pytest.approx([1] * 28, abs=0.01)
    longest = connection.execute("select max(day) from online_forecast(horizon_days := 90)")
    assert longest.fetchone() == (dt.date(2018, 5, 28),)
    with pytest.raises(duckdb.Error, match="horizon_days is 1 to 90, not 91"):
        connection.execute("from online_forecast(horizon_days := 91)").fetchall()


def test_the_metric_says_when_there_is_too_little_history(load_csvs: LoadCsvs) -> None:
    connection = load_csvs([{"connectivity_events.csv": connectivity(57)}])
    with pytest.raises(duckdb.Error, match="56 whole days of connectivity events, there are 55"):
        connection.execute("from online_forecast()").fetchall()
