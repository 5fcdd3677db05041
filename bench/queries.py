#!/usr/bin/env python3
"""The metrics of the pages on a large warehouse, against the same question asked of the lake.

Medians inside one process with the file open, as the dashboard has it; the same values both ways.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.load import source_file
from bench.machine import describe
from etl.run import load
from warehouse import Generation, Settings, metric, open_generation

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 30

LAKE_TOP = """
with occurrences as (
    select day, id, count(distinct (timestamp, type, status)) as occurrences
    from health_reports where day in ($on_day, $on_day::date - 7) group by day, id
),
ranked as (
    select *, row_number() over (partition by day order by occurrences desc, id) as day_rank
    from occurrences
),
today as (from ranked where day = $on_day and day_rank <= 10),
week_before as (from ranked where day = $on_day::date - 7)
select today.day_rank, today.id, today.occurrences, coalesce(week_before.occurrences, 0),
    100.0 * (today.occurrences - week_before.occurrences) / week_before.occurrences,
    week_before.day_rank,
    case when (select count(*) = 0 from week_before) then 'no data'
        when week_before.id is null then 'new' else 'ok' end
from today left join week_before using (id) order by today.day_rank
"""
LAKE_DAILY = """
select day, count(distinct id), count(distinct (timestamp, id, type, status))
from health_reports where day between $last_day::date - 29 and $last_day and type = $device_type
group by day order by day
"""


def main() -> None:
    """Load the file once, then time each question both ways."""
    options = _parser().parse_args()
    settings = _loaded(options.work, options.rows)
    generation = open_generation(settings)
    newest = metric("report_days", generation=generation)["day"][-1].as_py()
    kind = metric("report_kinds", generation=generation)["report_type"][0].as_py()
    print(describe(["duckdb", "pyarrow"]))
    print(f"{options.rows:,} rows; median of {REPEATS}\n")
    print(f"{'':16}{'metric ms':>10}{'lake ms':>10}{'times':>8}")
    _compare("top_devices", generation, {"on_day": newest}, LAKE_TOP)
    values = {"last_day": newest, "device_type": kind}
    _compare("daily_devices", generation, values, LAKE_DAILY)


def _compare(name: str, generation: Generation, values: dict[str, object], lake: str) -> None:
    fast = _median(lambda: metric(name, generation=generation, **values), REPEATS)
    slow = _median(lambda: generation.query(lake, values), 5)
    print(f"{name:16}{fast:>10.1f}{slow:>10.1f}{slow / fast:>8.1f}")


def _median(run: Callable[[], pa.Table], repeats: int) -> float:
    """Milliseconds."""
    run()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        run()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def _loaded(work: Path, rows: int) -> Settings:
    csv = source_file(work, rows)
    settings = Settings(csv.parent, work / f"warehouse-{rows}")
    summary = load(settings)
    print(f"generation {summary.generation} of {dt.datetime.now():%H:%M}", file=sys.stderr)
    return settings


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--rows", type=int, default=10_000_000)
    made.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    return made


if __name__ == "__main__":
    main()
