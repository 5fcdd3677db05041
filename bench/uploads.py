#!/usr/bin/env python3
"""Uploads over HTTP: one large against a plain copy, many small at once, and analysis in no time.

The copy writes the same bytes to the same disk and fsyncs them; both are done in turn. Memory is
that of the service's process while it takes the large file, the loader being another process.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.machine import describe
from bench.service import Running, load, serving
from warehouse import Settings, metric, open_generation

ROW = "2026-02-{:02d} {:02d}:{:02d}:{:02d},sensor-{:04d},{:+07.2f},{}\n"


def main() -> None:
    options = _parser().parse_args()
    print(describe(["duckdb", "fastapi", "uvicorn", "streamlit"]))
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        incoming, data = Path(folder, "incoming"), Path(folder, "data")
        incoming.mkdir()
        large = _measurements(Path(folder, "large.csv"), options.megabytes * 1_000_000)
        with serving(Settings(incoming, data)) as service:
            _large(service, large, options.rounds)
            _small(service, options.uploads, options.clients)
        _analysis(incoming, data, options.rows)


def _large(service: Running, file: Path, rounds: int) -> None:
    """The upload's acknowledgement over copy plus fsync, and what the service's memory did."""
    copy = file.with_name("copy")
    curl = file.with_name("answer")
    taken: dict[str, list[float]] = {"copy and fsync": [], "upload, acknowledged": []}
    grown: list[float] = []
    _upload(service.url, f"warm-{os.getpid()}", b"at,v\n2026-01-01 00:00:00,1\n")
    for turn in range(rounds):
        taken["copy and fsync"].append(_timed(partial(_copied, file, copy)))
        before = service.resident_mb()
        with _highest(service.resident_mb) as highest:
            form = ["-F", f"file=@{file}", "-F", f"customer_id=large-{turn}"]
            command = ["curl", "-sf", "-H", "Expect:", "-o", str(curl), *form]
            command.append(f"{service.url}/api/v1/event/")
            taken["upload, acknowledged"].append(
                _timed(partial(subprocess.run, command, check=True))
            )
        grown.append(max(highest) - before)
        _settle(service.url)
    base = statistics.median(taken["copy and fsync"])
    print(f"\n{file.stat().st_size / 1e6:,.0f} MB, {rounds} rounds")
    print(f"{'':24}{'median s':>10}{'ratio':>8}")
    for name, values in taken.items():
        print(
            f"{name:24}{statistics.median(values):>10.3f}{statistics.median(values) / base:>8.2f}"
        )
    print(f"the service grew by at most {max(grown):.0f} MB")


def _small(service: Running, uploads: int, clients: int) -> None:
    """Many small uploads at once: all acknowledged, all loaded once."""
    with httpx.Client(limits=httpx.Limits(max_connections=clients), timeout=120) as client:

        def send(number: int) -> None:
            content = f"at,v\n2026-01-01 00:00:00,{number}\n".encode()
            files = {"file": ("small.csv", content)}
            form = {"customer_id": f"small-{number % 20}"}
            sent = client.post(f"{service.url}/api/v1/event/", data=form, files=files)
            assert sent.status_code == 202, sent.text

        with ThreadPoolExecutor(clients) as pool:
            acknowledged = _timed(lambda: list(pool.map(send, range(uploads))))
        started = time.perf_counter()
        while (rows := _rows_of_small(client, service.url)) < uploads:
            assert time.perf_counter() - started < 300, f"{rows} of {uploads} rows"
            time.sleep(0.1)
        loaded = time.perf_counter() - started
        loads = client.get(f"{service.url}/api/v1/metrics/load_history").json()["rows"]
    print(
        f"\n{uploads} small uploads of {clients} clients: all acknowledged in {acknowledged:.1f} s"
    )
    print(f"{rows} rows in tables {loaded:.1f} s later, {len(loads)} loads since the start")


def _rows_of_small(client: httpx.Client, url: str) -> int:
    customers = client.get(f"{url}/api/v1/customers").json()["customers"]
    return sum(c["total_rows"] for c in customers if c["customer_id"].startswith("small-"))


def _analysis(incoming: Path, data: Path, rows: int) -> None:
    """Analysis inside the process at 10 rows and at many."""
    for customer, count in (("ten", 10), ("many", rows)):
        file = incoming / "customers" / customer / "rows.csv"
        file.parent.mkdir(parents=True)
        _measurements(file, rows=count)
    load(incoming, data)
    generation = open_generation(Settings(incoming, data))
    print("\nanalysis, median of 200")
    for customer, count in (("ten", 10), ("many", rows)):
        taken = []
        for _ in range(200):
            ask = partial(metric, "customer_summary", generation=generation, customer=customer)
            taken.append(_timed(ask))
        print(f"{count:>12,} rows: {statistics.median(taken) * 1000:.2f} ms")


def _measurements(path: Path, size: int = 0, rows: int = 0) -> Path:
    """A CSV of four columns of so many bytes or rows."""
    with path.open("w", encoding="ascii") as out:
        out.write("at,sensor,celsius,note\n")
        number = 0
        while number < rows or (size and out.tell() < size):
            out.writelines(
                _row(n) for n in range(number, min(number + 10_000, rows or sys.maxsize))
            )
            number += 10_000
    return path


def _row(n: int) -> str:
    day, rest = divmod(n, 86_400)
    return ROW.format(
        day % 28 + 1, rest // 3600, rest // 60 % 60, rest % 60, n % 1_000, n % 9_000 / 100 - 45, n
    )


def _upload(url: str, customer: str, content: bytes) -> dict[str, Any]:
    sent = httpx.post(
        f"{url}/api/v1/event/?wait=true",
        data={"customer_id": customer},
        files={"file": ("x.csv", content)},
        timeout=120,
    )
    assert sent.status_code == 200, sent.text
    told: dict[str, Any] = sent.json()
    return told


def _settle(url: str) -> None:
    """Wait until the loader has taken what lies there: the next round is not disturbed."""
    _upload(url, "settle", f"at,v\n2026-01-01 00:00:00,{time.time()}\n".encode())


def _copied(file: Path, to: Path) -> None:
    with file.open("rb") as source, to.open("wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def _highest(read: Callable[[], float]) -> Iterator[list[float]]:
    """What `read` gave, every few milliseconds, while the block ran."""
    seen = [read()]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            seen.append(read())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--megabytes", type=int, default=100, help="of the large file (%(default)s)")
    made.add_argument("--rounds", type=int, default=5, help="of the large file (%(default)s)")
    made.add_argument("--uploads", type=int, default=500, help="small ones (%(default)s)")
    made.add_argument("--clients", type=int, default=50, help="at once (%(default)s)")
    made.add_argument("--rows", type=int, default=10_000_000, help="analysed (%(default)s)")
    made.add_argument("--work", type=Path, default=None, help="folder for files (the system's)")
    return made


if __name__ == "__main__":
    main()
