"""One device: its day, its 30 days by status, and the lines of the files behind its number."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import (
    address,
    answers,
    calendar,
    captions,
    charts,
    downloads,
    layout,
    palette,
    tables,
    trend_chart,
    words,
)
from pages.parts.words import NOTHING

DAYS = 30


def show(device: str, day: dt.date, loaded: set[dt.date]) -> None:
    found = answers.ask("device_numbers", of_device=device, on_day=day, days=DAYS).to_pylist()
    if not found:
        unknown(device)
        return
    st.subheader(answer(found[0], day), anchor=False)
    show_cards(found[0], day)
    show_history(device, day, loaded)
    show_sources(device, day)


def unknown(device: str) -> None:
    """No device has this id; perhaps it is a part of one."""
    st.warning(
        f"No device {words.code(device)} ever reported. Ids are matched exactly as the files "
        "write them, capital and small letters too.",
        icon="🔗",
    )
    st.button("Find ids that contain it", key="find it", on_click=find_instead, args=(device,))


def find_instead(device: str) -> None:
    address.put("device", None)
    address.put("find", device)


def answer(row: dict[str, Any], day: dt.date) -> str:
    if row["occurrences"] == 0:
        last = words.day(row["last_day"])
        newest = "its newest report is of" if row["last_day"] < day else "but did later, last on"
        return f"Did not report on {words.day(day)}; {newest} {last}"
    said = f"Reported {words.counted(row['occurrences'], 'time')} on {words.day(day)}"
    if row["occurrences_week_before"] is None:
        return f"{said}; there is no data from a week before"
    if row["change_pct"] is None:
        return f"{said}; a week before it did not report at all"
    return f"{said}, {words.compared(row['change_pct'])} a week before"


def show_cards(row: dict[str, Any], day: dt.date) -> None:
    with layout.cards(5):
        card("Rank", words.count(row["rank"]) if row["rank"] else NOTHING, "of the day's devices")
        card("Reports", words.count(row["occurrences"]), f"on {words.short_day(day)}")
        card(f"In {DAYS} days", words.count(row["reports"]), "reports")
        card("Days", words.count(row["days_reported"]), f"of {DAYS} it reported on")
        newest = row["last_day"]
        card("Newest report", f"{newest.day} {newest:%b}", f"{newest:%a}, {newest.year}")


def card(label: str, value: str, note: str) -> None:
    """As high as it is: where cards wrap in a drawer, `cards.plain` stretches them beyond it."""
    st.metric(label, value, delta_description=note, border=True)


def show_history(device: str, day: dt.date, loaded: set[dt.date]) -> None:
    rows = answers.ask("device_days", of_device=device, last_day=day, days=DAYS).to_pylist()
    colours = palette.statuses(row["report_status"] for row in rows)
    total = sum(row["reports"] for row in rows)
    reports = words.counted(total, "report")
    span = calendar.span(day, DAYS)
    st.subheader(f"{reports} in the {DAYS} days to {words.short_day(day)}, by status", anchor=False)
    charts.draw(
        charts.by_status(tuple(colours.items()), "Reports a day"),
        history_rows(rows, list(colours), span, loaded),
        "history",
        f"Reports of {device} a day by status, {words.count(total)} in all",
        caption=captions.of(
            f"{device}: {reports}",
            f"By status, {captions.days(span[0], day)} (UTC)",
            "health_reports",
        ),
    )


def history_rows(
    rows: list[dict[str, Any]], order: list[str], span: list[dt.date], loaded: set[dt.date]
) -> pa.Table:
    named = calendar.middles([day for day in span if day not in loaded])
    bars = [
        {
            "day": row["day"],
            "status": row["report_status"],
            "place": order.index(row["report_status"]),
            "amount": row["reports"],
            "weekend": False,
            "has_data": True,
            "hole": None,
            "says": f"{words.short_day(row['day'])}: "
            f"{words.counted(row['reports'], row['report_status'] + ' report')}",
        }
        for row in rows
    ]
    bands = [
        {
            "day": day,
            "status": None,
            "place": None,
            "amount": None,
            "weekend": calendar.weekend(day) and day in loaded,
            "has_data": day in loaded,
            "hole": trend_chart.HOLE if day in named else None,
            "says": f"{words.short_day(day)}: no data was loaded",
        }
        for day in span
    ]
    return pa.Table.from_pylist(bands + bars)


def show_sources(device: str, day: dt.date) -> None:
    sources = answers.ask("sources_of", of_device=device, on_day=day)
    if not sources.num_rows:
        st.subheader(f"No reports on {words.day(day)}", anchor=False)
        return
    files = len(set(sources["path"].to_pylist()))
    counted = sum(sources["counts"].to_pylist())
    again = sources.num_rows - counted
    more = f", {words.counted(again, 'repeated delivery')} not counted" if again else ""
    st.subheader(
        f"{words.counted(counted, 'report')} on {words.short_day(day)} from "
        f"{words.counted(files, 'file')}{more}",
        anchor=False,
    )
    downloads.offer(sources, f"sources-{device}-{day}", key="sources")
    st.dataframe(
        sources,
        hide_index=True,
        column_order=("reported_at", "report_status", "report_type", "path", "line", "counts"),
        column_config=SOURCES,
        alt=f"The lines behind {device} on {words.day(day)}",
    )


SOURCES = {
    **tables.of_metric("sources_of", "report_status", "report_type", "path", "line", "counts"),
    "reported_at": st.column_config.DatetimeColumn("Time (UTC)", format="HH:mm:ss"),
}
