"""A browser far from its server: what it is told comes half a second later."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import health
from tests.api.server import Server, serving
from tests.browser.windows import settle

LATE_SECONDS = 0.5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("far"), dashboard=True) as running:
        for path, text in health.files().items():
            running.drop(path, text)
        running.load()
        yield running


def delay(page: Page) -> None:
    """From here on, all that the page is told comes late."""
    page.add_init_script(
        f"""const Near = window.WebSocket;
        window.WebSocket = class extends Near {{
          addEventListener(kind, take) {{
            const late = (event) => setTimeout(take, {LATE_SECONDS * 1000}, event);
            super.addEventListener(kind, kind === "message" ? late : take);
          }}
        }};"""
    )


def test_two_quick_clicks_are_both_taken(page: Page) -> None:
    delay(page)
    page.goto("/top_devices")
    expect(page.get_by_test_id("stVegaLiteChart").first.locator("svg")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Previous").click()  # the page is known from here on
    expect(page).to_have_url(re.compile(r"\?day=2026-02-14$"))
    settle(page)
    page.get_by_role("radio", name="Fell").click()
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile(r"\?list=fell$"))
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sun 15 Feb 2026")
    expect(page).to_have_url(re.compile(r"\?list=fell$"))


def test_a_row_that_leads_to_another_page_shows_it(page: Page) -> None:
    """Before, a tick of the page before it could come behind the click and empty the new one."""
    delay(page)
    for _ in range(3):
        page.goto("/")
        expect(page.get_by_test_id("stDataFrame").last).to_be_visible()
        settle(page)
        page.get_by_test_id("stDataFrame").last.scroll_into_view_if_needed()
        page.get_by_test_id("stDataFrame").last.click(position={"x": 200, "y": 52})
        expect(page).to_have_url(re.compile(r"/data\?show=Files&dataset="))
        settle(page)
        expect(page.get_by_text("Choose one to see its reason whole")).to_be_visible()
