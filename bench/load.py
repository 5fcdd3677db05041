#!/usr/bin/env python3
"""The full load against DuckDB's own COPY of the same file, and one more day against the full load.

Whole processes, in turn, several rounds; figures are medians, ratios are made round by round.
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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.machine import describe

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Make the file, run the rounds, print the table."""
    options = _parser().parse_args()
    work: Path = options.work
    csv = source_file(work, options.rows)
    day = _one_more_day(work, csv)
    print(describe(["duckdb", "pyarrow", "polars", "pandas"]))
    print(f"{csv.stat().st_size / 1e6:,.0f} MB, {options.rows:,} rows, {options.rounds} rounds\n")
    seconds: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        for name in ("copy", "copy-and-aggregate", "polars", "pandas"):
            out = work / "out"
            shutil.rmtree(out, ignore_errors=True)
            command = [sys.executable, str(ROOT / "bench/peers.py"), name, str(csv), str(out)]
            seconds.setdefault(name, []).append(_timed(command))
        full, more = _ours(work, csv, day)
        seconds.setdefault("fleetpulse", []).append(full)
        seconds.setdefault("fleetpulse, one more day", []).append(more)
    _print(seconds)


def _print(seconds: dict[str, list[float]]) -> None:
    print(f"{'':28}{'median s':>10}{'÷ copy':>10}")
    for name, values in seconds.items():
        ratios = [a / b for a, b in zip(values, seconds["copy"], strict=True)]
        print(f"{name:28}{statistics.median(values):>10.2f}{statistics.median(ratios):>10.2f}")
    shares = [
        a / b
        for a, b in zip(seconds["fleetpulse"], seconds["fleetpulse, one more day"], strict=True)
    ]
    print(f"\nfull load ÷ one more day: {statistics.median(shares):.1f} (25 or more is wanted)")


def _ours(work: Path, csv: Path, day: Path) -> tuple[float, float]:
    """Seconds of a full load into an empty data folder, and of one more day after it."""
    incoming, data = work / "incoming", work / "data"
    shutil.rmtree(incoming, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)
    incoming.mkdir()
    os.link(csv, incoming / csv.name)
    command = [sys.executable, str(ROOT / "etl/load.py"), "--json"]
    command += ["--incoming", str(incoming), "--data", str(data)]
    full = _timed(command)
    os.link(day, incoming / day.name)
    return full, _timed(command)


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def source_file(work: Path, rows: int) -> Path:
    """One clean CSV of 60 days with so many rows, made once."""
    csv = work / f"source-{rows}" / "health_reports.csv"
    if not csv.exists():
        command = [sys.executable, str(ROOT / "etl/demo.py"), "--out", str(csv.parent)]
        command += ["--dataset", "health_reports", "--single-file", "--clean", "--rows", str(rows)]
        subprocess.run(command, check=True)
    return csv


def _one_more_day(work: Path, csv: Path) -> Path:
    """The last day of the file again, a day later: as many rows as one of its days has."""
    target = work / f"{csv.parent.name}-next-day.csv"
    if not target.exists():
        import duckdb

        duckdb.execute(
            "copy (select strftime(timestamp + interval 1 day, '%Y-%m-%dT%H:%M:%SZ') as timestamp, "
            "id, type, status from read_csv(?) where timestamp::date = "
            f"(select max(timestamp)::date from read_csv(?))) to '{target}' (header)",
            [str(csv), str(csv)],
        )
        old = dt.datetime.now().timestamp() - 3600
        os.utime(target, (old, old))
    return target


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--rows", type=int, default=10_000_000)
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    return made


if __name__ == "__main__":
    main()
