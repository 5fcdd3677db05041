"""Every day of a period, those without data too, so that a hole is shown as a hole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

Value = TypeVar("Value")
DAY = dt.timedelta(1)
WEEK = dt.timedelta(7)


def known_days(last: dt.date, days: int) -> int:
    """`days`, or fewer if that many days up to `last` would begin before the year 1."""
    return min(days, last.toordinal())


def span(last: dt.date, days: int) -> list[dt.date]:
    """The `days` days up to and including `last`, oldest first; none before the year 1."""
    return [last - dt.timedelta(back) for back in reversed(range(known_days(last, days)))]


def week_before(values: Mapping[dt.date, Value], day: dt.date) -> Value | None:
    """The value of 7 days before; None where there is none."""
    return values.get(day - WEEK) if day - dt.date.min >= WEEK else None


def filled(
    values: Mapping[dt.date, Value], last: dt.date, days: int
) -> Iterator[tuple[dt.date, Value | None]]:
    """Each day with its value, None where there is none."""
    return ((day, values.get(day)) for day in span(last, days))


def weekend(day: dt.date) -> bool:
    return day.weekday() >= 5


def neighbours(days: Sequence[dt.date], day: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """The nearest days of `days` (sorted) before and after `day`."""
    before = [d for d in days if d < day]
    after = [d for d in days if d > day]
    return (before[-1] if before else None), (after[0] if after else None)


def middles(days: Sequence[dt.date]) -> set[dt.date]:
    """The middle day of each run of neighbouring `days` (sorted)."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return {run[len(run) // 2] for run in runs}
