"""How the pages show the newest day, and days at the ends of the calendar."""

from __future__ import annotations

import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import words
from tests import health
from tests.etl.loading import load_all
from tests.visits import Visit, cards, said, sentence
from warehouse import Settings

FAR = "".join(
    f"{day}T00:00:00Z,a,sensor,online\n" for day in ("0001-01-01", "0001-01-02", "2026-02-15")
)


PAGES = ("overview", "top_devices", "daily_trend")


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, dt.date]:
    """Ten days of which the last, today, has an hour's reports: 6 of `a` and 3 of `b`, against 4 of
    `a` in the same hour a week before and 20 on other whole days; and today."""
    today = dt.datetime.now(dt.UTC).date()
    lines = [
        f"{today - dt.timedelta(back)}T{hour:02}:{minute:02}:00Z,a,sensor,online\n"
        for back in range(1, 10)
        for hour in range(5)
        for minute in range(4)
    ]
    lines += [f"{today}T00:{minute:02}:00Z,a,sensor,online\n" for minute in range(6)]
    lines += [f"{today}T00:{minute:02}:00Z,b,sensor,online\n" for minute in range(10, 13)]
    root = tmp_path_factory.mktemp("unfinished")
    return load_all(root, [{"reports.csv": health.HEADER + "".join(lines)}]), today


def test_a_whole_day_is_shown_first(unfinished: tuple[Settings, dt.date], visit: Visit) -> None:
    """A day in progress is no collapse: it is told like for like."""
    settings, today = unfinished
    yesterday = words.day(today - dt.timedelta(1))
    note = (
        f"{words.short_day(today)} is in progress. Up to its newest report, at 00:12 UTC: "
        "9 reports from 2 devices, 125 % more than up to that time a week before"
    )
    for page in PAGES:
        app = visit(settings, page)
        assert yesterday in sentence(app)
        assert note in said(app)
    overview = sentence(visit(settings, "overview"))
    assert overview == (f"1 device sent 20 reports on {yesterday}, as many as a week before")
    assert cards(visit(settings, "daily_trend"))["Fewest devices"][0] == "1"


def test_a_day_in_progress_can_be_asked_for(
    unfinished: tuple[Settings, dt.date], visit: Visit
) -> None:
    settings, today = unfinished
    top = visit(settings, "top_devices", day=str(today))
    assert sentence(top) == f"`a` reported most on {words.day(today)}: 6 times so far"
    assert cards(top)["Reports so far"] == ("9", "+125 %")
    assert cards(top)["Devices that reported so far"] == ("2", "+100 %")
    trend = visit(settings, "daily_trend", last_day=str(today))
    assert sentence(trend) == f"2 sensor devices reported on {words.day(today)} so far"


def test_a_whole_newest_day_has_no_note(fortnight: Settings, visit: Visit) -> None:
    for page in PAGES:
        app = visit(fortnight, page)
        assert "Sun 15 Feb 2026" in sentence(app)
        assert "in progress" not in said(app)


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


def test_the_day_is_kept_from_page_to_page(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", day="2026-02-12")
    leave(app, "daily_trend")
    assert "on Thu 12 Feb 2026" in sentence(app)
    assert app.query_params["last_day"] == "2026-02-12"
    app.selectbox(key="last_day chosen").select(health.NEWEST).run()
    assert "last_day" not in app.query_params
    leave(app, "top_devices")
    assert "on Sun 15 Feb 2026" in sentence(app)
    assert not app.query_params


def leave(app: AppTest, page: str) -> None:
    """As the menu does: to a page without anything in its link."""
    app.switch_page(f"pages/{page}.py")
    app.query_params.clear()
    app.run()
