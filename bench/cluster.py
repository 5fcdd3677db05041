#!/usr/bin/env python3
"""A full load and one more file after it: here, on Sail and on a standalone Spark, on this machine.

CPU seconds are those of the loader and of every process of the server; memory is the most that all
of them held at once. Spark is measured where `make cluster` has made its environment.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.machine import describe
from tests.cluster import Server, sail, spark

ROOT = Path(__file__).resolve().parents[1]
SPARK_HOME = ROOT / "build" / "spark"
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
LATE = "timestamp,id,type,status\n2026-02-15T10:00:00Z,late,sensor,online\n"


@dataclass(slots=True)
class Used:
    """What a load used: wall clock and CPU in seconds, and the most memory at once in bytes."""

    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0


def main() -> None:
    """Make the files, load them on each engine, print the table."""
    options = _parser().parse_args()
    print(describe(["duckdb", "pysail", "pyspark-client"]))
    print(f"\n{'':10}{'rows':>13}{'start s':>9}{'load s':>9}{'CPU s':>9}{'rows/CPU s':>12}", end="")
    print(f"{'MiB':>8}{'one more file s':>17}")
    for rows in options.rows:
        source = _source(options.work, rows)
        for name in options.engines:
            _measure(options.work / name, name, source, rows)


def _measure(work: Path, name: str, source: Path, rows: int) -> None:
    shutil.rmtree(work, ignore_errors=True)
    (work / "server").mkdir(parents=True)
    shutil.copytree(source, work / "incoming", copy_function=os.link)
    began = time.perf_counter()
    with _server(name, work / "server") as server:
        start = time.perf_counter() - began
        full = _load(work, server, rows)
        late = work / "incoming" / "late.csv"
        late.write_text(LATE)
        os.utime(late, (1_000_000_000, 1_000_000_000))
        more = _load(work, server, 1)
    print(
        f"{name:10}{rows:>13,}{start:>9.1f}{full.seconds:>9.1f}{full.cpu:>9.1f}"
        f"{rows / full.cpu:>12,.0f}{full.memory / 2**20:>8,.0f}{more.seconds:>17.1f}",
        flush=True,
    )


def _server(name: str, folder: Path) -> AbstractContextManager[Server | None]:
    there: dict[str, Callable[[], AbstractContextManager[Server | None]]] = {
        "here": _none,
        "sail": lambda: sail(folder),
        "spark": lambda: spark(folder, SPARK_HOME),
    }
    return there[name]()


@contextmanager
def _none() -> Iterator[None]:
    yield None


def _load(work: Path, server: Server | None, rows: int) -> Used:
    command = [sys.executable, str(ROOT / "etl" / "load.py"), "--json"]
    command += ["--incoming", str(work / "incoming"), "--data", str(work / "data")]
    if server:
        command += ["--remote", server.remote]
    roots = [process.pid for process in server.processes] if server else []
    before, children, began = _cpu(roots), _children(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    used, over = Used(), threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            used.memory = max(used.memory, _memory([*roots, process.pid]))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = process.communicate()
    used.seconds = time.perf_counter() - began
    over.set()
    watcher.join()
    used.cpu = _cpu(roots) - before + _children() - children
    told = json.loads(out)
    assert told["rows_loaded"] == rows, told
    return used


def _children() -> float:
    """CPU seconds of the processes that this one has waited for."""
    own = os.times()
    return own.children_user + own.children_system


def _tree(roots: list[int]) -> Iterator[tuple[int, list[str]]]:
    """Every process below these, with the numbers of its stat from its parent's on."""
    stats: dict[int, list[str]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            text = (folder / "stat").read_text("utf-8", "replace")
            stats[int(folder.name)] = text.rpartition(")")[2].split()[1:]
    for pid in stats:
        above = pid
        while above in stats and above not in roots:
            above = int(stats[above][0])
        if above in roots and pid in stats:
            yield pid, stats[pid]


def _cpu(roots: list[int]) -> float:
    """CPU seconds so far, also of processes that have ended."""
    return sum(sum(map(int, stat[10:14])) for _, stat in _tree(roots)) / TICKS


def _memory(roots: list[int]) -> int:
    return sum(int(stat[20]) * PAGE for _, stat in _tree(roots))


def _source(work: Path, rows: int) -> Path:
    """Clean health reports of 60 days, a file each, made once."""
    made = work / f"days-{rows}"
    if not made.exists():
        command = [sys.executable, str(ROOT / "etl/demo.py"), "--out", str(made), "--clean"]
        subprocess.run([*command, "--dataset", "health_reports", "--rows", str(rows)], check=True)
    return made


def _parser() -> argparse.ArgumentParser:
    engines = ["here", "sail", *(["spark"] if SPARK_HOME.exists() else [])]
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    made.add_argument("--engines", nargs="+", choices=["here", "sail", "spark"], default=engines)
    made.add_argument("--work", type=Path, default=ROOT / "build" / "bench_cluster")
    return made


if __name__ == "__main__":
    main()
