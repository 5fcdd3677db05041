"""What only a browser shows of the pictures' axes and marks, on data that is short, early or old.

Device `a1` is online from 15 December 2025 until its server ends on 5 January, `b1` for an hour on
23 December. The only health report is of the year 1.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import health
from tests.api.server import Server, serving
from tests.browser.windows import settle

EVENTS = """2025-12-15 08:00:00,a1,ann,7,true
2025-12-23 08:00:00,b1,bob,8,true
2025-12-23 09:00:00,b1,bob,8,false
2026-01-06 08:00:00,a1,ann,8,true
"""
SERVERS = "7,2025-01-01 00:00:00,2026-01-05 12:00:00\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("axes"), dashboard=True) as running:
        running.drop("connectivity_events.csv", EVENTS)
        running.drop("servers.csv", SERVERS)
        running.drop("health.csv", f"{health.HEADER}0001-01-01T00:00:00Z,a,sensor,online\n")
        running.load()
        yield running


def picture(page: Page, link: str) -> Locator:
    page.goto(f"/{link}")
    shown = page.get_by_test_id("stVegaLiteChart").first.locator("svg")
    expect(shown).to_be_visible()
    settle(page)
    return shown


def labels(shown: Locator, axis: str) -> list[str]:
    """What stands at the ticks of the `X` or `Y` axis."""
    texts = shown.locator(f"[aria-label^='{axis}-axis'] .role-axis-label text").all()
    visible = (text for text in texts if text.get_attribute("opacity") != "0")
    return [said for text in visible if (said := text.text_content())]


def test_a_picture_that_crosses_new_year_names_the_years(page: Page) -> None:
    named = labels(picture(page, "online_fleet"), "X")
    assert "2025" in named[0]
    assert [day for day in named if "2026" in day] == ["4 Jan2026"]
    assert not any("202" in day for day in labels(picture(page, DECEMBER), "X"))


DECEMBER = "online_fleet?last_day=2025-12-31"


def test_a_picture_of_one_day_names_it(page: Page) -> None:
    assert labels(picture(page, "online_fleet?last_day=2025-12-15"), "X") == ["15 Dec"]


def test_the_end_of_a_server_has_its_year(page: Page) -> None:
    (named,) = labels(picture(page, "fleet_operations?view=servers"), "X")
    assert "2026" in named


def test_a_day_of_the_first_century_has_no_broken_name(page: Page) -> None:
    assert not labels(picture(page, "daily_trend"), "X")


def test_a_few_devices_are_counted_in_whole_numbers(page: Page) -> None:
    named = labels(picture(page, "fleet_operations"), "Y")
    assert sorted(named) == ["0", "1", "\N{MINUS SIGN}1"]


def test_days_without_an_event_are_marked_over_the_bars(page: Page) -> None:
    shown = picture(page, "online_fleet?measure=share&last_day=2026-01-01&days=10")
    marks = shown.locator(".role-mark path[fill='#8A9099'][opacity='1']")
    expect(marks).to_have_count(9)
    boxes = [box for mark in marks.all() if (box := mark.bounding_box())]
    assert all(4 < box["height"] < 10 for box in boxes)
