"""One device: its 30 days by status, and the lines of the files that its number comes from."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import address, answers, calendar, charts, downloads, palette, tables, words

DAYS = 30


def show(device: str, day: dt.date, loaded: set[dt.date]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### Device {words.code(device)}", width="content")
        st.button("Close", key="close device", on_click=address.put, args=("device", None))
    history, sources = st.columns(2)
    with history:
        show_history(device, day, loaded)
    with sources:
        show_sources(device, day)


def show_history(device: str, day: dt.date, loaded: set[dt.date]) -> None:
    rows = answers.ask("device_days", of_device=device, last_day=day, days=DAYS).to_pylist()
    colours = palette.statuses(row["report_status"] for row in rows)
    total = sum(row["reports"] for row in rows)
    reports = words.counted(total, "report")
    st.markdown(f"**{reports} in the {DAYS} days to {words.short_day(day)}, by status**")
    charts.draw(
        charts.by_status(tuple(colours.items()), "Reports a day"),
        history_rows(rows, list(colours), calendar.span(day, DAYS), loaded),
        "history",
        f"Reports of {device} a day by status, {words.count(total)} in all",
    )


def history_rows(
    rows: list[dict[str, Any]], order: list[str], span: list[dt.date], loaded: set[dt.date]
) -> pa.Table:
    bars = [
        {
            "day": row["day"],
            "status": row["report_status"],
            "place": order.index(row["report_status"]),
            "amount": row["reports"],
            "weekend": False,
            "has_data": True,
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
            "says": f"{words.short_day(day)}: no data was loaded",
        }
        for day in span
    ]
    return pa.Table.from_pylist(bands + bars)


def show_sources(device: str, day: dt.date) -> None:
    sources = answers.ask("sources_of", of_device=device, on_day=day)
    if not sources.num_rows:
        st.markdown(f"**No reports on {words.day(day)}**")
        return
    files = len(set(sources["path"].to_pylist()))
    counted = sum(sources["counts"].to_pylist())
    again = sources.num_rows - counted
    more = f", {words.counted(again, 'repeated delivery')} not counted" if again else ""
    st.markdown(
        f"**{words.counted(counted, 'report')} on {words.short_day(day)} from "
        f"{words.counted(files, 'file')}{more}**"
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
    "reported_at": st.column_config.DatetimeColumn("Time (UTC)", format="HH:mm:ss"),
    "report_status": tables.words("Status"),
    "report_type": tables.words("Type"),
    "path": tables.words("File"),
    "line": tables.number("Line"),
    "counts": st.column_config.CheckboxColumn("Counted", help="Off for a repeated delivery"),
}
