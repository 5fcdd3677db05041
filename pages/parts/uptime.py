"""Shares and sums of `store_uptime`, whole columns at a time, over one of its three windows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

STEP_PCT = 5
LAST_STEP = 100 // STEP_PCT - 1


@dataclass(frozen=True, slots=True)
class Window:
    """One of the metric's windows: how it is said, its columns' ending and their unit."""

    said: str
    ending: str
    length: dt.timedelta
    units_per_hour: int


WINDOWS = {
    "week": Window("7 days", "last_week", dt.timedelta(7), 1),
    "day": Window("24 hours", "last_day", dt.timedelta(1), 1),
    "hour": Window("hour", "last_hour", dt.timedelta(hours=1), 60),
}


def measured(uptime: pa.Table, zones: pa.Array, window: Window) -> pa.Table:
    """The table of `store_uptime` and, behind it, of the window:

    `zone`; `open_hours`; `down_hours`; `uptime_pct`, the share of the known open time, NULL where
    nothing is known; `unknown_pct`, the share of all open time, NULL where it was never open.
    """
    up, down, unknown = (hours(uptime, kind, window) for kind in ("uptime", "downtime", "unknown"))
    known = pc.add(up, down)
    open_hours = pc.add(known, unknown)
    added = {
        "zone": zones,
        "open_hours": open_hours,
        "down_hours": down,
        "uptime_pct": _percent(up, known),
        "unknown_pct": _percent(unknown, open_hours),
    }
    for name, column in added.items():
        uptime = uptime.append_column(name, column)
    return uptime


def hours(uptime: pa.Table, kind: str, window: Window) -> pa.ChunkedArray:
    """The window's uptime, downtime or unknown time in hours."""
    return pc.divide(uptime[f"{kind}_{window.ending}"], float(window.units_per_hour))


def _percent(part: pa.ChunkedArray, whole: pa.ChunkedArray) -> pa.ChunkedArray:
    some = pc.if_else(pc.greater(whole, 0.0), whole, pa.scalar(None, pa.float64()))
    return pc.multiply(pc.divide(part, some), 100.0)


@dataclass(frozen=True, slots=True)
class Summary:
    """Many stores in a few numbers; percentages are None where there is nothing to divide."""

    stores: int
    unheard: int
    mean_pct: float | None
    below: int
    unknown_pct: float | None


def summary(stores: pa.Table, below_pct: float) -> Summary:
    """Of a `measured` table: `unheard` stores have no known moment, `mean_pct` is over the others,
    `below` counts those of less than `below_pct`, `unknown_pct` is of all their open time."""
    open_hours = _sum(stores["open_hours"])
    unknown = _sum(pc.multiply(pc.divide(stores["unknown_pct"], 100.0), stores["open_hours"]))
    return Summary(
        stores=stores.num_rows,
        unheard=stores["uptime_pct"].null_count,
        mean_pct=pc.mean(stores["uptime_pct"]).as_py(),
        below=_sum(pc.less(stores["uptime_pct"], below_pct)),
        unknown_pct=100 * unknown / open_hours if open_hours else None,
    )


def _sum(column: pa.ChunkedArray) -> Any:
    return pc.sum(column).as_py() or 0


def steps(uptime_pct: pa.ChunkedArray) -> pa.ChunkedArray:
    """The number of the 5 % step that each uptime is in, 100 % in the last; NULL stays NULL."""
    floors = pc.floor(pc.divide(uptime_pct, float(STEP_PCT)))
    return pc.cast(pc.min_element_wise(floors, float(LAST_STEP), skip_nulls=False), pa.int64())


def stores_by_step(uptime_pct: pa.ChunkedArray) -> list[int]:
    """How many stores are in each step, lowest first."""
    counts = pc.value_counts(pc.drop_null(steps(uptime_pct))).to_pylist()
    found = {row["values"]: row["counts"] for row in counts}
    return [found.get(step, 0) for step in range(LAST_STEP + 1)]


def worst_first(stores: pa.Table) -> pa.Table:
    """By uptime, then by downtime, then by what the polls allow; what is not known comes last."""
    return stores.sort_by(
        [
            ("uptime_pct", "ascending"),
            ("down_hours", "descending"),
            ("uptime_low_pct", "ascending"),
            ("store_id", "ascending"),
        ]
    )
