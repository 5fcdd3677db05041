"""Is the data fresh and complete, and what did the newest day bring?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import (
    answers,
    calendar,
    cards,
    charts,
    downloads,
    late,
    newest,
    shares,
    tables,
    trouble,
    words,
)

ORDER = 10
TITLE = "Overview"
ICON = "🏠"

DAYS = 60
SPARKLINE_DAYS = 30


def page() -> None:
    datasets = answers.ask("freshness")
    if not sum(datasets["rows"].to_pylist()):
        trouble.no_rows_at_all()
        return
    totals = {row["day"]: row for row in answers.ask("report_days").to_pylist()}
    rows = datasets.to_pylist()
    day = newest.whole(totals) if totals else None
    st.subheader(answer(totals, day) if day else loaded(rows), anchor=False)
    if day:
        newest.note(totals)
    with st.container(horizontal=True):
        if day:
            show_newest_day(totals, day)
        show_trust(rows)
    if day:
        drawn = points(totals, day)
        charts.draw(
            charts.daily("Reports a day", 200, few=drawn.num_rows <= charts.FEW),
            drawn,
            "reports",
            f"Line of health reports a day, up to {words.day(day)}",
        )
    show_datasets(datasets)


# The newest day in a sentence and in numbers.


def answer(totals: dict[dt.date, dict[str, Any]], day: dt.date) -> str:
    devices = words.counted(totals[day]["devices"], "device")
    said = f"{devices} sent {words.counted(totals[day]['reports'], 'report')} on {words.day(day)}"
    before = calendar.week_before(totals, day)
    if not before:
        return said
    change = words.change_pct(totals[day]["reports"], before["reports"])
    return said if change is None else f"{said}, {words.compared(change)} a week before"


def loaded(rows: list[dict[str, Any]]) -> str:
    total = words.counted(sum(row["rows"] for row in rows), "row")
    return f"{total} of {words.counted(len(rows), 'dataset')} loaded, no health reports among them"


def show_newest_day(totals: dict[dt.date, dict[str, Any]], day: dt.date) -> None:
    for label, column in (("Reports", "reports"), ("Devices that reported", "devices")):
        values = {d: row[column] for d, row in totals.items()}
        cards.against_week(label, values, day, SPARKLINE_DAYS)


def show_trust(rows: list[dict[str, Any]]) -> None:
    """What was rejected and what is missing, over all datasets."""
    loads = answers.ask("load_history").to_pylist()
    rejected = sum(load["rows_rejected"] for load in loads)
    read = sum(load["rows_read"] for load in loads)
    holes = {row["dataset"]: row["holes"] for row in rows if row["holes"]}
    missing = sum(holes.values())
    names = [words.dataset(name).lower() for name in holes]
    where = names[0] if len(names) == 1 else words.counted(len(names), "dataset")
    cards.plain(
        "Rejected rows",
        words.count(rejected),
        f"{shares.of(rejected, read)} of {words.counted(read, 'row')} read",
    )
    cards.plain("Days missing", words.count(missing), f"in {where}" if names else "no holes")


# The picture.


def points(totals: dict[dt.date, dict[str, Any]], last: dt.date) -> pa.Table:
    known = (last - min(totals)).days + 1
    rows = list(calendar.filled(totals, last, min(known, DAYS)))
    unfinished = newest.in_progress(totals)
    if unfinished and unfinished > last:
        rows += calendar.filled(totals, unfinished, (unfinished - last).days)
    reports = {day: row["reports"] if row else None for day, row in rows}
    return pa.table(
        {
            "day": list(reports),
            **charts.amounts_of(
                {day: row["reports"] if row else None for day, row in rows}, unfinished
            ),
            "weekend": [calendar.weekend(day) for day, _ in rows],
            "has_data": [row is not None for _, row in rows],
            "says": [says(day, row, day == unfinished) for day, row in rows],
        }
    )


def says(day: dt.date, row: dict[str, Any] | None, is_unfinished: bool) -> str:
    if row is None:
        return f"{words.day(day)}: no data was loaded"
    reports, devices = (
        words.counted(row["reports"], "report"),
        words.counted(row["devices"], "device"),
    )
    return f"{words.day(day)}: {reports} from {devices}{newest.SO_FAR if is_unfinished else ''}"


# Every dataset that ever had a file.


def show_datasets(datasets: pa.Table) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("#### Freshness")
        downloads.offer(datasets, "freshness", key="freshness")
    names = [words.dataset(name) for name in datasets["dataset"].to_pylist()]
    st.dataframe(
        datasets.set_column(0, "dataset", [names]),
        hide_index=True,
        height="content",
        column_order=tuple(COLUMNS),
        column_config=COLUMNS,
        placeholder="–",
        alt="How fresh and complete each dataset is",
    )
    rows = datasets.to_pylist()
    for row in rows:
        if said := late.told(row, rows):
            st.caption(f"⏰ {words.dataset(row['dataset'])}: {said}.")
    rejected = answers.ask("file_history", of_status="rejected").to_pylist()
    strangers = [file for file in rejected if file["dataset"] is None]
    if strangers:
        held = words.counted(sum(file["rows_rejected"] for file in strangers), "row")
        st.caption(
            f"Not in the table: {words.counted(len(strangers), 'file')} with {held} that "
            f"{'fits' if len(strangers) == 1 else 'fit'} no dataset, rejected whole; see *Data*."
        )


COLUMNS = {
    "dataset": tables.words("Dataset"),
    "newest_event": tables.instant("Newest event", width=160),
    "last_load": tables.instant("Last load"),
    "rows": tables.number("Rows"),
    "files": tables.number("Files"),
    "rejected_rows": tables.number("Rejected rows"),
    "rejected_files": tables.number("Rejected files", "Files of which nothing could be read"),
    "holes": tables.number("Days missing", "Days without data between the first and the newest"),
}

page()
