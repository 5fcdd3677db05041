"""What only a browser shows of the health reports' pages: clicks, links, files, live data."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import health
from tests.api.server import Server, serving
from tests.browser.windows import PHONE, WIDE, click_row, settle
from warehouse import Generation, current_path, metric
from warehouse.export import csv_bytes
from warehouse.settings import Settings

PICTURES = Path(__file__).parents[2] / "build/screenshots"
PAGES = {
    "overview": "",
    "top-devices": "top_devices",
    "top-devices-one-device": "top_devices?device=a",
    "daily-trend": "daily_trend",
    "data": "data",
    "data-rejected": "data?show=Rejected+rows",
    "data-fix": "data?show=How+to+fix",
}
WIDTH = """Math.max(document.documentElement.scrollWidth,
    document.querySelector('[data-testid=stMain]').scrollWidth)"""
Scheme = Literal["light", "dark"]


NAMES = ".role-axis-label"  # of what an axis shows


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("health"), dashboard=True) as running:
        for path, text in health.files().items():
            running.drop(path, text)
        running.load()
        yield running


def open_top_devices(page: Page, link: str = "") -> None:
    page.goto(f"/top_devices{link}")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").first.locator("svg")).to_be_visible()


def test_a_file_shows_how_to_take_it_back(page: Page) -> None:
    page.goto("/data?show=Files")
    expect(page.get_by_text("Choose one to see its reason whole")).to_be_visible()
    click_row(page, 1)
    command = page.get_by_test_id("stCode")
    expect(command).to_contain_text(re.compile(r"retract\S* \S+\.csv --why"))
    expect(page.get_by_text("its rows count nowhere any more")).to_be_visible()


def sentence(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1).first).to_contain_text(text)


# This one comes first: it is the server's first visitor.
def test_a_link_to_a_page_opens_it_with_everything_around(page: Page) -> None:
    open_top_devices(page)
    sentence(page, "a reported most on Sun 15 Feb 2026: 12 times, 20 % more than a week before")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Generation 1: 14 files, 579 rows")
    menu = page.get_by_test_id("stSidebar")
    expect(menu.get_by_role("link", name="Daily trend")).to_be_visible()


def test_another_day_is_two_clicks_away_and_stands_in_the_url(page: Page) -> None:
    open_top_devices(page)
    page.get_by_role("combobox", name="Day (UTC)").click()
    page.get_by_role("option", name="Thu 12 Feb 2026").click()
    sentence(page, "a reported most on Thu 12 Feb 2026: 10 times; there is no data from a week")
    expect(page).to_have_url(re.compile(r"/top_devices\?day=2026-02-12$"))
    page.get_by_role("button", name="Next").click()
    sentence(page, "Fri 13 Feb 2026")


def test_a_click_on_a_row_opens_the_device(page: Page) -> None:
    open_top_devices(page)
    click_row(page, 1)
    expect(page).to_have_url(re.compile(r"\?device=new$"))
    expect(page.get_by_text("9 reports on Sun 15 Feb from 1 file")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("heading").first).to_contain_text("new")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/top_devices$"))
    settle(page)
    click_row(page, 1)
    expect(page).to_have_url(re.compile(r"\?device=new$"))


def test_the_neighbour_of_a_device_without_closing(page: Page) -> None:
    open_top_devices(page, "?device=a")
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile(r"\?device=new$"))
    expect(drawer.get_by_role("heading").first).to_contain_text("Device new")
    expect(drawer.get_by_text("Reported 9 times on Sun 15 Feb 2026")).to_be_in_viewport()


def test_a_click_on_a_bar_opens_the_device_again_and_again(page: Page) -> None:
    open_top_devices(page)
    for _ in range(4):
        settle(page)  # a picture that is still being drawn takes no click
        bars = page.get_by_test_id("stVegaLiteChart").first.locator(
            "path[aria-label*='device: b;']"
        )
        bars.first.click()
        expect(page).to_have_url(re.compile(r"\?device=b$"))
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page).to_have_url(re.compile(r"/top_devices$"))


def test_a_copied_link_opens_the_same_view(page: Page, browser: Browser) -> None:
    open_top_devices(page)
    page.get_by_role("button", name="Previous").click()
    sentence(page, "Sat 14 Feb 2026")
    page.get_by_label("How many").fill("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="CSV, 4 rows")).to_be_visible()
    click_row(page, 0)
    expect(page).to_have_url(re.compile("device=a"))
    with browser.new_context(viewport=WIDE) as elsewhere:
        copy = elsewhere.new_page()
        copy.goto(page.url)
        sentence(copy, "a reported most on Sat 14 Feb 2026")
        expect(copy.get_by_role("button", name="CSV, 4 rows")).to_be_visible()
        expect(copy.get_by_text("10 reports on Sat 14 Feb from 1 file")).to_be_visible()


def test_the_type_stands_in_the_url_and_back_leads_through_the_choices(page: Page) -> None:
    page.goto("/")
    sentence(page, "6 devices sent 45 reports")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Daily trend").click()
    expect(page).to_have_url(re.compile(r"/daily_trend\?type=sensor$"))
    for kind in ("camera", "Any"):
        page.get_by_role("combobox", name="Type").click()
        page.get_by_role("option", name=kind).click()
        expect(page).to_have_url(re.compile(rf"/daily_trend\?type={kind}$"))
    for turn, said in (
        (page.go_back, "1 camera device reported"),
        (page.go_back, "4 sensor devices reported"),
        (page.go_forward, "1 camera device reported"),
        (page.go_back, "4 sensor devices reported"),
    ):
        settle(page)
        turn()
        sentence(page, said)
    for _ in range(5):  # the address before the type stood in it is a step of its own
        settle(page)
        if "daily_trend" not in page.url:
            break
        expect(page).to_have_url(re.compile(r"/daily_trend\?type=sensor$"))
        page.go_back()
    sentence(page, "6 devices sent 45 reports")


def test_the_files_hold_the_metric_byte_by_byte(page: Page, server: Server) -> None:
    open_top_devices(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV, 6 rows").click()
    assert download.value.suggested_filename == "top-devices-2026-02-15.csv"
    generation = Generation(current_path(Settings(server.incoming, server.data)))
    answer = metric("top_devices", generation=generation, on_day=health.NEWEST)
    assert download.value.path().read_bytes() == csv_bytes(answer)
    assert "\n6,'=e,4," in download.value.path().read_text(encoding="utf-8")
    generation.close()


def test_a_table_offers_no_other_file_than_the_buttons_above_it(page: Page) -> None:
    open_top_devices(page)
    page.get_by_test_id("stDataFrame").first.hover()
    toolbar = page.get_by_test_id("stElementToolbar").first
    expect(toolbar.get_by_role("button", name="Search")).to_be_visible()
    expect(toolbar.get_by_role("button", name="Download as CSV")).to_have_count(0)


def test_each_of_a_few_days_is_named_once(page: Page) -> None:
    page.goto("/daily_trend?days=2")
    labels = page.get_by_test_id("stVegaLiteChart").first.locator(f"{NAMES} text", has_text="Feb")
    expect(labels).to_have_text(["14 Feb", "15 Feb"])


@pytest.mark.parametrize("link", ["daily_trend", "top_devices?device=a"])
def test_the_last_day_below_a_picture_is_whole_on_a_phone(page: Page, link: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"/{link}")
    picture = page.get_by_test_id("stVegaLiteChart").last.locator("svg")
    label = picture.locator(f"{NAMES} text", has_text="15 Feb")
    expect(label).to_have_attribute("opacity", "1")
    settle(page)
    edges = [
        box["x"] + box["width"] for box in (label.bounding_box(), picture.bounding_box()) if box
    ]
    assert edges == sorted(edges)


def test_the_newest_day_of_a_sparkline_is_in_view(page: Page) -> None:
    open_top_devices(page)
    settle(page)
    hidden = page.locator(".dvn-scroller").first.evaluate("e => e.scrollWidth - e.clientWidth")
    assert hidden == 0


def test_rejected_rows_are_filtered_by_link(page: Page) -> None:
    page.goto("/data?show=Rejected+rows&text=empty")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV, 1 row").click()
    assert download.value.suggested_filename == "rejected-rows-with-empty.csv"


def test_a_file_waits_for_a_slow_browser_while_pages_tick(page: Page, server: Server) -> None:
    """Before, two ticks of any open page removed it, and the browser saved an error."""
    page.goto("/data?show=How+to+fix")
    with page.expect_download() as download:
        page.get_by_role("button", name="To mend: 1 row").first.click()
    time.sleep(4)
    answer = server.client.get(download.value.url)
    assert answer.status_code == 200
    assert answer.content == download.value.path().read_bytes()


def test_a_phone_scrolls_down_only(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for link in PAGES.values():
        page.goto(f"/{link}")
        expect(page.get_by_role("heading").first).to_be_visible()
        settle(page)
        assert page.evaluate(WIDTH) <= PHONE["width"], link


def test_a_reason_comes_as_a_file_to_mend(page: Page) -> None:
    page.goto("/data?show=How+to+fix")
    with page.expect_download() as download:
        page.get_by_role("button", name="To mend: 1 row").first.click()
    header, row = download.value.path().read_text(encoding="utf-8").splitlines()
    assert header == "source_id,path,line,raw,reason"
    assert "health/2026-02-14.csv" in row


def test_a_day_of_the_overview_opens_daily_trend(page: Page) -> None:
    page.goto("/")
    settle(page)
    page.locator("path[aria-label*='Fri 13 Feb 2026']").first.click()
    expect(page).to_have_url(re.compile(r"/daily_trend\?.*day=2026-02-13"))
    expect(page.get_by_role("heading", name=re.compile("Fri 13 Feb 2026"))).to_be_visible()


def test_a_dataset_of_the_overview_opens_its_files(page: Page) -> None:
    page.goto("/")
    settle(page)
    click_row(page, 0)
    expect(page).to_have_url(re.compile(r"/data\?.*dataset=Health"))
    expect(page.get_by_text("Choose one to see its reason whole")).to_be_visible()


def test_a_click_into_a_legend_shows_one_alone(page: Page) -> None:
    page.goto("/top_devices?device=a")
    settle(page)
    faint = page.locator("[data-testid=stVegaLiteChart] path[opacity='0.15']")
    name = page.locator(".role-legend-label text").first
    name.click()
    expect(faint).not_to_have_count(0)
    name.click()
    expect(faint).to_have_count(0)


# Pictures for people to look at: build/screenshots.


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("wide", "light"),
        pytest.param("wide", "dark", marks=pytest.mark.torture),
        pytest.param("phone", "light", marks=pytest.mark.torture),
        pytest.param("phone", "dark", marks=pytest.mark.torture),
    ],
)
def test_pictures(browser: Browser, server: Server, size: str, scheme: Scheme) -> None:
    for name, link in PAGES.items():
        picture(browser, server, link, size, scheme, PICTURES / f"{name}-{size}-{scheme}.png")


def test_pictures_of_nothing(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, dashboard=True) as empty:
        picture(browser, empty, "", "wide", "light", PICTURES / "empty-wide-light.png")
        picture(browser, empty, "", "phone", "dark", PICTURES / "empty-phone-dark.png")


def picture(
    browser: Browser, server: Server, link: str, size: str, scheme: Scheme, file: Path
) -> None:
    viewport = WIDE if size == "wide" else PHONE
    with browser.new_context(viewport=viewport, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(f"http://localhost:{server.port}/{link}")
        expect(page.get_by_role("heading").first).to_be_visible()
        settle(page)
        high = page.evaluate(
            "document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight"
        )
        page.set_viewport_size({"width": viewport["width"], "height": min(high + 20, 3000)})
        settle(page)
        page.screenshot(path=file)
        assert file.stat().st_size > 10_000


# These change the data, so they come last.


def test_new_data_appears_by_itself_and_the_view_stays(page: Page, server: Server) -> None:
    open_top_devices(page, "?day=2026-02-15&device=a")
    server.drop("late.csv", f"{health.HEADER}2026-02-15T23:00:00Z,a,sensor,error\n")
    server.load()
    loaded = time.monotonic()
    sentence(page, "a reported most on Sun 15 Feb 2026: 13 times")
    assert time.monotonic() - loaded < 3
    expect(page.get_by_text("13 reports on Sun 15 Feb from 2 files")).to_be_visible()
    expect(page.get_by_test_id("stToast")).to_contain_text("New data: 1 file, 1 row")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Generation 2: 1 file, 1 row")


def test_a_newer_day_is_shown_where_the_newest_was(page: Page, server: Server) -> None:
    open_top_devices(page)
    newer = health.NEWEST + dt.timedelta(1)
    server.drop("newer.csv", health.day_file(newer, {"fresh": 3}))
    server.load()
    sentence(page, "fresh reported most on Mon 16 Feb 2026: 3 times")


def test_a_device_that_leaves_the_ranking_stays_in_the_url_as_on_the_page(
    page: Page, server: Server
) -> None:
    open_top_devices(page)
    click_row(page, 0)
    expect(page).to_have_url(re.compile(r"\?device=fresh$"))
    newer = health.NEWEST + dt.timedelta(2)
    server.drop("newest.csv", health.day_file(newer, {"other": 3}))
    server.load()
    sentence(page, "other reported most on Tue 17 Feb 2026: 3 times")
    expect(page.get_by_text("Did not report on Tue 17 Feb 2026")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?device=fresh$"))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/top_devices$"))
    settle(page)
    click_row(page, 0)
    expect(page).to_have_url(re.compile(r"\?device=other$"))
