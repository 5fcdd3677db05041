#!/usr/bin/env python3
"""A folder of many small CSVs against DuckDB's own COPY of the same files, as whole processes."""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.load import ROOT, source_file
from bench.machine import describe

ROWS = 100


def main() -> None:
    """Cut one file into many, then load them and copy them in turn."""
    options = _parser().parse_args()
    incoming = _files(options.work, options.files)
    data, out = options.work / "many-data", options.work / "out"
    copy = [str(ROOT / "bench/peers.py"), "copy", str(incoming / "*.csv"), str(out)]
    load = [str(ROOT / "etl/load.py"), "--incoming", str(incoming), "--data", str(data)]
    print(describe(["duckdb"]))
    copies, loads = [], []
    for _ in range(options.rounds):
        shutil.rmtree(out, ignore_errors=True)
        copies.append(_timed(copy))
        shutil.rmtree(data, ignore_errors=True)
        loads.append(_timed([*load, "--json"]))
    ratio = statistics.median(a / b for a, b in zip(loads, copies, strict=True))
    print(f"{options.files:,} files of {ROWS} rows, {options.rounds} rounds")
    print(f"{'copy':12}{statistics.median(copies):>8.2f} s")
    print(f"{'fleetpulse':12}{statistics.median(loads):>8.2f} s, {ratio:.2f} times")


def _files(work: Path, count: int) -> Path:
    folder = work / f"many-{count}"
    if not folder.exists():
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with source_file(work, 10_000_000).open(encoding="utf-8") as lines:
            header = next(lines)
            for number in range(count):
                rows = islice(lines, ROWS)
                (partial / f"{number:06}.csv").write_text(header + "".join(rows), "utf-8")
        time.sleep(6)  # another user's file is taken up once it was quiet for 5 s
        partial.rename(folder)
    return folder


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--files", type=int, default=2_000)
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    return made


if __name__ == "__main__":
    main()
