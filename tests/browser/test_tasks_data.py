"""What people come for on Overview, Data, Store uptime and Customers, with their clicks counted.

Sunday 15 February is the newest whole day; two reports of the 14th are broken. Store SHAKY was down
in one night, DOWN always.
"""

from __future__ import annotations

import csv
import re
import struct
from collections.abc import Iterator

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from tests import health
from tests.api.server import Server, serving
from tests.browser.visitor import Visitor, documented
from tests.browser.windows import settle
from tests.pages.test_online import SERVERS, events
from tests.pages.test_stores import BUSINESS, DOWN, SHAKY, ZONES, polls

ACME = "measured_at,unit,temperature_c\n2026-02-14T10:00:00Z,north,4.5\n2026-02-15T10:00:00Z,n,5\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("tasks"), dashboard=True) as running:
        stores = {"polls.csv": polls(), "hours.csv": BUSINESS, "zones.csv": ZONES}
        online = {"connectivity_events.csv": events(70), "servers.csv": SERVERS}
        sent = {"customers/acme/february.csv": ACME}
        for path, text in (health.files() | stores | online | sent).items():
            running.drop(path, text)
        running.load()
        yield running


def types(page: Page, label: str, text: str) -> None:
    page.get_by_role("textbox", name=label).fill(text)
    page.keyboard.press("Enter")
    settle(page)


def opens_row(visitor: Visitor, opened: str) -> None:
    """The first row of the table, until the URL says that it is open."""
    visitor.clicks_row(0)
    expect(visitor.page).to_have_url(re.compile(opened))


def gets(visitor: Visitor, button: Locator) -> Download:
    with visitor.page.expect_download() as download:
        visitor.clicks_on(button)
    return download.value


def test_b_the_stores_that_were_down_most_last_week_as_a_file(page: Page) -> None:
    visitor = Visitor(page)
    visitor.clicks_on(page.get_by_role("link", name="Store uptime →"))
    visitor.reads("3 stores were up 65.5 %")
    file = gets(visitor, page.get_by_role("button", name="CSV, 1 row"))
    assert "nearest-week-uptime-below-90" in file.suggested_filename
    with file.path().open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["store_id"], row["uptime_pct_last_week"], row["time_zone"]) == (
        DOWN,
        "0",
        "Asia/Tokyo",
    )
    assert visitor.clicks == documented("b")


def test_c_why_this_store_is_at_96_percent(page: Page) -> None:
    visitor = Visitor(page)
    visitor.opens("Store uptime")
    types(page, "Find a store", SHAKY[:5])
    visitor.reads("1 of 4 stores matches 44444")
    opens_row(visitor, f"store={SHAKY}")
    why = page.get_by_role("dialog").get_by_role("heading", level=3).last
    expect(why).to_contain_text(
        re.compile(r"was up 96.4\s% of the 168 h that are known, and down 6 h")
    )
    expect(why).to_contain_text("all of it on Mon 2 Mar; 8 of 170 polls found it down")
    assert visitor.clicks == documented("c")


def test_f_what_acme_sent(page: Page) -> None:
    visitor = Visitor(page)
    visitor.opens("Customers")
    opens_row(visitor, "customer=acme")
    visitor.reads("acme has 2 rows from 1 upload")
    expect(page.get_by_role("link", name="CSV, 2 rows")).to_be_visible()
    assert visitor.clicks == documented("f")


def test_g_was_yesterday_complete_and_how_is_what_was_rejected_fixed(page: Page) -> None:
    visitor = Visitor(page)
    line = page.get_by_text("Health reports: complete to Sun 15 Feb 2026")
    expect(line).to_contain_text("1 day missing")
    expect(line).to_contain_text("2 rows rejected")
    visitor.clicks_on(page.get_by_role("link", name="How to fix →").nth(1))
    expect(page.get_by_text("is not a date and time that exists").first).to_be_visible()
    expect(page.get_by_text("Write a day of the calendar and a time from 00:00")).to_be_visible()
    file = gets(visitor, page.get_by_role("button", name="To mend: 1 row").last)
    with file.path().open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert list(row) == ["source_id", "path", "line", "raw", "reason"]
    assert row["path"] == "health/2026-02-14.csv"
    assert row["raw"] + "\n" in health.REJECTED
    assert visitor.clicks == documented("g")


def test_h_how_two_stores_differ(page: Page) -> None:
    visitor = Visitor(page)
    visitor.opens("Store uptime")
    opens_row(visitor, f"store={DOWN}")
    drawer = page.get_by_role("dialog")
    visitor.clicks_on(drawer.get_by_role("combobox", name="Compare with"))
    visitor.clicks_on(page.get_by_role("option", name=SHAKY))
    expect(page).to_have_url(re.compile(rf"store={DOWN}(,|%2C){SHAKY}"))
    expect(drawer.get_by_text(f"{SHAKY} was up most in the 7 days").first).to_be_visible()
    expect(drawer.get_by_role("button", name="CSV, 3 rows")).to_be_visible()
    assert visitor.clicks == documented("h stores")


def test_i_one_picture_for_the_boss(page: Page) -> None:
    visitor = Visitor(page)
    picture = page.get_by_test_id("stVegaLiteChart").first
    said = picture.locator("svg .role-title-text")
    expect(said).to_contain_text("6 devices sent 45 reports on Sun 15 Feb 2026")
    expect(said).to_contain_text("Reports a day, Sun 1 Feb to Sun 15 Feb 2026 (UTC)")
    expect(said).to_contain_text("fleetpulse: health reports as of load 1")
    picture.hover()
    file = gets(visitor, page.get_by_role("button", name="Download as PNG").first)
    width, height = struct.unpack(">II", file.path().read_bytes()[16:24])
    box = picture.locator("svg").bounding_box()
    assert box is not None
    assert (width, height) == pytest.approx((2 * box["width"], 2 * box["height"]), abs=4)
    assert visitor.clicks == documented("i")


def test_a_dataset_filters_its_files(page: Page) -> None:
    page.goto("/data?show=Files")
    one_file = page.get_by_role("button", name="CSV, 1 row")
    expect(one_file).to_be_hidden()
    page.get_by_role("combobox", name="Dataset").click()
    page.get_by_role("option", name="Store timezones", exact=True).click()
    expect(one_file).to_be_visible()
    expect(page).to_have_url(re.compile(r"dataset=Store(\+|%20)timezones"))


def test_a_link_that_the_overview_does_not_know_is_told(page: Page) -> None:
    page.goto("/?day=2026-02-13")
    expect(
        page.get_by_text("The link says day=2026-02-13, which this page does not")
    ).to_be_visible()
    expect(page).not_to_have_url(re.compile("day="))


# This one changes the data, so it comes last.


def test_k_what_changed_since_yesterday(page: Page, server: Server) -> None:
    visitor = Visitor(page)
    visitor.clicks_on(page.get_by_role("button", name="Mark all as seen"))
    expect(page).to_have_url(re.compile(r"\?since=1$"))
    bookmark = page.url
    server.drop("new.csv", health.day_file(health.NEWEST.replace(day=18), {"a": 3}))
    server.load()
    page.goto(bookmark)
    expect(page.get_by_text("1 load: 1 file with 4 rows of health reports")).to_be_visible()
    expect(
        page.get_by_text("2 new days without health reports: Mon 16 Feb, Tue 17 Feb")
    ).to_be_visible()
    assert visitor.clicks == documented("k")
