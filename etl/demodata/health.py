"""Health reports: a busy fleet, a week's rhythm, two incidents, and files as people send them."""

import gzip
from dataclasses import dataclass
from datetime import date, timedelta

from etl.demodata.edits import insert_lines, spreadsheet_dialect
from etl.demodata.output import Edit, Output
from etl.demodata.size import Request, Size
from warehouse import zstd

DEMO = Size(days=60, devices=2_000, rows=420_000)
BENCH = Size(days=60, devices=2_000, rows=10_000_000)

# How many days before the last one each oddity lies.
LATE_ARRIVES, LATE = 2, 5
SENT_TWICE = 6
MISSING = 10
BAD_ROWS = (1, 9)
EDITS: dict[int, tuple[str, Edit]] = {
    13: (".zst", zstd.compress),
    16: ("", spreadsheet_dialect),
    20: (".gz", lambda content: gzip.compress(content, mtime=0)),
}


@dataclass(frozen=True)
class Day:
    """One day and the numbers of its reports."""

    days_ago: int
    day: date
    first_row: int
    end_row: int


def write(out: Output, request: Request) -> None:
    """Write `health_reports.csv`, or `health_reports/<day>.csv` and its odd neighbours."""
    size = request.size
    out.prepare("health_units", seed=request.seed, days=size.days, last_day=request.last_day)
    out.prepare("health_slots", seed=request.seed, devices=size.devices, slots=_slots(size))
    out.prepare("health_days", rows=size.rows)
    if request.single_file:
        whole = Day(0, request.last_day, 0, size.rows)
        _copy(out, request, "health_reports.csv", whole)
        return
    for day in _days(out):
        if request.clean:
            _copy(out, request, f"health_reports/{day.day}.csv", day)
        elif day.days_ago != MISSING:
            _write_day(out, request, day)
    if not request.clean:
        out.write("device-list.csv", _FOREIGN)


def _write_day(out: Output, request: Request, day: Day) -> None:
    """One day's file, as it was sent."""
    suffix, edit = EDITS.get(day.days_ago, ("", None))
    if day.days_ago in BAD_ROWS:
        edit = insert_lines(_bad_lines(day.day))
    name = f"health_reports/{day.day}"
    part = "on time" if day.days_ago == LATE else "all"
    _copy(out, request, f"{name}.csv{suffix}", day, part, edit)
    if day.days_ago == LATE:
        arrived = day.day + timedelta(days=LATE - LATE_ARRIVES)
        _copy(out, request, f"health_reports/{arrived}_late.csv", day, "late")
    if day.days_ago == SENT_TWICE:
        _copy(out, request, f"{name}_resent.csv", day)


def _copy(
    out: Output,
    request: Request,
    name: str,
    day: Day,
    part: str = "all",
    edit: Edit | None = None,
) -> None:
    out.copy(
        name,
        "health_rows",
        edit,
        seed=request.seed,
        rows=request.size.rows,
        slots=_slots(request.size),
        first_row=day.first_row,
        end_row=day.end_row,
        part=part,
    )


def _days(out: Output) -> list[Day]:
    return [Day(*row) for row in out.con.execute("from days order by day").fetchall()]


def _slots(size: Size) -> int:
    """Slots per type: enough that the quietest device has some."""
    return 16_384 + 16 * size.devices


def _bad_lines(day: date) -> list[str]:
    """What people's files hold; all but the formula-like ids, which are ids, are rejected."""
    return [
        f"{day}T25:61:00Z,3f2a9c11,sensor,online",
        f"{day:%d/%m/%Y} 10:15,3f2a9c11,sensor,online",
        f"{day}T10:15:20Z,,sensor,online",
        f"{day}T10:16:40Z,3f2a9c11",
        f"{day}T10:17:10Z,3f2a9c11,sensor,online,rebooted",
        f'{day}T10:17:50Z,"3f2a9c11,sensor,online',
        f"{day}T10:18:30Z,8.8148E+25,sensor,online",
        f"{day}T10:19:00Z,=cmd,sensor,online",
        f"{day}T10:19:40Z,=cmd,sensor,offline",
        f"{day}T10:20:10Z,=cmd,sensor,online",
    ]


_FOREIGN = b"""serial;model;installed;site
FP-10021;TH-2;2025-03-14;Lisbon
FP-10022;TH-2;2025-03-14;Lisbon
FP-10488;GW-1;2025-06-02;Porto
"""
