#!/usr/bin/env python3
"""What one small load costs as the history grows: a file every five minutes, each a load.

All in this process, so that Python's start is not in it. Figures are medians of the loads around
the one that is named, with the small files of the lake joined as the loader does it, and never.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import statistics
import sys
import time
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
    made.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    return made


if __name__ == "__main__":
    main()
