"""axe-core on every page, in both themes, wide and on a phone: no serious finding that a bare page
of Streamlit does not have, and headings in order below one of the first level."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests import health
from tests.api.server import ROOT, Server, serving
from tests.browser.windows import PHONE, WIDE, settle
from tests.pages.test_customers import LOADS
from tests.pages.test_online import SERVERS, events
from tests.pages.test_stores import BUSINESS, GOOD, SHAKY, ZONES, polls

PAGES = (
    "",
    "top_devices",
    "top_devices?device=a",
    "daily_trend",
    "online_fleet",
    "fleet_operations",
    "store_uptime",
    f"store_uptime?store={SHAKY}",
    f"store_uptime?store={GOOD},{SHAKY}",
    "customers",
    "customers?customer=cold",
    "reports",
    "data",
    "data?show=Files",
    "data?show=How+to+fix",
    "data?show=Rejected+rows",
)
DRAWN = """() => [...document.querySelectorAll(
    '[data-testid=stVegaLiteChart], [data-testid=stMetricChart]'
)].every(picture => !picture.checkVisibility() || picture.querySelector('svg'))"""
SERIOUS = ("serious", "critical")
HEADINGS = ("heading-order", "page-has-heading-one")  # moderate to axe-core
Scheme = Literal["light", "dark"]
Finding = tuple[str, str]  # rule, element


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("axe"), dashboard=True) as running:
        stores = {"polls.csv": polls(), "hours.csv": BUSINESS, "zones.csv": ZONES}
        online = {"connectivity_events.csv": events(70), "servers.csv": SERVERS}
        for path, text in (health.files() | stores | online | LOADS[0]).items():
            running.drop(path, text)
        running.load()
        yield running


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the bare page, in the dashboard's theme."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = f"http://localhost:{port}"
    command = ["streamlit", "run", str(Path(__file__).with_name("bare.py"))]
    with (tmp_path_factory.mktemp("bare") / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--server.port", str(port)],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
            client.get(f"{site}/_stcore/health").raise_for_status()
        yield site
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.parametrize(
    ("window", "scheme", "pages"),
    [  # every page in one mode, and in torture every page in every mode
        pytest.param(WIDE, "light", PAGES[::2], id="wide, light"),
        pytest.param(PHONE, "dark", PAGES[1::2], id="phone, dark"),
        pytest.param(WIDE, "light", PAGES[1::2], id="others, light", marks=pytest.mark.torture),
        pytest.param(PHONE, "dark", PAGES[::2], id="others, dark", marks=pytest.mark.torture),
        pytest.param(WIDE, "dark", PAGES, id="wide, dark", marks=pytest.mark.torture),
        pytest.param(PHONE, "light", PAGES, id="phone, light", marks=pytest.mark.torture),
    ],
)
def test_nothing_serious_that_streamlit_does_not_have(
    browser: Browser,
    server: Server,
    bare: str,
    window: ViewportSize,
    scheme: Scheme,
    pages: tuple[str, ...],
) -> None:
    own = {find for _, find in findings(browser, bare, ("",), window, scheme)}
    site = f"http://localhost:{server.port}"
    found = findings(browser, site, pages, window, scheme)
    assert [(page, *find) for page, find in found if find not in own] == []


def findings(
    browser: Browser, site: str, pages: tuple[str, ...], window: ViewportSize, scheme: Scheme
) -> list[tuple[str, Finding]]:
    """What counts of the findings of each page: its rule, and the element without what it says."""
    found = []
    with browser.new_context(viewport=window, color_scheme=scheme) as context:
        page = context.new_page()
        for link in pages:
            page.goto(f"{site}/{link}")
            expect(page.get_by_role("heading").first).to_be_visible()
            settle(page)
            page.wait_for_function(DRAWN)
            for rule in Axe().run(page).response["violations"]:
                if rule["impact"] in SERIOUS or rule["id"] in HEADINGS:
                    found += [(link, (rule["id"], element(n["html"]))) for n in rule["nodes"]]
    return found


def element(html: str) -> str:
    """The tag that opens it, without what Streamlit makes up anew each time."""
    tag = html.partition(">")[0]
    return re.sub(r"st-emotion-cache-\w+|metric_chart_\w+?_|(id|d|transform)=\"[^\"]*\"", "", tag)


@pytest.mark.parametrize(
    ("link", "opened"),
    [
        ("top_devices", "device=new"),
        pytest.param("store_uptime", f"store={SHAKY}", marks=pytest.mark.torture),
        pytest.param("online_fleet", "user=", marks=pytest.mark.torture),
        ("online_fleet?find=b", "device=b2"),
    ],
)
def test_a_row_is_opened_closed_and_opened_again_by_keys(
    page: Page, link: str, opened: str
) -> None:
    page.goto(f"/{link}")
    tab_into(page, page.get_by_test_id("stDataFrame").last)
    page.keyboard.press("ArrowDown")
    for _ in range(2):
        page.wait_for_timeout(300)
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page).to_have_url(re.compile(opened))
        settle(page)
        page.keyboard.press("Escape")
        expect(page).not_to_have_url(re.compile(opened))
        settle(page)
        expect(page.locator("td:focus")).to_have_id(re.compile("-1$"))  # back in the row


def test_the_keyboard_goes_past_a_table_and_opens_nothing(page: Page) -> None:
    page.goto("/")
    tab_into(page, page.get_by_test_id("stDataFrame").last)
    settle(page)
    expect(page).to_have_title(re.compile("Overview"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/data\?show=Files&dataset="))


def test_a_file_is_chosen_by_keys(page: Page) -> None:
    page.goto("/data?show=Files")
    tab_into(page, page.get_by_test_id("stDataFrame").last)
    page.keyboard.press("Enter")
    expect(page.get_by_text("was rejected whole")).to_be_visible()


def tab_into(page: Page, table: Locator) -> None:
    """Press Tab from the buttons above a table until the focus is in its rows."""
    expect(table.locator("td").first).to_be_attached()
    settle(page)
    page.get_by_role("button", name="Parquet").last.focus()
    inside = table.locator("canvas:focus, td:focus")
    for _ in range(30):
        page.keyboard.press("Tab")
        page.wait_for_timeout(100)
        if inside.count():
            return
    raise AssertionError("Tab does not lead into the table")


def test_a_finding_is_told_from_another() -> None:
    one = '<p class="st-emotion-cache-1abc x" id="a">said</p>'
    assert element(one) == element(one.replace("1abc", "2def").replace("said", "other"))
    assert element(one) != element(one.replace("<p", "<li"))
