"""The devices that changed most against a week before: fell, rose, fell silent or are new."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import answers, calendar, devices, downloads, openable, tables, words

MOST = "most"
KINDS = {MOST: "Most", "fell": "Fell", "rose": "Rose", "silent": "Silent", "new": "New"}
AT_LEAST = 10
ALL = 2_000_000_000

_SAID = {
    "fell": ("reported less", "{} fell most"),
    "rose": ("reported more", "{} rose most"),
    "silent": ("fell silent", "{} fell silent"),
    "new": ("were new", "{} was new"),
}


def show(kind: str, day: dt.date, top: int) -> list[str]:
    """The sentence, the file of all of them, and the first `top`; gives the ids listed."""
    everyone = answers.ask("device_movers", on_day=day, kind=kind, at_least=AT_LEAST, top_n=ALL)
    rows = everyone.slice(0, top).to_pylist()
    st.title(answer(kind, day, rows, everyone.num_rows), anchor=False)
    if not has_week_before(day):
        return []
    which = "the day" if kind in ("rose", "new") else "that day"
    st.caption(
        f"Of all devices, against {words.short_day(day - calendar.WEEK)}; "
        f"left out is who sent fewer than {AT_LEAST} reports on {which}."
    )
    if not rows:
        return []
    downloads.offer(everyone, f"devices-{kind}-{day}", key="movers")
    ids = [row["device_id"] for row in rows]
    openable.table(
        tables.signed(table_rows(rows), change=words.difference, change_pct=words.percent),
        "device",
        devices.table(ids),
        COLUMNS,
        f"{words.counted(len(rows), 'device')}, largest change first; choose one to see it",
    )
    return ids


def answer(kind: str, day: dt.date, rows: list[dict[str, Any]], count: int) -> str:
    many, one = _SAID[kind]
    on = f"on {words.day(day)}"
    if not has_week_before(day):
        return f"There is no data from a week before {words.day(day)}"
    if not rows:
        return f"No device {many.replace('were', 'was')} {on}"
    first = rows[0]
    said = one.format(words.code(first["device_id"]))
    told = f"{words.count(first['occurrences_week_before'])} to {words.count(first['occurrences'])}"
    others = f"; {words.counted(count - 1, 'other device')} {many} too" if count > 1 else ""
    return f"{said} {on}, from {told} reports{others}"


def has_week_before(day: dt.date) -> bool:
    """Is there data of the day 7 days earlier?"""
    loaded = answers.ask("report_days")["day"].to_pylist()
    return bool(calendar.week_before({day: day for day in loaded}, day))


COLUMNS = tables.of_metric(
    "device_movers",
    "rank",
    "change",
    "change_pct",
    under={"device": "device_id", "reports": "occurrences", "before": "occurrences_week_before"},
    widths={"rank": 50},
    signed=["change", "change_pct"],
)


def table_rows(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table(
        {
            "rank": [row["rank"] for row in rows],
            "device": [row["device_id"] for row in rows],
            "reports": [row["occurrences"] for row in rows],
            "before": [row["occurrences_week_before"] for row in rows],
            "change": [row["change"] for row in rows],
            "change_pct": pa.array([row["change_pct"] for row in rows], pa.float64()),
        }
    )
