"""How the pages show the newest day, and days at the ends of the calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from pages.parts import words
from tests import health
from tests.etl.loading import load_all
from tests.visits import Visit, said, sentence
from warehouse import Settings

FAR = "".join(
    f"{day}T00:00:00Z,a,sensor,online\n" for day in ("0001-01-01", "0001-01-02", "2026-02-15")
)


def test_the_newest_day_is_said_to_be_seen_in_part(fortnight: Settings, visit: Visit) -> None:
    note = "Sun 15 Feb is seen only up to its newest report, at 14:03 UTC"
    for page in ("overview", "top_devices", "daily_trend"):
        assert note in said(visit(fortnight, page))
        assert "days before" not in said(visit(fortnight, page))  # 5 February is missing
    assert note not in said(visit(fortnight, "top_devices", day="2026-02-14"))
    assert note not in said(visit(fortnight, "daily_trend", last_day="2026-02-14"))


@pytest.fixture(scope="module")
def ages(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_all(tmp_path_factory.mktemp("ages"), [{"ages.csv": health.HEADER + FAR}])


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "2026-02-15"])
def test_any_day_of_the_calendar_is_shown(ages: Settings, visit: Visit, day: str) -> None:
    said_day = words.day(dt.date.fromisoformat(day))
    leading = visit(ages, "top_devices", day=day, device="a")
    assert f"reported most on {said_day}" in sentence(leading)
    assert f"1 report on {words.short_day(dt.date.fromisoformat(day))} from 1 file" in said(leading)
    trend = visit(ages, "daily_trend", last_day=day)
    assert sentence(trend) == f"1 sensor device reported on {said_day}"
    assert trend.selectbox(key="last_day chosen").options == [
        "Sun 15 Feb 2026",
        "Tue 2 Jan 0001",
        "Mon 1 Jan 0001",
    ]
    assert "1 device sent 1 report on Sun 15 Feb 2026" in said(visit(ages, "overview"))
