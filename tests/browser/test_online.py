"""What only a browser shows of *Online fleet*: hovering, clicking a day, links, files, a phone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Position, expect

from tests.api.server import Server, serving
from tests.browser.windows import PHONE, settle
from tests.pages.test_online import SERVERS, events


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("online"), dashboard=True) as running:
        running.drop("connectivity_events.csv", events(70))
        running.drop("servers.csv", SERVERS)
        running.load()
        yield running


def visit(page: Page, link: str = "") -> Locator:
    """Open *Online fleet*; gives the day bars of its picture, oldest first."""
    page.goto(f"/online_fleet{link}")
    bars = page.get_by_test_id("stVegaLiteChart").first.locator("path[aria-label*='Seen: ']")
    expect(bars.first).to_be_attached()
    return bars


def test_hovering_a_day_tells_its_numbers_and_shares(page: Page) -> None:
    bars = visit(page)
    expect(bars).to_have_count(70)
    bars.nth(67).hover()
    tooltip = page.locator("#vg-tooltip-element")
    expect(tooltip).to_contain_text("Fri 8 May 2026")
    expect(tooltip).to_contain_text("6 devices")
    expect(tooltip).to_contain_text("3 (50 %)")


@pytest.mark.parametrize("link", ["online_fleet", "fleet_operations", "online_fleet?device=b1"])
def test_a_click_into_a_legend_shows_one_alone(page: Page, link: str) -> None:
    page.goto(f"/{link}")
    settle(page)
    shown_in = page.get_by_role("dialog") if "device" in link else page
    pictures = shown_in.get_by_test_id("stVegaLiteChart")
    picture = pictures.filter(has=page.locator(".role-legend")).first
    faint = picture.locator("path[opacity='0.15'], path[fill-opacity='0.15']")
    name = picture.locator(".role-legend-label text").first
    shown = page.get_by_role("heading", level=1).inner_text()
    name.click()
    expect(faint).not_to_have_count(0)
    name.click()
    expect(faint).to_have_count(0)
    assert page.get_by_role("heading", level=1).inner_text() == shown
    assert page.url.endswith(link)


def test_clicking_a_day_lists_its_users(page: Page) -> None:
    bars = visit(page, "?view=repair")
    for _ in range(2):
        settle(page)
        bars.nth(67).click()
        expect(page.get_by_text("3 users had 6 devices online on Fri 8 May 2026")).to_be_visible()
        expect(page).to_have_url(re.compile(r"online_fleet\?day=2026-05-08$"))
        page.get_by_role("button", name="Back to Sat 9 May").click()
        expect(page.get_by_text("2 users had 5 devices online on Sat 9 May 2026")).to_be_visible()
        expect(page).to_have_url(re.compile(r"online_fleet$"))


def test_from_a_user_to_a_device_and_back(page: Page) -> None:
    visit(page, "?day=2026-05-08")
    settle(page)
    place: Position = {"x": 60, "y": 35 + 17}
    users = page.get_by_test_id("stDataFrame").last
    users.hover(position=place)
    users.click(position=place)
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading").first).to_contain_text("User bob")
    expect(drawer.get_by_text("Had 3 devices online on Fri 8 May 2026")).to_be_visible()
    settle(page)
    drawer.get_by_test_id("stDataFrame").click(position=place)
    expect(drawer.get_by_role("heading").first).to_contain_text("Device b1")
    page.keyboard.press("Escape")
    expect(drawer.get_by_role("heading").first).to_contain_text("User bob")
    expect(page).to_have_url(re.compile(r"\?day=2026-05-08&user=bob$"))


def test_the_running_total_is_one_click_away(page: Page) -> None:
    visit(page)
    page.get_by_role("radio", name="28 days").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "6 devices were online at some time in the 28 days to Sat 9 May 2026"
    )
    expect(page).to_have_url(re.compile(r"\?window=28$"))


def test_the_file_holds_the_metric(page: Page) -> None:
    visit(page, "?view=days&days=2")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV, 10 rows").click()
    with download.value.path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["day"] for row in rows[::5]] == ["2026-05-09", "2026-05-10"]
    assert [row["devices"] for row in rows[:5]] == ["2", "3", "0", "0", "0"]


def test_the_name_of_a_file_says_its_days(page: Page) -> None:
    for window, days in (("1", "1-day"), ("28", "28-days")):
        visit(page, f"?day=2026-05-08&window={window}")
        with page.expect_download() as download:
            page.get_by_role("button", name="CSV, 3 rows").click()
        assert download.value.suggested_filename == f"online-users-2026-05-08-{days}.csv"


def test_a_phone_shows_all_of_it_without_scrolling_sideways(page: Page) -> None:
    page.set_viewport_size(PHONE)
    visit(page)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    chart = page.get_by_test_id("stVegaLiteChart").first.bounding_box()
    assert chart is not None
    assert chart["x"] >= 0
    assert chart["x"] + chart["width"] <= PHONE["width"]
