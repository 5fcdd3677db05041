#!/usr/bin/env python3
"""Many viewers at once: what an idle page costs, how soon a newcomer is served, what remains.

No browser is needed: each viewer speaks Streamlit's protocol (bench/viewer.py). `--viewers` open
the dashboard and stay; then a newcomer comes, some of them change the day of Top devices
(`--clicking`), and files are loaded meanwhile (`--publish-every`). `--waves` lets so many groups
come and go, and shows the server's memory after each. Exit status 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.machine import describe
from bench.service import ROOT, Running, load, serving
from bench.viewer import Viewer, viewing
from warehouse import Settings, metric, open_generation

CLICKED = "top_devices"  # the page of those who change a control, its day
MOST_IDLE = 0.02  # CPU seconds a second for each idle page; 0.115 once
MOST_ANSWER = 0.5  # seconds, the median of those who click
MOST_GROWTH = 1.15  # memory after the last wave against after the second


@dataclass(slots=True)
class Figures:
    """What was measured; seconds, but for the memory in MB."""

    first: list[float] = field(default_factory=list)
    idle: float = 0.0
    newcomer: float = 0.0
    health: float = 0.0
    answers: list[float] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)


def main() -> int:
    """Make data, serve it, let the viewers come; returns the exit status."""
    options = _parser().parse_args()
    print(describe(["streamlit", "starlette", "websockets"]))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "incoming", Path(folder) / "data")
        demo = [sys.executable, "etl/demo.py", "--out", str(settings.incoming)]
        subprocess.run(demo, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        load(settings.incoming, settings.data)
        with serving(settings) as served:
            figures = asyncio.run(_measure(served, settings, options))
    return _report(figures, options)


async def _measure(served: Running, settings: Settings, options: argparse.Namespace) -> Figures:
    found = Figures()
    async with viewing(served.url):
        found.resident.append(served.resident_mb())
    async with AsyncExitStack() as open_pages:
        viewers = await asyncio.gather(
            *(
                open_pages.enter_async_context(viewing(served.url, page=page))
                for page in _pages(options)
            )
        )
        found.first = [viewer.first_seconds for viewer in viewers]
        await asyncio.sleep(2)
        found.idle = await _idle(served, options) / len(viewers)
        found.health = await _health(served)
        async with viewing(served.url) as newcomer:
            found.newcomer = newcomer.first_seconds
        if options.clicking:
            found.answers = await _click(viewers[: options.clicking], settings, options)
        found.resident.append(served.resident_mb())
    for _ in range(options.waves):
        async with AsyncExitStack() as wave:
            await asyncio.gather(
                *(wave.enter_async_context(viewing(served.url)) for _ in range(options.viewers))
            )
        await asyncio.sleep(1)
        found.resident.append(served.resident_mb())
    return found


def _pages(options: argparse.Namespace) -> list[str]:
    """What each viewer has open: those who click come first."""
    return [CLICKED] * options.clicking + [""] * (options.viewers - options.clicking)


def _days(settings: Settings) -> list[dt.date]:
    """The days with health reports."""
    rows = metric("report_days", generation=open_generation(settings)).to_pylist()
    return [row["day"] for row in rows]


async def _idle(served: Running, options: argparse.Namespace) -> float:
    """CPU seconds that the server takes in a second while nobody does anything."""
    before = served.cpu_seconds()
    await asyncio.sleep(options.seconds)
    seconds: float = options.seconds
    return (served.cpu_seconds() - before) / seconds


async def _health(served: Running) -> float:
    async with httpx.AsyncClient() as client:
        begin = time.perf_counter()
        answer = await client.get(f"{served.url}/api/health", timeout=30)
        answer.raise_for_status()
        return time.perf_counter() - begin


async def _click(
    viewers: list[Viewer], settings: Settings, options: argparse.Namespace
) -> list[float]:
    """Each viewer changes the day again and again; seconds of every answer."""
    until, days = time.monotonic() + options.seconds, _days(settings)
    publishing = asyncio.create_task(_publish(settings, days[-1], options.publish_every, until))

    async def click(viewer: Viewer, number: int) -> list[float]:
        taken: list[float] = []
        pauses = random.Random(number)  # people do not click in step
        await asyncio.sleep(pauses.uniform(0, 1))
        while time.monotonic() < until:
            taken.append(await viewer.change(f"day={days[(number + len(taken)) % len(days)]}"))
            await asyncio.sleep(pauses.uniform(0.5, 1.5))
        return taken

    found = await asyncio.gather(*(click(viewer, n) for n, viewer in enumerate(viewers)))
    await publishing
    return [seconds for taken in found for seconds in taken]


async def _publish(settings: Settings, day: dt.date, every: float, until: float) -> None:
    """Load a file of one report of that day every so many seconds."""
    number = 0
    while every and time.monotonic() < until:
        file = settings.incoming / f"news-{number}.csv"
        row = f"{day}T10:00:00.{number:06}Z,newcomer,sensor,online\n"
        file.write_text(f"timestamp,id,type,status\n{row}", encoding="utf-8")
        os.utime(file, (1_000_000_000, 1_000_000_000))
        await asyncio.to_thread(load, settings.incoming, settings.data)
        number += 1
        await asyncio.sleep(every)


def _report(found: Figures, options: argparse.Namespace) -> int:
    first = sorted(found.first)
    resident = ", ".join(f"{mb:,.0f}" for mb in found.resident)
    print(f"{options.viewers} viewers see the page       {first[0]:.2f} to {first[-1]:.2f} s")
    print(f"an idle page costs             {found.idle:.4f} CPU s a second (at most {MOST_IDLE})")
    print(f"a newcomer sees the page in    {found.newcomer:.2f} s")
    print(f"/api/health answers in         {found.health:.3f} s")
    missed = found.idle > MOST_IDLE
    if found.answers:
        middle = statistics.median(found.answers)
        print(
            f"{options.clicking} who click are answered in  {middle:.2f} s (median of "
            f"{len(found.answers)}, slowest {max(found.answers):.2f}; at most {MOST_ANSWER})"
        )
        missed |= middle > MOST_ANSWER
    print(f"memory, one page, all, waves   {resident} MB")
    if options.waves > 1:
        missed |= found.resident[-1] > MOST_GROWTH * found.resident[3]
    print("missed" if missed else "all bounds are met")
    return int(missed)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--viewers", type=int, default=40, help="open pages (%(default)s)")
    made.add_argument("--clicking", type=int, default=10, help="of them change a control")
    made.add_argument("--seconds", type=float, default=10, help="of each phase (%(default)s)")
    made.add_argument("--publish-every", type=float, default=5, help="seconds; 0: never")
    made.add_argument("--waves", type=int, default=4, help="groups that come and go (%(default)s)")
    return made


if __name__ == "__main__":
    sys.exit(main())
