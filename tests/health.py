"""Fifteen days of health reports, small enough to count by hand, with one of everything.

From Sun 1 Feb to Sun 15 Feb 2026; nothing on Thu 5 Feb. Each day device `a` sends most, then `b`,
`c` and so on; on the last day `a` sends more than a week before, `new` appears and `gone` is gone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

FIRST, NEWEST, HOLE = dt.date(2026, 2, 1), dt.date(2026, 2, 15), dt.date(2026, 2, 5)
USUAL = {"a": 10, "b": 8, "c": 7, "gone": 6, "d": 5, "=e": 4}
LAST = {"a": 12, "new": 9, "b": 8, "c": 7, "d": 5, "=e": 4}
KINDS = {"a": "sensor", "b": "gateway", "c": "sensor", "d": "camera"}
STATUSES = ("online", "offline", "error", "online")
HEADER = "timestamp,id,type,status\n"
REJECTED = ("2026-02-14T25:00:00Z,a,sensor,online\n", "2026-02-14T10:00:00Z,,sensor,online\n")


def day_file(day: dt.date, counts: dict[str, int]) -> str:
    """One day's CSV; the first line is delivered twice."""
    lines = [
        f"{day}T{9 + place:02}:{minute:02}:00Z,{device},{KINDS.get(device, 'sensor')},"
        f"{STATUSES[minute % len(STATUSES)]}\n"
        for place, (device, count) in enumerate(counts.items())
        for minute in range(count)
    ]
    return HEADER + lines[0] + "".join(lines)


def files() -> dict[str, str]:
    """All files of the first load by their path below incoming."""
    made = {
        f"health/{day}.csv": day_file(day, LAST if day == NEWEST else USUAL)
        for day in (FIRST + dt.timedelta(step) for step in range(15))
        if day != HOLE
    }
    made["health/2026-02-14.csv"] += "".join(REJECTED)
    made["notes.csv"] = "what,ever\n1,2\n"
    return made


def occurrences(csv: str, day: str) -> Counter[str]:
    """Distinct reports of each device on a day, counted without the warehouse."""
    distinct = {tuple(line.split(",")) for line in _rows(csv) if line.startswith(day)}
    return Counter(device for _, device, _, _ in distinct)


def _rows(csv: str) -> Iterator[str]:
    return iter(csv.splitlines()[1:])
