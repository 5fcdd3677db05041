"""Is the data fresh and complete, and what did the newest day bring?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import answers, calendar, charts, downloads, tables, words

DAYS = 60
WEEK = dt.timedelta(7)


def page() -> None:
    datasets = answers.ask("freshness")
    days = {row["day"]: row for row in answers.ask("report_days").to_pylist()}
    if days:
        newest_day(days)
    else:
        st.subheader("No health reports have been loaded yet", anchor=False)
    st.markdown("#### What is loaded")
    show_datasets(datasets)


def newest_day(days: dict[dt.date, dict[str, Any]]) -> None:
    day = max(days)
    st.subheader(answer(days, day), anchor=False)
    with st.container(horizontal=True):
        card("Reports", {d: row["reports"] for d, row in days.items()}, day)
        card("Devices that reported", {d: row["devices"] for d, row in days.items()}, day)
    charts.draw(
        charts.daily("Reports a day", 220),
        points(days, day),
        "reports",
        f"Line of health reports a day over the {DAYS} days to {words.day(day)}",
    )


def answer(days: dict[dt.date, dict[str, Any]], day: dt.date) -> str:
    devices = words.counted(days[day]["devices"], "device")
    said = f"{devices} sent {words.counted(days[day]['reports'], 'report')} on {words.day(day)}"
    before = days.get(day - WEEK)
    if not before:
        return said
    change = 100 * (days[day]["reports"] - before["reports"]) / before["reports"]
    return f"{said}, {words.compared(change)} a week before"


def card(label: str, values: dict[dt.date, int], day: dt.date) -> None:
    before = values.get(day - WEEK)
    st.metric(
        label,
        words.count(values[day]),
        words.percent(100 * (values[day] - before) / before) if before else None,
        delta_color="blue",
        delta_description=f"against {words.short_day(day - WEEK)}" if before else None,
        chart_data=[v for _, v in calendar.filled(values, day, 30) if v is not None],
        border=True,
    )


def points(days: dict[dt.date, dict[str, Any]], last: dt.date) -> pa.Table:
    span = calendar.span(last, DAYS)
    return pa.table(
        {
            "day": span,
            "amount": pa.array(
                [days[d]["reports"] if d in days else None for d in span], pa.int64()
            ),
            "weekend": [calendar.weekend(d) for d in span],
            "has_data": [d in days for d in span],
            "says": [
                f"{words.day(d)}: {words.counted(days[d]['reports'], 'report')} from "
                f"{words.counted(days[d]['devices'], 'device')}"
                if d in days
                else f"{words.day(d)}: no data was loaded"
                for d in span
            ],
        }
    )


def show_datasets(datasets: pa.Table) -> None:
    downloads.offer(datasets, "freshness")
    names = [words.dataset(name) for name in datasets["dataset"].to_pylist()]
    st.dataframe(
        datasets.set_column(0, "dataset", [names]),
        hide_index=True,
        height="content",
        column_order=(
            "dataset",
            "newest_event",
            "last_load",
            "rows",
            "files",
            "rejected_rows",
            "refused_files",
            "holes",
        ),
        column_config=COLUMNS,
        placeholder="–",
        alt="How fresh and complete each dataset is",
    )


COLUMNS = {
    "dataset": tables.words("Dataset"),
    "newest_event": tables.instant("Newest event"),
    "last_load": tables.instant("Last load"),
    "rows": tables.number("Rows"),
    "files": tables.number("Files"),
    "rejected_rows": tables.number("Rejected rows"),
    "refused_files": tables.number("Refused files", "Files that could not be read at all"),
    "holes": tables.number("Days missing", "Days without data between the first and the newest"),
}

page()
