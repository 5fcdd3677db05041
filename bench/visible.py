#!/usr/bin/env python3
"""How long after a file is complete an open page shows it, by the watcher and in a real Chromium.

Each dataset has the demo's data at the size of the benchmarks; then files of five rows come one by
one. Exit status 1 when the bound is missed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.growth import DEMO, SMALL
from bench.machine import describe
from bench.page_change import chromium
from bench.service import ROOT, load, serving
from warehouse import Settings, current_path, open_generation

BOUND_SECONDS = 1.5
PATIENCE_SECONDS = 60


def main() -> int:
    """Load each history, let the files come, print when each generation was there and shown."""
    options = _parser().parse_args()
    missed = []
    with chromium() as web:
        print(describe(["streamlit", "duckdb", "playwright"]) + f", Chromium {web.version}")
        for dataset in options.datasets:
            settings = _history(options.work / "visible", dataset)
            with serving(settings) as running, _watching(settings):
                page = web.new_page()
                page.goto(running.url)
                _says(page, _generation(settings))
                missed.append(_measure(settings, page, dataset, options.files))
                page.close()
    return int(any(missed))


def _history(work: Path, dataset: str) -> Settings:
    """Folders with the data of the demo, loaded."""
    shutil.rmtree(work, ignore_errors=True)
    settings = Settings(work / "incoming", work / "data")
    command = [sys.executable, str(ROOT / "etl/demo.py"), "--out", str(settings.incoming)]
    subprocess.run([*command, "--dataset", DEMO[dataset], "--bench"], check=True)
    load(settings.incoming, settings.data)
    return settings


def _measure(settings: Settings, page: Page, dataset: str, files: int) -> bool:
    """Print the seconds of a dataset's files; whether their median misses the bound."""
    published, seen = [], []
    newest = _newest(settings, dataset)
    for number in range(files + 1):
        after = _generation(settings) + 1
        begin = _drop(settings, dataset, newest + dt.timedelta(minutes=number + 1), number)
        while _generation(settings) < after:
            time.sleep(0.005)
        there = time.monotonic() - begin
        _says(page, after)
        if number:  # the first one warms up
            published.append(there)
            seen.append(time.monotonic() - begin)
        time.sleep(1 + 0.17 * number)  # at other moments of the page's ticks
    median = statistics.median(seen)
    print(
        f"{dataset:22} published after {statistics.median(published):.2f} s, visible after "
        f"{median:.2f} s (median of {files}, slowest {max(seen):.2f}; at most {BOUND_SECONDS})"
    )
    return median > BOUND_SECONDS


def _drop(settings: Settings, dataset: str, at: dt.datetime, number: int) -> float:
    """Put a file of five rows in place, whole; when that was, on the monotonic clock."""
    header, rows = SMALL[dataset](at)
    final = settings.incoming / f"visible-{dataset}-{time.time_ns()}-{number}.csv"
    partial = final.with_suffix(".partial")
    partial.write_text(header + rows, encoding="utf-8")
    os.rename(partial, final)
    return time.monotonic()


def _newest(settings: Settings, dataset: str) -> dt.datetime:
    rows = open_generation(settings).query("from freshness()").to_pylist()
    (newest,) = [row["newest_event"] for row in rows if row["dataset"] == dataset]
    assert isinstance(newest, dt.datetime)
    return newest.replace(microsecond=0)


def _generation(settings: Settings) -> int:
    return int(current_path(settings).stem)


def _says(page: Page, generation: int) -> None:
    """Wait until the page shows a generation. Playwright's own waiting looks ever less often."""
    said = page.get_by_text(re.compile(rf"Generation {generation}\b"))
    until = time.monotonic() + PATIENCE_SECONDS
    while not said.count():
        if time.monotonic() > until:
            raise TimeoutError(f"the page does not show generation {generation}")
        time.sleep(0.02)


@contextmanager
def _watching(settings: Settings) -> Iterator[None]:
    command = [sys.executable, "etl/watch.py"]
    command += ["--incoming", str(settings.incoming), "--data", str(settings.data)]
    watcher = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    time.sleep(3)
    try:
        yield
    finally:
        watcher.terminate()
        watcher.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", nargs="+", choices=list(SMALL), default=list(SMALL))
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--files", type=int, default=10, help="of each (%(default)s)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
