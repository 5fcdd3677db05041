#!/usr/bin/env python3
"""A change of the day on Top devices, and its first paint, against those of a bare Streamlit page.

The bare page has one select box, ten rows and one chart. Both are open in one Chromium and are
changed in turn; the time runs from the key that chooses an option to the last change of what is
shown, the table's cells among it. A first paint is that of the first heading or control after the
page was asked for by a browser without a cache. Reads the warehouse of FLEETPULSE_DATA.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.machine import describe
from bench.service import serving
from warehouse import Settings

BARE = """
import pandas as pd
import streamlit as st

st.set_page_config(layout="wide")
day = st.selectbox("Day", range(1, 61))
devices = [f"d{n}" for n in range(10)]
rows = pd.DataFrame({"device": devices, "reports": [day * n for n in range(10)]})
st.dataframe(rows)
st.bar_chart(rows, x="device", y="reports")
"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WATCH = """() => {
  const seen = window.seen = {start: 0, changed: 0, table: 0};
  const main = document.querySelector('[data-testid=stMain]');
  new MutationObserver(changes => {
    seen.changed = performance.now();
    for (const {target} of changes)
      if ((target.closest ? target : target.parentElement)?.closest('[data-testid=stDataFrame]'))
        seen.table = seen.changed;
  }).observe(main, {childList: true, subtree: true, attributes: true, characterData: true});
  document.addEventListener('keydown', event => {
    if (event.key === 'Enter')
      Object.assign(seen, {start: performance.now(), changed: 0, table: 0});
  }, true);
}"""
SETTLED = "() => seen.table && performance.now() - seen.changed > 400"
TOOK = "() => seen.changed - seen.start"
# Since the page was asked for; a frame later what is in the document is on the screen.
PAINTED = """() => new Promise(done => {
  const look = () => document.querySelector(
    '[data-testid=stMain] :is(h1, [data-testid=stSelectbox])')?.checkVisibility()
    ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
  look();
})"""


def main() -> None:
    """Open both, change them in turn, print the medians and their ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--changes", type=int, default=21, help="of each page (%(default)s)")
    options.add_argument("--paints", type=int, default=11, help="of each page (%(default)s)")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE, encoding="utf-8")
        read = Settings.from_env()
        with serving(read, bare) as plain, serving(read) as ours, chromium() as web:
            print(describe(["streamlit", "duckdb", "playwright"]) + f", Chromium {web.version}")
            pages = {
                "bare page": opened(web, plain.url),
                "Top devices": opened(web, f"{ours.url}/top_devices"),
            }
            taken = measure(pages, asked.changes)
            painted = paint(web, {name: page.url for name, page in pages.items()}, asked.paints)
    report("change", taken)
    report("first paint", painted)


def measure(pages: dict[str, Page], changes: int) -> dict[str, list[float]]:
    """Milliseconds of each change; the first two of each page warm it up and do not count."""
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for turn in range(changes + 2):
        for name, page in pages.items():
            milliseconds = change(page)
            if turn > 1:
                taken[name].append(milliseconds)
    return taken


def change(page: Page) -> float:
    """Choose the next option of the first select box; milliseconds until nothing changes."""
    page.get_by_role("combobox").first.click()
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    page.wait_for_function(SETTLED, polling=20)
    return float(page.evaluate(TOOK))


def paint(web: Browser, urls: dict[str, str], times: int) -> dict[str, list[float]]:
    """Milliseconds of each first paint; the first of each page does not count."""
    taken: dict[str, list[float]] = {name: [] for name in urls}
    for turn in range(times + 1):
        for name, url in urls.items():
            with web.new_context(viewport={"width": 1280, "height": 800}) as context:
                page = context.new_page()
                page.goto(url, wait_until="commit")
                milliseconds = float(page.evaluate(PAINTED))
            if turn:
                taken[name].append(milliseconds)
    return taken


def report(what: str, taken: dict[str, list[float]]) -> None:
    middle = {name: statistics.median(values) for name, values in taken.items()}
    base = middle["bare page"]
    print(f"{what:14}{'median ms':>10}{'fastest':>10}{'slowest':>10}{'ratio':>8}")
    for name, values in taken.items():
        print(
            f"{name:14}{middle[name]:10.0f}{min(values):10.0f}{max(values):10.0f}"
            f"{middle[name] / base:8.2f}"
        )


def opened(web: Browser, url: str) -> Page:
    """The page at 1280 × 800, shown and still."""
    page = web.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(url)
    page.get_by_test_id("stDataFrame").first.wait_for()
    page.wait_for_timeout(2000)
    page.evaluate(WATCH)
    return page


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium, for tests too: FLEETPULSE_CHROMIUM, or the one on the PATH."""
    with sync_playwright() as playwright:
        path = os.environ.get("FLEETPULSE_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
