#!/usr/bin/env python3
"""What one small load costs as the history grows.

First a file every five minutes, each a load: medians of the loads around the one that is named,
with the small files of the lake joined as the loader does it, and never. Then five rows more on a
history and on one of eight times as many days, per dataset, and against a run without news.
All in this process, so that Python's start is not in it. Last, the small files of a day joined.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.load import ROOT
from bench.machine import describe
from etl.compaction import SETTING, USUAL
from etl.run import load
from warehouse import Settings, current_path
from warehouse.database import connect

BEGIN = dt.datetime(2026, 1, 1)
AROUND = 5
DEVICES, ROWS_A_DAY, TIMES = 5_000, 10_000, 7
PIECES, PIECE_ROWS = 500, 333


def main() -> None:
    """Load one history twice and print the table."""
    options = _parser().parse_args()
    print(describe(["duckdb"]))
    print(f"{options.loads:,} loads of {options.rows} health reports, five minutes apart\n")
    marks = [n for n in (10, 100, 1_000, 5_000) if n < options.loads] + [options.loads]
    heads = "".join(f"{f'load {mark}':>12}" for mark in marks)
    print(f"{'small files of a day':24}{heads}{'last ÷ 10th':>13}{'files':>8}")
    for most in (USUAL, 0):
        seconds, files = _history(options.work, options.loads, options.rows, most)
        told = [statistics.median(seconds[max(n - 2 * AROUND, 0) : n]) for n in marks]
        name = f"joined beyond {most}" if most else "never joined"
        each = "".join(f"{1000 * value:>9.0f} ms" for value in told)
        print(f"{name:24}{each}{told[-1] / told[0]:>13.2f}{files:>8,}")
    columns = ("history", "8 times", "ratio", "no news", "÷ no news")
    print(f"\n{'five rows more':24}" + "".join(f"{head:>12}" for head in columns))
    for dataset, write in SMALL.items():
        short = _small(options.work, dataset, options.days, write)
        long = _small(options.work, dataset, 8 * options.days, write)
        both = f"{1000 * short[0]:>9.0f} ms{1000 * long[0]:>9.0f} ms{long[0] / short[0]:>12.2f}"
        print(f"{dataset:24}{both}{1000 * long[1]:>9.0f} ms{long[0] / long[1]:>12.1f}")
    joined, copied = _compacted(options.work)
    print(
        f"\n{PIECES} small files of a day joined in {joined:.2f} s, "
        f"COPY of that day {copied:.2f} s: {joined / copied:.2f} times (2 or less)"
    )


def _health(at: dt.datetime) -> tuple[str, str]:
    lines = (f"{at},d{n},sensor,online\n" for n in range(5))
    return "timestamp,id,type,status\n", "".join(lines)


def _events(at: dt.datetime) -> tuple[str, str]:
    lines = (f"{at},d{n},u{n % 7},s1,{n % 2 == 0}\n" for n in range(5))
    return "timestamp,device_id,user_id,server_id,connected\n", "".join(lines)


def _polls(at: dt.datetime) -> tuple[str, str]:
    lines = (f"s{n},active,{at}\n" for n in range(5))
    return "store_id,status,timestamp_utc\n", "".join(lines)


SMALL = {"health_reports": _health, "connectivity_events": _events, "store_status": _polls}
DEMO = {
    "health_reports": "health_reports",
    "connectivity_events": "connectivity",
    "store_status": "stores",
}


def _small(
    work: Path, dataset: str, days: int, write: Callable[[dt.datetime], tuple[str, str]]
) -> tuple[float, float]:
    """Seconds of a load of five rows on `days` days of the demo's data, and of one without news."""
    settings = Settings(work / "growth" / "incoming", work / "growth" / "data")
    shutil.rmtree(work / "growth", ignore_errors=True)
    command = [sys.executable, str(ROOT / "etl/demo.py"), "--out", str(settings.incoming)]
    command += ["--dataset", DEMO[dataset], "--single-file", "--days", str(days)]
    command += ["--rows", str(days * ROWS_A_DAY), "--devices", str(DEVICES)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for path in settings.incoming.rglob("*.csv"):
        os.utime(path, (0, 0))
    load(settings)
    with connect(current_path(settings), read_only=True) as connection:
        newest = f"select newest_event from freshness() where dataset = '{dataset}'"
        row = connection.execute(newest).fetchone()
    assert row is not None
    changed, same = [], []
    for number in range(TIMES):
        header, lines = write(row[0].replace(microsecond=0) + dt.timedelta(seconds=1 + number))
        path = settings.incoming / dataset / f"more{number}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(header + lines, "utf-8")
        os.utime(path, (0, 0))
        changed.append(_timed(settings))
        same.append(_timed(settings))
    return statistics.median(changed), statistics.median(same)


def _compacted(work: Path) -> tuple[float, float]:
    """Seconds of joining the files of one day, and of DuckDB's own typed read and write of its
    rows, each as a process; medians."""
    settings = Settings(work / "growth" / "incoming", work / "growth" / "data")
    every, joined, copied = work / "growth" / "day.csv", [], []
    os.environ[SETTING] = "0"
    for _ in range(3):
        shutil.rmtree(work / "growth", ignore_errors=True)
        settings.incoming.mkdir(parents=True)
        texts = ["".join(_of_piece(number)) for number in range(PIECES)]
        every.write_text("timestamp,id,type,status\n" + "".join(texts), "utf-8")
        for number, text in enumerate(texts):
            path = settings.incoming / f"{number}.csv"
            path.write_text("timestamp,id,type,status\n" + text, "utf-8")
            os.utime(path, (0, 0))
        load(settings)
        compact = [sys.executable, str(ROOT / "etl/compact.py"), "--data", str(settings.data)]
        joined.append(_process(compact))
        peer = [sys.executable, str(ROOT / "bench/peers.py"), "copy", str(every)]
        copied.append(_process([*peer, str(work / "growth" / "copied")]))
    return statistics.median(joined), statistics.median(copied)


def _of_piece(number: int) -> Iterator[str]:
    """A five-hundredth of a day of 10,000,000 reports in 60 days, as the other benchmarks have."""
    for row in range(PIECE_ROWS):
        at = BEGIN + dt.timedelta(seconds=172 * number + row // 2)
        yield f"{at:%Y-%m-%dT%H:%M:%SZ},d{row * 7919 % DEVICES},sensor,online\n"


def _process(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _timed(settings: Settings) -> float:
    started = time.perf_counter()
    load(settings)
    return time.perf_counter() - started


def _history(work: Path, loads: int, rows: int, most: int) -> tuple[list[float], int]:
    """Seconds of each load, and how many files the lake has in the end."""
    settings = Settings(work / "growth" / "incoming", work / "growth" / "data")
    shutil.rmtree(work / "growth", ignore_errors=True)
    settings.incoming.mkdir(parents=True)
    os.environ[SETTING] = str(most)
    seconds = []
    for number in range(loads):
        at = BEGIN + dt.timedelta(minutes=5 * number)
        lines = (f"{at:%Y-%m-%dT%H:%M:%SZ},d{n},sensor,online\n" for n in range(rows))
        path = settings.incoming / f"{at:%Y%m%dT%H%M}.csv"
        path.write_text("timestamp,id,type,status\n" + "".join(lines), "utf-8")
        os.utime(path, (0, 0))
        started = time.perf_counter()
        load(settings)
        seconds.append(time.perf_counter() - started)
    with connect(current_path(settings), read_only=True) as connection:
        row = connection.execute("select count(*) from parquet_files").fetchone()
    assert row is not None
    return seconds, row[0]


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--loads", type=int, default=1_000)
    made.add_argument("--rows", type=int, default=200)
    made.add_argument("--days", type=int, default=40, help="of the shorter history")
    made.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    return made


if __name__ == "__main__":
    main()
