#!/usr/bin/env python3
"""A full load and one more file after it: here, on Sail, on Spark within one process (`local`) and
on a standalone Spark of two workers, all on this machine.

CPU seconds and memory are those of the loader and of every process of the server; what an engine
reads are the files of its tasks and what marts are computed from. Spark is measured where
`make cluster` has made its environment.
"""

from __future__ import annotations

import argparse
import os
import re
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
from tests.cluster import Server, local_spark, sail, spark

ROOT = Path(__file__).resolve().parents[1]
SPARK_HOME = ROOT / "build" / "spark"
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
EVENTS = 9_282_179  # of `etl/demo.py --dataset connectivity --bench`
READ = re.compile(r"(?:^reading .*|marts computed .* from )\b([\d,]+\.\d) MB", re.MULTILINE)
LATE = "timestamp,id,type,status\n2026-02-15T10:00:00Z,late,sensor,online\n"


@dataclass(slots=True)
class Used:
    """What a load used: wall clock and CPU in seconds, of the loader and of the engine, the most
    memory that each held in bytes, and what the engine was given to read, in bytes."""

    seconds: float = 0.0
    loader: float = 0.0
    engine: float = 0.0
    loader_memory: int = 0
    engine_memory: int = 0
    read: float = 0.0


def main() -> None:
    """Make the files, load them on each engine, print the table."""
    options = _parser().parse_args()
    print(describe(["duckdb", "pysail", "pyspark-client"]))
    sources = [(rows, _reports(options.work, rows)) for rows in options.rows]
    if options.events:
        sources.append((EVENTS, _events(options.work)))
    for rows, source in sources:
        print(f"\n{rows:,} rows of {source.name}")
        print(f"{'':8}{'start s':>9}{'load s':>8}{'CPU s: loader':>15}{'engine':>8}", end="")
        print(f"{'rows/CPU s':>12}{'MiB: loader':>13}{'engine':>8}", end="")
        print(f"   one more file: {'s':>5}{'CPU s':>7}{'MB read':>9}{'÷ full':>9}")
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
    shutil.rmtree(work)
    cpu = full.loader + full.engine
    print(
        f"{name:8}{start:>9.1f}{full.seconds:>8.1f}{full.loader:>15.1f}{full.engine:>8.1f}"
        f"{rows / cpu:>12,.0f}{full.loader_memory / 2**20:>13,.0f}"
        f"{full.engine_memory / 2**20:>8,.0f}{more.seconds:>23.1f}{more.loader + more.engine:>7.1f}"
        f"{more.read / 1e6:>9,.4f}{more.read / full.read:>9.6f}",
        flush=True,
    )


def _server(name: str, folder: Path) -> AbstractContextManager[Server | None]:
    there: dict[str, Callable[[], AbstractContextManager[Server | None]]] = {
        "here": _none,
        "sail": lambda: sail(folder),
        "local": lambda: local_spark(folder, SPARK_HOME),
        "spark": lambda: spark(folder, SPARK_HOME),
    }
    return there[name]()


@contextmanager
def _none() -> Iterator[None]:
    yield None


def _load(work: Path, server: Server | None, rows: int) -> Used:
    command = [sys.executable, str(ROOT / "etl" / "load.py")]
    command += ["--incoming", str(work / "incoming"), "--data", str(work / "data")]
    if server:
        command += ["--remote", server.remote]
    roots = [process.pid for process in server.processes] if server else []
    before, children, began = _cpu(roots), _children(), time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    used, over = Used(), threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            used.engine_memory = max(used.engine_memory, _memory(roots))
            used.loader_memory = max(used.loader_memory, _memory([process.pid]))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = process.communicate()
    used.seconds = time.perf_counter() - began
    over.set()
    watcher.join()
    used.engine, used.loader = _cpu(roots) - before, _children() - children
    assert f"{rows:,} loaded" in out, out
    used.read = sum(float(size.replace(",", "")) * 1e6 for size in READ.findall(out))
    used.read = used.read or sum(f.stat().st_size for f in work.glob("incoming/late.csv"))
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


def _reports(work: Path, rows: int) -> Path:
    """Clean health reports of 60 days, a file each, made once."""
    return _made(work / f"health-{rows}", "--clean", "--dataset", "health_reports", "--rows", rows)


def _events(work: Path) -> Path:
    """Connectivity events of a year, made once."""
    return _made(work / "events", "--dataset", "connectivity", "--bench")


def _made(folder: Path, *options: object) -> Path:
    if not folder.exists():
        command = [sys.executable, str(ROOT / "etl/demo.py"), "--out", str(folder)]
        subprocess.run([*command, *map(str, options)], check=True)
    return folder


def _parser() -> argparse.ArgumentParser:
    engines = ["here", "sail", *(["local", "spark"] if SPARK_HOME.exists() else [])]
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000, 50_000_000])
    made.add_argument("--events", action=argparse.BooleanOptionalAction, default=True)
    made.add_argument(
        "--engines", nargs="+", choices=["here", "sail", "local", "spark"], default=engines
    )
    made.add_argument("--work", type=Path, default=ROOT / "build" / "bench_cluster")
    return made


if __name__ == "__main__":
    main()
