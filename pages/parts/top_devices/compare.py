"""Two to four devices on one axis, and what sets them apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import answers, calendar, captions, charts, downloads, tables, trend_chart, words

DAYS = 30
NUMBERS = ("occurrences", "occurrences_week_before", "change_pct", "reports", "days_reported")


def show(devices: Sequence[str], day: dt.date) -> None:
    answered = [
        answers.ask("device_numbers", of_device=device, on_day=day, days=DAYS) for device in devices
    ]
    found = pa.concat_tables(answered)
    unknown = [d for d, table in zip(devices, answered, strict=True) if not table.num_rows]
    if unknown:
        st.warning(
            f"No device {' or '.join(map(words.code, unknown))} ever reported; ids are matched "
            "exactly as the files write them.",
            icon="🔗",
        )
    rows = found.to_pylist()
    if not rows:
        return
    said = answer(rows, day)
    st.subheader(said, anchor=False)
    charts.draw(
        charts.overlaid(tuple(row["device_id"] for row in rows), "Reports a day"),
        points([row["device_id"] for row in rows], day),
        "compared",
        f"Lines of the reports a day of {words.counted(len(rows), 'device')} in {DAYS} days",
        caption=captions.of(
            said,
            f"Reports a day, {captions.days(calendar.span(day, DAYS)[0], day)} (UTC)",
            "health_reports",
        ),
    )
    downloads.offer(found, f"devices-compared-{day}", key="compared")
    st.dataframe(
        tables.signed(differences(rows), **SAID),
        hide_index=True,
        height="content",
        column_config=COLUMNS,
        placeholder="none",
        alt="The numbers of each device, and how the others differ from the first",
    )


def answer(rows: list[dict[str, Any]], day: dt.date) -> str:
    """Who reported more in the days up to this one."""
    most, *others = sorted(rows, key=lambda row: -row["reports"])
    if not others:
        return f"{words.code(most['device_id'])} is the only one that ever reported"
    period = f"in the {DAYS} days to {words.short_day(day)}"
    told = ", ".join(
        f"{words.code(row['device_id'])} {words.count(row['reports'])}" for row in others
    )
    if most["reports"] == others[-1]["reports"]:
        return f"All reported alike {period}: {words.counted(most['reports'], 'time')} each"
    many = words.counted(most["reports"], "time")
    return f"{words.code(most['device_id'])} reported most {period}: {many}; {told}"


def points(devices: Sequence[str], day: dt.date) -> pa.Table:
    """The days of each device; of days without data only the first device's rows say so."""
    rows = [row for device in devices for row in days(device, day)]
    first = rows[:DAYS]
    named = calendar.middles([row["day"] for row in first if row["amount"] is None])
    for row in first:
        row["has_data"] = row["amount"] is not None
        row["hole"] = trend_chart.HOLE if row["day"] in named else None
    return pa.Table.from_pylist(rows, schema=charts.OVERLAID)


def days(device: str, day: dt.date) -> list[dict[str, Any]]:
    trend = answers.ask("device_trend", of_device=device, last_day=day, days=DAYS)
    return [
        {
            "day": row["day"],
            "device": device,
            "amount": row["reports"],
            "has_data": True,
            "hole": None,
            "says": says(device, row),
        }
        for row in trend.to_pylist()
    ]


def says(device: str, row: dict[str, Any]) -> str:
    if row["reports"] is None:
        return f"{words.short_day(row['day'])}: no data was loaded"
    return f"{device} on {words.short_day(row['day'])}: {words.counted(row['reports'], 'report')}"


COLUMNS = {
    **tables.of_metric("device_numbers", under={"device": "device_id"}),
    **tables.of_metric("device_numbers", *NUMBERS, signed=NUMBERS),
    "reports": tables.difference(f"In {DAYS} days"),
}


SAID = dict.fromkeys(NUMBERS, words.with_minus) | {"change_pct": words.percent}


def differences(rows: list[dict[str, Any]]) -> pa.Table:
    """Each device, then of each other one what it has more or less than the first."""
    first, *others = rows
    apart = [
        {"device": f"{row['device_id']} less {first['device_id']}"}
        | {name: less(row[name], first[name]) for name in NUMBERS}
        for row in others
    ]
    own = [{"device": row["device_id"]} | {name: row[name] for name in NUMBERS} for row in rows]
    return pa.Table.from_pylist(own + apart, schema=_SCHEMA)


_SCHEMA = pa.schema(
    [("device", pa.string())]
    + [(name, pa.float64() if name == "change_pct" else pa.int64()) for name in NUMBERS]
)


def less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
