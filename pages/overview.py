"""Is the data fresh and complete, and what did the newest day bring?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import (
    address,
    answers,
    calendar,
    captions,
    charts,
    day_axis,
    downloads,
    links,
    newest,
    openable,
    tab,
    tables,
    trend_chart,
    trouble,
    words,
)
from pages.parts.overview import numbers, since, status

ORDER = 10
TITLE = "Overview"
ICON = "🏠"

DAYS = 60
USUAL_DAYS = 30  # of Daily trend
PICTURE = "reports"
OPENED = "day clicked on the overview"


def page() -> None:
    address.knows("since")
    datasets = answers.ask("freshness")
    if not sum(datasets["rows"].to_pylist()):
        trouble.no_rows_at_all()
        return
    totals = {row["day"]: row for row in answers.ask("report_days").to_pylist()}
    rows = datasets.to_pylist()
    day = newest.whole(totals) if totals else None
    tab.name(TITLE, words.short_day(day) if day else "")
    st.title(answer(totals, day) if day else loaded(rows), anchor=False)
    if day:
        open_chosen(totals, day)
        newest.note(totals)
    numbers.show(totals, day)
    status.show(rows)
    if day:
        drawn = points(totals, day)
        charts.draw(
            trend_chart.line(
                "Reports a day", 200, shares=False, named=day_axis.named(drawn.num_rows)
            ),
            drawn,
            PICTURE,
            f"Line of health reports a day, up to {words.day(day)}; choose a day to see more of it",
            choose_day,
            captions.of(
                answer(totals, day),
                f"Reports a day, {captions.days(*ends(drawn))} (UTC)",
                "health_reports",
            ),
        )
    since.show(day)
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
    """Without health reports: what there is instead."""
    names = [words.dataset(row["dataset"]).lower() for row in rows if row["rows"]]
    return f"No health reports are loaded; there are {', '.join(names)}"


# The picture; a click on a day opens it on the page Daily trend.


def choose_day() -> None:
    picked = st.session_state[PICTURE]["selection"].get("day")
    st.session_state[OPENED] = picked[0]["iso"] if picked else None


def open_chosen(days: Mapping[dt.date, Any], whole: dt.date) -> None:
    """Go to the day that was clicked, if one was; `days` are those with data."""
    iso = st.session_state.pop(OPENED, None)
    if iso:
        back, known = (whole - dt.date.fromisoformat(iso)).days, (whole - min(days)).days + 1
        longer = {"days": str(min(DAYS, known))} if back >= USUAL_DAYS else {}
        links.go("daily_trend", type="Any", day=iso, **longer)


def ends(drawn: pa.Table) -> tuple[dt.date, dt.date]:
    """The first and the last day of a picture."""
    days = drawn["day"].to_pylist()
    return days[0], days[-1]


def points(totals: dict[dt.date, dict[str, Any]], last: dt.date) -> pa.Table:
    known = (last - min(totals)).days + 1
    rows = list(calendar.filled(totals, last, min(known, DAYS)))
    unfinished = newest.in_progress(totals)
    if unfinished and unfinished > last:
        rows += calendar.filled(totals, unfinished, (unfinished - last).days)
    named = calendar.middles([day for day, row in rows if not row])
    return pa.Table.from_pylist(
        [
            {
                "day": day,
                "iso": day.isoformat(),
                "amount": row["reports"] if row and day != unfinished else None,
                "so_far": row["reports"] if row and day == unfinished else None,
                "weekend": calendar.weekend(day),
                "has_data": row is not None,
                "hole": trend_chart.HOLE if day in named else None,
                "chosen": False,
                "says": says(day, row, day == unfinished),
            }
            for day, row in rows
        ],
        schema=trend_chart.SCHEMA,
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
    """A click on one opens its files."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Freshness", anchor=False)
        downloads.offer(datasets, "freshness", key="freshness")
    names = [words.dataset(name) for name in datasets["dataset"].to_pylist()]
    row = openable.chosen(
        "dataset",
        datasets.set_column(0, "dataset", [names]),
        height="content",
        column_order=tuple(COLUMNS),
        column_config=COLUMNS,
        alt="How fresh and complete each dataset is; choose one to see its files",
    )
    if row is not None:
        links.go("data", show="Files", dataset=names[row])


COLUMNS = tables.of_metric(
    "freshness",
    *("dataset", "newest_event", "last_load", "rows", "files"),
    *("rejected_rows", "rejected_files", "holes"),
    widths={"newest_event": 160},
)

page()
