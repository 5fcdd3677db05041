"""*Store uptime*, *Reports* and *Customers* in a real browser, served by the real server."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import suppress

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, TimeoutError, expect

from tests.api.server import Server, serving
from tests.browser.windows import PHONE
from tests.pages.test_customers import LOADS
from tests.pages.test_stores import BUSINESS, DOWN, GOOD, SHAKY, SILENT, ZONES, polls

UPTIME = [  # METRICS.md, section 3
    "store_id",
    *(
        f"{kind}_last_{window}"
        for kind in ("uptime", "downtime", "unknown")
        for window in ("hour", "day", "week")
    ),
    "uptime_low_pct",
    "uptime_high_pct",
]
ADDED = ["uptime_pct_last_week", "open_hours_last_week", "time_zone"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("stores"), dashboard=True) as running:
        files = {"polls.csv": polls(), "hours.csv": BUSINESS, "zones.csv": ZONES}
        for path, text in (files | LOADS[0]).items():
            running.drop(path, text)
        running.load()
        yield running


def open_row(page: Page, row: int, opened: str) -> None:
    """Click into the second column of a row of the page's first table, until the URL says so.

    The first row is 0. A table takes no click while it is still being drawn.
    """
    grid = page.get_by_test_id("stDataFrame").first
    expect(grid.locator("canvas").first).to_be_visible()
    for _ in range(10):
        grid.click(position={"x": 100, "y": 35 * (row + 1) + 17})
        with suppress(TimeoutError):
            page.wait_for_url(re.compile(opened), timeout=5_000)
            return
    raise AssertionError(f"no click on row {row} led to {opened}: {page.url}")


def test_a_click_on_a_row_opens_the_store_and_escape_closes_it(page: Page) -> None:
    page.goto("/store_uptime")
    for _ in range(2):  # the same row again
        open_row(page, 1, f"store={SHAKY}")
        drawer = page.get_by_role("dialog")
        expect(drawer.get_by_text("was up 96.4 % of the 168 h").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(drawer).to_be_hidden()
        expect(page).not_to_have_url(re.compile("store="))


def test_the_neighbour_in_the_list_without_closing(page: Page) -> None:
    page.goto(f"/store_uptime?store={SHAKY}")
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("button", name="Worse").click()
    expect(drawer.get_by_text(re.compile(r"was up 0\s% of the")).first).to_be_visible()
    expect(page).to_have_url(re.compile(f"store={DOWN}"))


def test_a_click_on_a_bar_lists_its_stores(page: Page) -> None:
    page.goto("/store_uptime")
    page.locator("path[aria-label*='1 store up 0 to 5\u00a0% of the time']").click()
    expect(page.get_by_role("button", name="Uptime 0 to 5 % ✕")).to_be_visible()
    expect(page.get_by_role("button", name="CSV, 1 row")).to_be_visible()


def downloaded(page: Page, button: str) -> bytes:
    """The file that the button of this name gives."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value.path().read_bytes()


def test_the_csv_of_stores_has_the_metrics_columns_and_two_decimals(page: Page) -> None:
    page.goto("/store_uptime")
    lines = downloaded(page, "CSV, 4 rows").decode().splitlines()
    header, *rows = [line.split(",") for line in lines]
    assert header == [*UPTIME, *ADDED]
    assert [row[0] for row in rows] == [DOWN, SHAKY, GOOD, SILENT]
    metric = ["60", "24", "162", "0", "0", "6", "0", "0", "0", "95.83", "97.02"]
    assert rows[1][1:] == [*metric, "96.43", "168", "America/Chicago"]


def test_the_name_of_the_csv_says_the_filter(page: Page) -> None:
    page.goto("/store_uptime?only=low&below=97&zone=America%2FChicago")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV, 1 row").click()
    assert download.value.suggested_filename == (
        "store-uptime-2026-03-04T1200-nearest-week-uptime-below-97-in-America-Chicago.csv"
    )


def test_the_parquet_of_stores_is_not_rounded(page: Page) -> None:
    page.goto("/store_uptime")
    rows = pq.read_table(io.BytesIO(downloaded(page, "Parquet")))
    assert rows.column_names == [*UPTIME, *ADDED]
    assert rows["uptime_low_pct"][1].as_py() == pytest.approx(100 * 161 / 168, abs=1e-9)


def test_the_parquet_of_customers_keeps_the_list_of_columns(page: Page) -> None:
    page.goto("/customers")
    rows = pq.read_table(io.BytesIO(downloaded(page, "Parquet"))).to_pylist()
    columns = {row["customer_id"]: row["columns"] for row in rows}
    assert columns["cold"] == ["measured_at", "unit", "temperature_c"]
    (line,) = (
        line for line in downloaded(page, "CSV").decode().splitlines() if line.startswith("menu")
    )
    assert line.startswith('menu,"[""item"", ""price_eur""]",')


def test_a_report_is_asked_for_watched_and_fetched(page: Page) -> None:
    page.goto("/reports?metric=store_profile")
    page.get_by_role("button", name="Make the report").click()
    expect(
        page.get_by_text("The newest report, Store profile, has 4 rows and took")
    ).to_be_visible()
    (report,) = page.request.get("/api/v1/reports").json()["reports"]
    fetched = page.request.get(report["links"]["csv"])
    assert fetched.text().startswith("store_id,zone,")


def test_a_report_that_cannot_be_made_says_why(page: Page) -> None:
    page.goto("/reports")
    page.get_by_role("textbox", name="As of").fill("yesterday")
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("alert")).to_contain_text("is not an instant like 2026-02-15 10:00:00")


def test_a_click_on_a_row_opens_the_customer_and_its_file_is_whole(page: Page) -> None:
    page.goto("/customers")
    open_row(page, 0, "customer=cold")
    expect(page.get_by_text("has 2 rows from 1 upload")).to_be_visible()
    link = page.get_by_role("link", name="CSV, 2 rows").get_attribute("href")
    assert page.request.get(str(link)).text() == LOADS[0]["customers/cold/a.csv"]


def test_what_a_customer_sends_appears_without_a_click(page: Page, server: Server) -> None:
    page.goto("/customers?customer=menu")
    expect(page.get_by_text("has 1 row from 1 upload")).to_be_visible()
    server.drop("customers/menu/more.csv", "item,price_eur\nTart,6.50\nTea,3\n")
    server.load()
    expect(page.get_by_role("heading", name="has 3 rows from 2 uploads")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("store_uptime", "3 stores were up 65.5 %"),
        (f"store_uptime?store={SHAKY}", "was up 96.4 % of the 168 h"),
        ("customers", "2 customers sent"),
        ("customers?customer=cold", "has 2 rows from 1 upload"),
        ("reports", "Reports of the last 7 days"),
    ],
)
def test_nothing_is_wider_than_a_phone(page: Page, path: str, shown: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"/{path}")
    expect(page.get_by_text(shown)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
