#!/usr/bin/env python3
"""Store uptime at the exercise's full size, against a loop in the manner of the exercises.

14,000 stores with 1.8 million polls are loaded and reported; the loop goes store by store and
poll by poll over the same files, in SQLite as the exercises have them, and once more with an index
that they lack. With --real, the report over real files is timed as well.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.machine import describe
from bench.service import ROOT, load
from warehouse import Settings, metric, open_generation

SHARE = 200  # the loop does one store in so many; its time is multiplied


def main() -> None:
    """Load, report, and run the loop over a share of the stores."""
    options = _parser().parse_args()
    print(describe(["duckdb"]))
    incoming = _files(options.work)
    loaded, reported = _ours(incoming, options.work / "stores-data")
    print(f"load {loaded:.2f} s, report {reported:.3f} s")
    for indexed, tables in ((False, "the exercises' tables"), (True, "an index on the store")):
        loop = _loop(incoming, indexed)
        print(
            f"loop over stores and polls, {tables}: {loop:,.0f} s, from one store in {SHARE}: "
            f"{loop / (loaded + reported):,.0f} times load and report (100 or more is wanted)"
        )
    if options.real:
        _, reported = _ours(options.real, options.work / "stores-real-data")
        print(f"real files, all stores reported: {reported:.3f} s (1 or less is wanted)")


def _ours(incoming: Path, data: Path) -> tuple[float, float]:
    """Seconds of the load as a process, and the median of five reports inside this one."""
    shutil.rmtree(data, ignore_errors=True)
    started = time.perf_counter()
    load(incoming, data)
    loaded = time.perf_counter() - started
    generation = open_generation(Settings(incoming, data))
    times = []
    for _ in range(5):
        started = time.perf_counter()
        metric("store_uptime", generation=generation)
        times.append(time.perf_counter() - started)
    return loaded, statistics.median(times)


def _loop(incoming: Path, indexed: bool) -> float:
    """Seconds for all stores by the exercises' rule, over their tables in SQLite.

    The exercises' tables have no index on the store, so that each query reads the whole table.
    """
    started = time.perf_counter()
    tables = _tables(incoming, indexed)
    stores = [row[0] for row in tables.execute("select distinct store_id from store_status")]
    newest = _instant(tables.execute("select max(timestamp_utc) from store_status").fetchone()[0])
    read = time.perf_counter() - started
    share = sorted(stores)[::SHARE]
    started = time.perf_counter()
    for store in share:
        _report(tables, store, newest)
    return read + (time.perf_counter() - started) * len(stores) / len(share)


def _report(tables: sqlite3.Connection, store: str, newest: dt.datetime) -> dict[str, float]:
    """One store's row: each poll inside a window and inside open hours adds an hour."""
    zone = _first(tables, "select timezone_str from store_timezones where store_id = ?", store)
    clock = ZoneInfo(zone or "America/Chicago")
    hours: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for day, start, end in tables.execute(
        "select day, start_time_local, end_time_local from business_hours where store_id = ?",
        (store,),
    ):
        hours[int(day)].append((start, end))
    report: dict[str, float] = defaultdict(float)
    for name, span in (("hour", 1), ("day", 24), ("week", 168)):
        since = newest - dt.timedelta(hours=span)
        for stamp, status in tables.execute(
            "select timestamp_utc, status from store_status "
            "where store_id = ? and timestamp_utc > ?",
            (store, str(since)),
        ):
            local = _instant(stamp).replace(tzinfo=dt.UTC).astimezone(clock)
            spans = hours[local.weekday()] if hours else [("00:00:00", "23:59:59")]
            if any(start <= local.strftime("%H:%M:%S") <= end for start, end in spans):
                report[f"{status}_{name}"] += 1
    return report


def _tables(incoming: Path, indexed: bool) -> sqlite3.Connection:
    tables = sqlite3.connect(":memory:")
    for name in ("store_status", "business_hours", "store_timezones"):
        with (incoming / f"{name}.csv").open(encoding="utf-8") as lines:
            rows = csv.reader(lines)
            header = next(rows)
            tables.execute(f"create table {name} ({', '.join(header)})")
            marks = ", ".join("?" for _ in header)
            tables.executemany(f"insert into {name} values ({marks})", rows)
        if indexed:
            tables.execute(f"create index {name}_store on {name} (store_id)")
    return tables


def _first(tables: sqlite3.Connection, query: str, store: str) -> str | None:
    row = tables.execute(query, (store,)).fetchone()
    return str(row[0]) if row else None


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.removesuffix(" UTC"))


def _files(work: Path) -> Path:
    incoming = work / "stores"
    if not incoming.exists():
        command = [sys.executable, str(ROOT / "etl/demo.py"), "--out", str(incoming)]
        subprocess.run([*command, "--dataset", "stores", "--bench"], check=True)
    return incoming


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--real", type=Path, help="a folder with real store files to report on")
    made.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    return made


if __name__ == "__main__":
    main()
