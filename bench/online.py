#!/usr/bin/env python3
"""Connectivity at the size of the real data: the first load, and the year on a page.

The load is held against DuckDB's typed read and partitioned write of the same file with plain SQL
for the three windows behind it; pandas does the interval rule on a tenth.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.machine import describe
from bench.service import ROOT, load
from warehouse import Settings, metric, open_generation

COLUMNS = {
    "timestamp": "TIMESTAMP",
    "device_id": "VARCHAR",
    "user_id": "VARCHAR",
    "server_id": "VARCHAR",
    "connected": "BOOLEAN",
}
WINDOWS = (1, 7, 28)

# What one would write by hand: how many devices were online in each window, without any repair.
PLAIN = """
create or replace table plain as
with spans as (
    select device_id, user_id, connected, timestamp as started_at,
        coalesce(
            lead(timestamp) over (partition by device_id order by timestamp), timestamp
        ) as ended_at
    from read_parquet('{out}/*/*.parquet')
),
days as (
    select device_id, user_id,
        unnest(
            generate_series(started_at::date, ended_at::date + {more}, interval 1 day)
        ) as day
    from spans where connected
)
select day, count(distinct device_id) as devices from days group by day
"""


def main() -> None:
    """Make the files, load them in a process of its own, then time each part."""
    options = _parser().parse_args()
    work: Path = options.work
    incoming = _files(work, options.scale)
    print(describe(["duckdb", "pandas"]))
    events = incoming / "connectivity_events.csv"
    print(f"{events.stat().st_size / 1e6:,.0f} MB of events\n")
    copies, hands, loads = [], [], []
    for _ in range(options.rounds):
        copies.append(_timed(lambda: _by_hand(events, work / "out", ())))
        hands.append(_timed(lambda: _by_hand(events, work / "out", WINDOWS)))
        shutil.rmtree(work / "data", ignore_errors=True)
        loads.append(_timed(lambda: load(incoming, work / "data")))
    ratio = statistics.median(a / b for a, b in zip(loads, hands, strict=True))
    _line("typed read and partitioned write", statistics.median(copies))
    _line("the same and plain SQL of 1, 7 and 28 days", statistics.median(hands))
    _line("first load", statistics.median(loads), f"{ratio:.2f} times that (0.9 or less)")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"{'most memory of a process':44}{peak:>9.2f} GiB (below 4)")
    _year(Settings(incoming, work / "data"))
    _pandas(events)


def _year(settings: Settings) -> None:
    generation = open_generation(settings)
    fresh = metric("freshness", generation=generation).to_pylist()
    newest = next(r["newest_day"] for r in fresh if r["dataset"] == "connectivity_events")
    for window in (1, 28):
        values = {"first_day": newest - dt.timedelta(days=364), "last_day": newest}
        values["window_days"] = window
        times = [
            _timed(lambda: metric("online_devices", generation=generation, **values))  # noqa: B023
            for _ in range(30)
        ]
        median = statistics.median(times) * 1000
        print(f"online_devices for a year, window {window:2} days{median:>12.1f} ms (20 or less)")


def _pandas(events: Path) -> None:
    """The interval rule in plain pandas on a tenth of the events, and our share of the load."""
    import pandas as pd

    with events.open(encoding="utf-8") as lines:
        count = sum(1 for _ in lines)
    started = time.perf_counter()
    frame = pd.read_csv(
        events,
        header=None,
        names=list(COLUMNS),
        nrows=count // 10,
        parse_dates=["timestamp"],
        date_format="ISO8601",
    )
    frame = frame.sort_values(["device_id", "timestamp"], kind="stable")
    after = frame.groupby("device_id").shift(-1)
    frame["ended_at"] = after["timestamp"].fillna(frame["timestamp"].max())
    online = frame[frame["connected"]]
    days = [
        (device, day)
        for device, first, last in zip(
            online["device_id"],
            online["timestamp"].dt.date,
            online["ended_at"].dt.date,
            strict=True,
        )
        for day in pd.date_range(first, last).date
    ]
    pd.DataFrame(days, columns=["device_id", "day"]).groupby("day")["device_id"].nunique()
    _line("pandas, the rule for 1 day on a tenth", time.perf_counter() - started)


def _by_hand(events: Path, out: Path, windows: tuple[int, ...]) -> None:
    shutil.rmtree(out, ignore_errors=True)
    statements = [
        "copy (select *, timestamp::date as day from "
        f"read_csv('{events}', header = false, columns = {COLUMNS})) to '{out}' "
        "(format parquet, partition_by (day), compression zstd)",
        *(PLAIN.format(out=out, more=length - 1) for length in windows),
    ]
    script = "import sys, duckdb; [duckdb.execute(statement) for statement in sys.argv[1:]]"
    command = [sys.executable, "-c", script, *statements]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # a bar for each statement


def _files(work: Path, scale: str) -> Path:
    incoming = work / f"connectivity-{scale}"
    if not incoming.exists():
        command = [sys.executable, str(ROOT / "etl/demo.py"), "--out", str(incoming)]
        command += ["--dataset", "connectivity", "--single-file"]
        subprocess.run([*command, *(["--bench"] if scale == "full" else [])], check=True)
    return incoming


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _line(what: str, seconds: float, note: str = "") -> None:
    print(f"{what:44}{seconds:>9.2f} s  {note}", flush=True)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--scale", choices=["full", "demo"], default="full")
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    return made


if __name__ == "__main__":
    main()
