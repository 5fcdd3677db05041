#!/usr/bin/env python3
"""Many different reports asked for at once: are all completed, and does the dashboard answer?"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.machine import describe
from bench.service import ROOT, load, serving
from warehouse import Settings


def main() -> None:
    options = _parser().parse_args()
    print(describe(["duckdb", "huey", "fastapi", "streamlit"]))
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        incoming, data = Path(folder, "incoming"), Path(folder, "data")
        _make(incoming, options.stores, options.polls)
        load(incoming, data)
        with serving(Settings(incoming, data)) as service:
            _at_once(service.url, options.reports, options.clients)


def _make(incoming: Path, stores: int, polls: int) -> None:
    command = [sys.executable, "etl/demo.py", "--dataset", "stores", "--single-file"]
    command += ["--out", str(incoming), "--days", "7"]
    command += ["--devices", str(stores), "--rows", str(polls)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _at_once(url: str, reports: int, clients: int) -> None:
    """Reports of many instants, asked for at once: how many complete, and who waits meanwhile."""
    with httpx.Client(base_url=url, timeout=120) as client:
        newest = client.get("/api/v1/metrics/freshness").json()["rows"]
        at = next(row["newest_event"] for row in newest if row["dataset"] == "store_status")
        last = dt.datetime.fromisoformat(at)

        def ask(number: int) -> str:
            as_of = last - dt.timedelta(minutes=number)
            asked = {"metric": "store_uptime", "params": {"as_of": as_of.isoformat()}}
            answer = client.post("/api/v1/reports", json=asked)
            assert answer.status_code == 202, answer.text
            return str(answer.json()["report_id"])

        started = time.perf_counter()
        with _asking(url) as waited:
            with ThreadPoolExecutor(clients) as pool:
                ids = list(pool.map(ask, range(reports)))
            accepted = time.perf_counter() - started
            statuses = [_finished(client, report_id) for report_id in ids]
        seconds = time.perf_counter() - started
    done = statuses.count("completed")
    print(f"\n{reports} different reports of {clients} clients: accepted in {accepted:.1f} s")
    print(f"{done} completed, {len(statuses) - done} failed or lost, after {seconds:.1f} s")
    print(f"the dashboard meanwhile: {len(waited)} answers, ", end="")
    print(f"median {statistics.median(waited):.3f} s, slowest {max(waited):.3f} s")


def _finished(client: httpx.Client, report_id: str) -> str:
    while True:
        status = str(client.get(f"/api/v1/reports/{report_id}").json()["status"])
        if status != "running":
            return status
        time.sleep(0.1)


@contextmanager
def _asking(url: str) -> Iterator[list[float]]:
    """Seconds that the dashboard took to answer, again and again while the block ran."""
    waited: list[float] = []
    done = threading.Event()

    def ask() -> None:
        while not done.wait(0.1):
            started = time.perf_counter()
            httpx.get(f"{url}/", timeout=60).raise_for_status()
            httpx.get(f"{url}/api/health", timeout=60).raise_for_status()
            waited.append(time.perf_counter() - started)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield waited
    finally:
        done.set()
        thread.join()


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--stores", type=int, default=14_000, help="(%(default)s)")
    made.add_argument("--polls", type=int, default=1_800_000, help="(%(default)s)")
    made.add_argument("--reports", type=int, default=200, help="at once (%(default)s)")
    made.add_argument("--clients", type=int, default=50, help="asking for them (%(default)s)")
    made.add_argument("--work", type=Path, default=None, help="folder for files (the system's)")
    return made


if __name__ == "__main__":
    main()
