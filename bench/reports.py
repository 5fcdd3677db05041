#!/usr/bin/env python3
"""Store uptime: loaded and reported against a per-store loop, and many reports asked for at once.

The loop is written in the manner of the store exercises: rows go one by one into SQLite without an
index, then for each store and window its polls are queried, and each poll is turned into local
time and held against that day's hours. It runs for a few stores; its time for all is scaled up.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sqlite3
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
from zoneinfo import ZoneInfo

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.machine import describe
from bench.service import ROOT, load, serving
from warehouse import Settings, metric, open_generation

WINDOWS = {"hour": dt.timedelta(hours=1), "day": dt.timedelta(days=1), "week": dt.timedelta(days=7)}
HOURS_A_POLL = {"hour": 60, "day": 1, "week": 1}


def main() -> None:
    options = _parser().parse_args()
    print(describe(["duckdb", "huey", "fastapi", "streamlit"]))
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        incoming, data = Path(folder, "incoming"), Path(folder, "data")
        _make(incoming, options.stores, options.polls)
        ours = _ours(incoming, data)
        loop = _loop(incoming, Path(folder, "loop.db"), options.stores, options.loop_stores)
        print(f"per-store loop ÷ fleetpulse: {loop / ours:,.0f} (100 or more is wanted)")
        with serving(incoming, data) as service:
            _at_once(service.url, options.reports, options.clients)


def _make(incoming: Path, stores: int, polls: int) -> None:
    command = [sys.executable, "etl/demo.py", "--dataset", "stores", "--single-file"]
    command += ["--out", str(incoming), "--days", "7"]
    command += ["--devices", str(stores), "--rows", str(polls)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _ours(incoming: Path, data: Path) -> float:
    """Seconds to load the files and to report every store."""
    started = time.perf_counter()
    load(incoming, data)
    loading = time.perf_counter() - started
    generation = open_generation(Settings(incoming, data))
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        rows = metric("store_uptime", generation=generation).num_rows
        taken.append(time.perf_counter() - started)
    print(f"\n{rows:,} stores: loaded in {loading:.1f} s, ", end="")
    print(f"reported in {statistics.median(taken):.2f} s (median of 5, inside the process)")
    return loading + statistics.median(taken)


def _loop(incoming: Path, database: Path, stores: int, sample: int) -> float:
    """Seconds that the exercises' way would take for all stores."""
    started = time.perf_counter()
    with sqlite3.connect(database) as connection:
        for table, columns in _TABLES.items():
            connection.execute(f"create table {table} (id integer primary key, {columns})")
        for file in sorted(incoming.rglob("*.csv")):
            _insert(connection, file)
    loading = time.perf_counter() - started
    found = connection.execute("select distinct store_id from store_status").fetchmany(sample)
    newest = connection.execute("select max(timestamp_utc) from store_status").fetchone()[0]
    started = time.perf_counter()
    for (store,) in found:
        _report(connection, store, dt.datetime.fromisoformat(newest))
    each = (time.perf_counter() - started) / len(found)
    print(f"per-store loop: loaded in {loading:.1f} s, {each:.2f} s for each store ", end="")
    print(f"(of {len(found)}), {each * stores:,.0f} s for all")
    return loading + each * stores


_TABLES = {
    "store_status": "store_id text, status text, timestamp_utc text",
    "business_hours": "store_id text, day integer, opens text, closes text",
    "store_timezones": "store_id text, timezone_str text",
}


def _insert(connection: sqlite3.Connection, file: Path) -> None:
    """Row by row, as the exercises' commands do."""
    with file.open(encoding="utf-8") as text:
        for row in csv.DictReader(text):
            if "status" in row:
                at = row["timestamp_utc"].removesuffix(" UTC")
                values = ["store_status", row["store_id"], row["status"], at]
            elif "timezone_str" in row:
                values = ["store_timezones", row["store_id"], row["timezone_str"]]
            else:
                day = row.get("day") or row["dayOfWeek"]
                hours = [row["start_time_local"], row["end_time_local"]]
                values = ["business_hours", row["store_id"], day, *hours]
            marks = ", ".join("?" for _ in values[1:])
            connection.execute(f"insert into {values[0]} values (null, {marks})", values[1:])


def _report(connection: sqlite3.Connection, store: str, newest: dt.datetime) -> dict[str, int]:
    """The exercises' rule for one store: each poll in open hours counts for an hour."""
    zones = connection.execute(
        "select timezone_str from store_timezones where store_id = ?", [store]
    ).fetchall()
    zone = ZoneInfo(zones[-1][0] if zones else "America/Chicago")
    hours = connection.execute(
        "select day, opens, closes from business_hours where store_id = ?", [store]
    ).fetchall()
    totals: dict[str, int] = {}
    for window, length in WINDOWS.items():
        polls = connection.execute(
            "select status, timestamp_utc from store_status "
            "where store_id = ? and timestamp_utc >= ? order by timestamp_utc",
            [store, str(newest - length)],
        )
        for status, at in polls:
            local = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC).astimezone(zone)
            clock = f"{local:%H:%M:%S}"
            of_day = [(opens, closes) for day, opens, closes in hours if day == local.weekday()]
            if not hours or any(opens <= clock <= closes for opens, closes in of_day):
                key = f"{'uptime' if status == 'active' else 'downtime'}_last_{window}"
                totals[key] = totals.get(key, 0) + HOURS_A_POLL[window]
    return totals


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
    made.add_argument("--loop-stores", type=int, default=20, help="the loop runs for (%(default)s)")
    made.add_argument("--reports", type=int, default=200, help="at once (%(default)s)")
    made.add_argument("--clients", type=int, default=50, help="asking for them (%(default)s)")
    made.add_argument("--work", type=Path, default=None, help="folder for files (the system's)")
    return made


if __name__ == "__main__":
    main()
