"""Which days are whole, and how late a dataset is by its own rhythm."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from tests.etl.loading import answer, current, load_all
from warehouse import Settings, current_path

HEALTH = "timestamp,id,type,status\n"
SERVER = "id,created_at,destroyed_at\n"


def test_a_day_is_whole_once_reports_were_loaded_after_it_ended(tmp_path: Path) -> None:
    today = dt.datetime.now(dt.UTC).date()
    days = [today - dt.timedelta(days=2), today - dt.timedelta(days=1), today]
    lines = "".join(f"{day}T00:00:00Z,a,s,ok\n" for day in days)
    with current(load_all(tmp_path, [{"r.csv": HEALTH + lines}])) as connection:
        found = answer(connection, "select day, is_whole from report_days()")[1:]
    begun = dt.datetime.now(dt.UTC).date()
    assert found[:2] == [[str(days[0]), "true"], [str(days[1]), "true"]]
    assert found[2] == [str(today), "false"] or begun != today  # midnight passed meanwhile


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Five loads: reports in each, servers in the first two."""
    files = [{f"r{n}.csv": f"{HEALTH}2026-02-0{n}T00:00:00Z,a,s,ok\n"} for n in range(1, 6)]
    files[0]["servers/1.csv"] = f"{SERVER}a,2026-01-01 00:00,\n"
    files[1]["servers/2.csv"] = f"{SERVER}b,2026-01-01 00:00,\n"
    return load_all(tmp_path_factory.mktemp("loads"), files)


@pytest.mark.parametrize(
    ("hours", "usual", "late"),
    [
        ([0, 1, 2, 4, 5], "1.0", "0.0"),  # gaps 1, 1, 2, 1
        ([0, 2, 4, 6, 8], "2.0", "0.0"),
    ],
)
def test_the_usual_gap_is_the_median(
    loads: Settings, hours: list[int], usual: str, late: str
) -> None:
    assert rhythm(loads, hours)["health_reports"] == [usual, late]
    assert rhythm(loads, hours)["servers"] == ["", "0.0"]  # two loads tell no rhythm


def test_late_counts_beyond_three_usual_gaps(loads: Settings) -> None:
    hours = [0, 1, 2, 3, 24]
    moved = "update files set dataset = 'servers' where load_id = 5 and dataset = 'health_reports'"
    assert rhythm(loads, hours, moved)["health_reports"] == ["1.0", "18.0"]


def rhythm(loads: Settings, hours: list[int], change: str = "") -> dict[str, list[str]]:
    """Usual gap and lateness of each dataset, had the loads come at these hours."""
    with duckdb.connect(str(current_path(loads))) as connection:
        connection.begin()
        for load_id, hour in enumerate(hours, 1):
            at = dt.datetime(2026, 3, 1) + dt.timedelta(hours=hour)
            connection.execute("update files set loaded_at = ? where load_id = ?", [at, load_id])
        if change:
            connection.execute(change)
        rows = answer(connection, "select dataset, usual_gap_hours, late_hours from freshness()")
        connection.rollback()
    return {dataset: told for dataset, *told in rows[1:]}
