"""Devices online by the size of their owners' fleets, day by day, and which days were seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pages.parts import answers, calendar, palette, shares, words
from warehouse import durations

Row = dict[str, Any]
Rows = list[Row]
SIZES = {size: size.replace("-", "–").replace("1000", "1,000") for size in palette.FLEET_SIZE}


class Observed(NamedTuple):
    """The days of the oldest and the newest event, the instant of the newest (UTC), and the days
    on which any device came online (or sent an event that was ignored)."""

    begin: dt.date
    newest: dt.date
    newest_at: dt.datetime
    active: frozenset[dt.date]

    @property
    def usual(self) -> dt.date:
        """The newest whole day; with a single day of events, that day."""
        return self.begin if self.begin == self.newest else self.newest - calendar.DAY

    def whole(self, day: dt.date) -> bool:
        """Whether the day lies between those of the oldest and newest event, seen in part only."""
        return self.begin < day < self.newest


class FleetDay(NamedTuple):
    """Distinct devices of the window that ends on `day`, one number for each of SIZES."""

    day: dt.date
    devices: tuple[int, ...]
    complete: bool

    @property
    def total(self) -> int:
        return sum(self.devices)


def observed() -> Observed | None:
    """Which days there are events of; None before the first one."""
    for row in answers.ask("freshness").to_pylist():
        if row["dataset"] == "connectivity_events" and row["newest_day"]:
            # A first event goes online or is ignored, so the audit begins with its day.
            active = audit(row["newest_day"])["day"].unique().to_pylist()
            return Observed(active[0], row["newest_day"], row["newest_event"], frozenset(active))
    return None


def audit(newest: dt.date) -> pa.Table:
    """The whole repair audit, from the first event's day on."""
    return answers.ask("repair_audit", first_day=dt.date.min, last_day=newest)


def between(table: pa.Table, first: dt.date, last: dt.date) -> pa.Table:
    """The rows of `table` whose day lies in the period."""
    day = table["day"]
    inside = pc.and_(pc.greater_equal(day, first), pc.less_equal(day, last))
    return table.filter(inside)


def days(table: pa.Table) -> list[FleetDay]:
    """The rows of `online_devices`, five a day, as one value a day."""
    count = len(SIZES)
    devices = table["devices"].to_pylist()
    return [
        FleetDay(day, tuple(devices[row : row + count]), complete)
        for row, day, complete in zip(
            range(0, table.num_rows, count),
            table["day"].to_pylist()[::count],
            table["complete"].to_pylist()[::count],
            strict=True,
        )
    ]


def change(days: Sequence[FleetDay], index: int) -> float | None:
    """Percent against 7 days before; None where that day is missing, incomplete or had none."""
    if index < 7 or not days[index - 7].complete:
        return None
    return words.change_pct(days[index].total, days[index - 7].total)


def seen(day: FleetDay, observed: Observed) -> str:
    """How much of the window was seen, in words."""
    if not day.complete:
        return f"from {words.day(observed.begin)}, the first event"
    if day.day == observed.newest:
        return f"until the newest event, {observed.newest_at:%H:%M} UTC"
    if day.day not in observed.active:
        return "no device came online"
    return "whole"


def newest_whole(rows: Rows) -> Row | None:
    """The newest of the days or weeks that was seen as a whole."""
    return next((row for row in reversed(rows) if row["complete"]), None)


def long(hours: float | None) -> str:
    """`3 days 4 h`, below two days `6 h 40 min` or `24 h`; zero is `no time`, unknown is `–`."""
    if hours is None:
        return words.NOTHING
    return durations.rounded(3600 * hours) if hours else "no time"


def of_size(fleet_size: str) -> str:
    """`Fleets of 1–2`."""
    return f"Fleets of {SIZES[fleet_size]}"


def compared(days: Sequence[FleetDay], index: int) -> str:
    """The change against 7 days before, or why there is none."""
    percent = change(days, index)
    if percent is not None:
        return f"{words.percent(percent)} in a week"
    if not days[index].complete:
        return "seen in part only"
    if index < 7 or not days[index - 7].complete:
        return "no week before"
    return "none a week before"


def part(devices: int, total: int) -> str:
    """`668 (19.4 %)`."""
    return f"{words.count(devices)} ({shares.of(devices, total)})"
