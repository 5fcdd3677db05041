"""Two to four stores on one axis, and what sets them apart."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import streamlit as st

from pages.parts import answers, calendar, captions, charts, downloads, tables, words
from pages.parts.shares import percent, rounded
from pages.parts.store_uptime import cause, store_charts
from pages.parts.store_uptime.store_choice import Choice

NUMBERS = ("uptime", "down", "unknown", "open")


def show(rows: list[dict[str, Any]], chosen: Choice) -> None:
    """`rows` are those of `uptime.measured`, in the order in which they are compared."""
    said = answer(rows, chosen)
    st.subheader(said, anchor=False)
    names = [row["store_id"] for row in rows]
    charts.draw(
        store_charts.overlaid(tuple(names)),
        points(names, chosen),
        "stores compared",
        f"Lines of the daily uptime of {words.counted(len(rows), 'store')} over 7 days",
        caption=captions.of(
            said, f"The 7 days to {words.instant(chosen.end)}", "store_status", "business_hours"
        ),
    )
    table = differences(rows)
    downloads.offer(table, f"stores-compared-{chosen.end:%Y-%m-%dT%H%M}", "stores compared")
    st.dataframe(
        tables.signed(table, **SAID),
        hide_index=True,
        height="content",
        column_config=COLUMNS,
        placeholder="–",
        alt="The numbers of each store, and how the others differ from the first",
    )


def answer(rows: list[dict[str, Any]], chosen: Choice) -> str:
    """Who was up most in the window."""
    known = [row for row in rows if row["uptime_pct"] is not None]
    if not known:
        return f"None of them was heard of while open {chosen.when}"
    best, *others = sorted(known, key=lambda row: -row["uptime_pct"])
    said = f"{words.code(best['store_id'])} was up most {chosen.when}: "
    if others and others[-1]["uptime_pct"] == best["uptime_pct"]:
        return f"All were up alike {chosen.when}: {percent(best['uptime_pct'])}"
    rest = (f"{words.code(row['store_id'])} {percent(row['uptime_pct'])}" for row in others)
    return said + "; ".join((percent(best["uptime_pct"]), *rest))


def points(names: list[str], chosen: Choice) -> pa.Table:
    found = {name: {row["day"]: row for row in days(name, chosen.end)} for name in names}
    every = sorted({day for own in found.values() for day in own})
    rows = [own.get(day) or closed(name, day) for name, own in found.items() for day in every]
    return pa.Table.from_pylist(rows, schema=_POINTS)


_POINTS = pa.schema(
    [
        ("day", pa.date32()),
        ("store", pa.string()),
        ("uptime_pct", pa.float64()),
        ("says", pa.string()),
    ]
)


def days(name: str, end: dt.datetime) -> list[dict[str, Any]]:
    """A store's own days within the week, each with its share of what is known."""
    (profile,) = answers.ask("store_profile", store=name).to_pylist()
    zone = ZoneInfo(profile["zone"])
    pieces = answers.ask(
        "store_timeline", store=name, first_at=end - calendar.WEEK, last_at=end
    ).to_pylist()
    up, down = (cause.hours_by_day(pieces, status, zone) for status in ("up", "down"))
    opened = up | down | cause.hours_by_day(pieces, "unknown", zone)
    return [
        {
            "day": day,
            "store": name,
            "uptime_pct": share(up.get(day, 0.0), down.get(day, 0.0)),
            "says": says(name, day, up.get(day, 0.0), down.get(day, 0.0)),
        }
        for day in sorted(opened)
    ]


def closed(name: str, day: dt.date) -> dict[str, Any]:
    """A day on which a store did not open: it interrupts the line."""
    said = f"{name} on {words.short_day(day)}: closed"
    return {"day": day, "store": name, "uptime_pct": None, "says": said}


def share(up: float, down: float) -> float | None:
    return 100 * up / (up + down) if up + down else None


def says(name: str, day: dt.date, up: float, down: float) -> str:
    if not up + down:
        return f"{name} on {words.short_day(day)}: not heard of"
    known = words.hours(up + down)
    return f"{name} on {words.short_day(day)}: up {percent(share(up, down))} of {known} known"


def said_share(value: float) -> str:
    """`96.4 %`, or the points that one is more or less: `−3.6 %`."""
    return f"{value:.1f}{words.PERCENT}".replace("-", words.MINUS)


def said_hours(value: float) -> str:
    return f"{value:,.2f} h".replace("-", words.MINUS)


SAID = dict(zip(NUMBERS, (said_share, said_hours, said_share, said_hours), strict=True))
COLUMNS = {
    **tables.of_metric("store_uptime", under={"store": "store_id"}),
    "uptime": tables.share("Uptime", "Share of the open time that is known; below in points"),
    "down": tables.hours("Down"),
    "unknown": tables.share("Unknown", "Share of the open time; below in points"),
    "open": tables.hours("Open"),
}


def differences(rows: list[dict[str, Any]]) -> pa.Table:
    """Each store, then of each other one what it has more or less than the first."""
    own = [numbers(row) for row in rows]
    first, *others = own
    apart = [
        {"store": f"{row['store']} less {first['store']}"}
        | {name: less(row[name], first[name]) for name in NUMBERS}
        for row in others
    ]
    floats = [(name, pa.float64()) for name in NUMBERS]
    return pa.Table.from_pylist(own + apart, schema=pa.schema([("store", pa.string()), *floats]))


def numbers(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "store": row["store_id"],
        "uptime": rounded(row["uptime_pct"]),
        "down": row["down_hours"],
        "unknown": rounded(row["unknown_pct"]),
        "open": row["open_hours"],
    }


def less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
