"""The ranking of a day's devices: table and bars side by side; a click on either opens a device."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import (
    address,
    answers,
    captions,
    charts,
    devices,
    downloads,
    openable,
    several,
    tables,
    words,
)

DAYS = 30
SOURCE = "health_reports"
HOLE = -0.2  # where the highest bar is 1


def show(
    leaders: pa.Table, rows: list[dict[str, Any]], day: dt.date, top: int, said: str
) -> list[str]:
    """`leaders` is what top_devices says of the day, `rows` the same as dictionaries, `said` the
    page's sentence.

    Gives the ids listed, in their order.
    """
    ids = [row["device_id"] for row in rows]
    chosen = devices.asked()
    sparks = answers.ask("top_device_days", on_day=day, top_n=top, days=DAYS)
    downloads.offer(leaders, f"top-devices-{day}", key="ranking")
    table, bars = st.columns([13, 5])
    with table:
        openable.table(
            tables.signed(table_rows(rows, sparks), moved=words.difference, change=words.percent),
            "device",
            devices.table(ids),
            COLUMNS,
            f"The {len(rows)} devices that reported most on {words.day(day)}; choose one to see it",
        )
    with bars:
        show_bars(rows, chosen, captions.of(said, f"Reports on {words.day(day)} (UTC)", SOURCE))
    return ids


def show_bars(rows: list[dict[str, Any]], chosen: list[str], caption: str) -> None:
    key = charts.key_of("bars", several.link(*chosen) or None)
    charts.draw(
        charts.ranking(len(rows)),
        bar_rows(rows, chosen),
        key,
        f"Bars of {words.counted(len(rows), 'device')}, {rows[0]['device_id']} the longest",
        partial(choose_bar, key),
        caption,
        narrow=True,
    )


NAMES = {
    "device": "device_id",
    "reports": "occurrences",
    "before": "occurrences_week_before",
    "change": "change_pct",
}
WIDTHS = {"rank": 50, "device": 90, "reports": 70, "before": 95, "change": 85}
COLUMNS = {
    **tables.of_metric("top_devices", "rank", under=NAMES, widths=WIDTHS, signed=["change"]),
    "moved": tables.difference(
        "Moved", "Places gained or lost since a week before; – for a device that was not there", 65
    ),
    "days": st.column_config.BarChartColumn(
        "30 days",
        y_min=HOLE,
        y_max=1,
        width=145,
        help="Reports a day up to this one, against the device's highest; a mark below the line "
        "is a day without data",
    ),
}


def table_rows(rows: list[dict[str, Any]], sparks: pa.Table) -> pa.Table:
    return pa.table(
        {
            "rank": [row["rank"] for row in rows],
            "moved": pa.array([places_won(row) for row in rows], pa.int64()),
            "device": [row["device_id"] for row in rows],
            "reports": [row["occurrences"] for row in rows],
            "before": [
                None if row["baseline"] == "no data" else row["occurrences_week_before"]
                for row in rows
            ],
            "change": pa.array([row["change_pct"] for row in rows], pa.float64()),
            "days": [heights(days) for days in sparks["occurrences_by_day"].to_pylist()],
        }
    )


def places_won(row: dict[str, Any]) -> int | None:
    """Since a week before; None where the device had no place then."""
    before = row["rank_week_before"]
    return None if before is None else int(before - row["rank"])


def heights(days: list[int | None]) -> list[float]:
    """Bars up to 1, and HOLE for a day without data: a sparkline takes no missing value."""
    most = max(reports for reports in days if reports is not None)
    return [HOLE if reports is None else reports / most for reports in days]


def bar_rows(rows: list[dict[str, Any]], chosen: list[str]) -> pa.Table:
    return pa.table(
        {
            "rank": [row["rank"] for row in rows],
            "device": [row["device_id"] for row in rows],
            "reports": [row["occurrences"] for row in rows],
            "before": pa.array(
                [
                    row["occurrences_week_before"] if row["baseline"] == "ok" else None
                    for row in rows
                ],
                pa.int64(),
            ),
            "says": [says(row) for row in rows],
            "chosen": [row["device_id"] in chosen for row in rows],
        }
    )


def says(row: dict[str, Any]) -> str:
    reports = words.counted(row["occurrences"], "report")
    said = f"{row['device_id']}: {reports}"
    if row["baseline"] == "no data":
        return f"{said}, no data a week before"
    if row["baseline"] == "new":
        return f"{said}, none a week before"
    before = words.count(row["occurrences_week_before"])
    return f"{said}, {words.percent(row['change_pct'])} against {before} a week before"


def choose_bar(key: str) -> None:
    points = st.session_state[key]["selection"].get("bar")
    if points:
        address.put("device", several.link(points[0]["device"]))
