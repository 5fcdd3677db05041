"""What people come to the pages of devices for, each task from the Overview on."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import health
from tests.api.server import Server, serving
from tests.browser.visitor import Visitor, documented
from tests.browser.windows import settle

DAYS = [health.NEWEST - dt.timedelta(back) for back in reversed(range(60))]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("device_tasks"), dashboard=True) as running:
        running.drop("reports.csv", health.HEADER + "".join(map(reports, DAYS)))
        running.drop("connectivity_events.csv", "".join(map(events, DAYS)))
        running.load()
        yield running


def reports(day: dt.date) -> str:
    """`busy` and `steady` report alike every day, `falls` much less on the newest one; of four
    gateways one is offline; and 5,000 sensors that report once a week."""
    falls = 3 if day == health.NEWEST else 25
    counts = {"busy": 40, "steady": 30, "falls": falls}
    lines = [
        f"{day}T10:{minute:02}:00Z,{device},sensor,online\n"
        for device, count in counts.items()
        for minute in range(count)
    ]
    for number in range(4):
        status = "online" if number else "offline"
        lines.append(f"{day}T11:00:00Z,gate{number},gateway,{status}\n")
    if (health.NEWEST - day).days % 7 == 0:
        lines += [f"{day}T12:00:00Z,s{number:05},sensor,online\n" for number in range(5000)]
    return "".join(lines)


def events(day: dt.date) -> str:
    """A fleet of 10, which has 12 devices in the last two weeks."""
    devices = 12 if (health.NEWEST - day).days < 14 else 10
    return "".join(
        f"{day} {hour}:00:00,d{number},ann,7,{connected}\n"
        for number in range(devices)
        for hour, connected in (("08", "true"), ("17", "false"))
    )


def test_the_biggest_drops_of_all_devices(page: Page) -> None:
    visitor = Visitor(page)
    visitor.opens("Top devices")
    visitor.clicks_on(page.get_by_role("radio", name="Fell"))
    visitor.reads("falls fell most on Sun 15 Feb 2026, from 25 to 3 reports")
    assert visitor.clicks == documented("a")


def test_gateways_offline_each_of_30_days_with_their_share(page: Page) -> None:
    visitor = Visitor(page)
    visitor.opens("Daily trend")
    visitor.chooses("Type", "gateway")
    visitor.chooses("Status", "offline")
    visitor.reads("1 gateway device reported offline on Sun 15 Feb 2026 (25 % of 4)")
    visitor.clicks_on(page.get_by_role("radio", name="Share"))
    with page.expect_download() as download:
        visitor.clicks_on(page.get_by_role("button", name="CSV, 30 rows"))
    with download.value.path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["devices"], row["share_pct"]) for row in rows] == [("1", "25")] * 30
    assert visitor.clicks == documented("d")


def test_is_the_fleet_of_10_to_99_growing(page: Page) -> None:
    visitor = Visitor(page)
    visitor.opens("Online fleet")
    visitor.clicks_on(page.get_by_role("radio", name="10–99"))
    visitor.reads("Fleets of 10–99 grew by 20 % in 4 weeks: 12 devices (100 % of all)")
    expect(page).to_have_url(f"{page.url.partition('?')[0]}?size=10-99")
    assert visitor.clicks == documented("e")


def test_two_devices_are_compared(page: Page) -> None:
    visitor = Visitor(page)
    visitor.opens("Top devices")
    visitor.clicks_row(0)
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading").first).to_contain_text("Device busy")
    visitor.clicks_on(drawer.get_by_role("combobox"))
    visitor.clicks_on(page.get_by_role("option", name="steady", exact=True))
    expect(drawer.get_by_role("heading").first).to_contain_text("Compare busy and steady")
    said = drawer.get_by_role("heading", name="reported most in the 30 days to Sun 15 Feb")
    expect(said).to_be_in_viewport()
    assert visitor.clicks == documented("h")


def test_one_device_of_thousands(page: Page) -> None:
    visitor = Visitor(page)
    visitor.opens("Top devices")
    box = page.get_by_role("textbox", name="Find a device")
    visitor.clicks_on(box)
    box.fill("S04321")
    box.press("Enter")
    visitor.reads("1 of 5,007 devices matches S04321")
    visitor.clicks_row(0)
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("Reported 1 time on Sun 15 Feb 2026")).to_be_in_viewport()
    assert visitor.clicks == documented("j")


def test_a_click_on_a_point_opens_its_day(page: Page) -> None:
    visitor = Visitor(page)
    visitor.opens("Daily trend")
    expect(page.get_by_test_id("stVegaLiteChart").locator("svg")).to_be_visible()
    settle(page)  # a picture that is still being drawn takes no click
    visitor.clicks_on(page.locator("path[aria-label*='Sat 14 Feb 2026']").last)
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading").first).to_contain_text("Sat 14 Feb 2026")
    drawer.get_by_role("link", name="Top devices of Sat 14 Feb").click()
    visitor.reads("busy reported most on Sat 14 Feb 2026")


def test_without_a_mouse(page: Page) -> None:
    """Tab to the table, Enter opens its first row, arrows step to others, Escape closes."""
    page.goto("/top_devices")
    settle(page)
    page.get_by_role("radio", name="Most").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator("canvas:focus, td:focus").count():
            break
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    for key, device in ((None, "busy"), ("ArrowRight", "steady"), ("ArrowLeft", "busy")):
        if key:
            page.keyboard.press(key)
        expect(drawer).to_contain_text(f"Device {device}")
        expect(page).to_have_url(re.compile(f"device={device}$"))
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page).not_to_have_url(re.compile("device="))
