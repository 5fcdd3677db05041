"""Which devices reported most on a day, how that changed in a week, and what lies behind it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import (
    address,
    answers,
    calendar,
    charts,
    downloads,
    palette,
    tables,
    trouble,
    words,
)

DAYS = 30
WEEK = dt.timedelta(7)


def page() -> None:
    totals = {row["day"]: row for row in answers.ask("report_days").to_pylist()}
    if not totals:
        trouble.no_rows("health reports")
        return
    days = list(totals)
    day, top = controls(days)
    if day not in totals:
        no_data(day, days)
        return
    ranking = answers.ask("top_devices", on_day=day, top_n=top)
    st.subheader(answer(ranking.to_pylist(), day), anchor=False)
    cards(totals, day, ranking)
    show_ranking(ranking, day, top)
    device = address.text("device")
    if device:
        show_device(device, day, list(totals))


# Controls: a day with data, how many devices.


def controls(days: list[dt.date]) -> tuple[dt.date, int]:
    day = address.day() or days[-1]
    before, after = calendar.neighbours(days, day)
    st.session_state["day chosen"] = day if day in days else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "◀ Previous",
            key="previous",
            help=f"{words.day(before)}, the day with data before" if before else None,
            disabled=before is None,
            on_click=address.put_day,
            args=(before, days),
        )
        st.selectbox(
            "Day (UTC)",
            days[::-1],
            key="day chosen",
            format_func=words.day,
            placeholder=words.day(day),
            on_change=lambda: address.put_day(st.session_state["day chosen"], days),
            width=220,
        )
        st.button(
            "Next ▶",
            key="next",
            help=f"{words.day(after)}, the next day with data" if after else None,
            disabled=after is None,
            on_click=address.put_day,
            args=(after, days),
        )
        top = st.number_input(
            "Devices",
            1,
            100,
            10,
            key="top",
            bind="query-params",
            help="How many to list",
            width=140,
        )
    return day, int(top or 10)


def no_data(day: dt.date, days: list[dt.date]) -> None:
    before, after = calendar.neighbours(days, day)
    nearest = " or ".join(f"**{words.day(near)}**" for near in (before, after) if near)
    st.subheader(f"No health reports were loaded for {words.day(day)}", anchor=False)
    st.markdown(f"The nearest with data: {nearest}. If its file has arrived since, load it:")
    st.code("python etl/load.py", language="bash")


# The answer: a sentence and the numbers of the day.


def answer(leaders: list[dict[str, Any]], day: dt.date) -> str:
    first = leaders[0]
    level = [row["device_id"] for row in leaders if row["occurrences"] == first["occurrences"]]
    many = f"{words.count(first['occurrences'])} times"
    if len(level) > 1:
        others = words.counted(len(level) - 1, "other device")
        return f"`{level[0]}` and {others} reported most on {words.day(day)}: {many} each"
    said = f"`{first['device_id']}` reported most on {words.day(day)}: {many}"
    if first["baseline"] == "no data":
        return f"{said}; there is no data from a week before"
    if first["baseline"] == "new":
        return f"{said}; a week before it did not report at all"
    return f"{said}, {words.compared(first['change_pct'])} a week before"


def cards(totals: dict[dt.date, dict[str, Any]], day: dt.date, ranking: pa.Table) -> None:
    listed = sum(ranking["occurrences"].to_pylist())
    reports = totals[day]["reports"]
    with st.container(horizontal=True):
        for label, column in (("Reports", "reports"), ("Devices that reported", "devices")):
            card(label, {d: row[column] for d, row in totals.items()}, day)
        st.metric(
            f"From the top {ranking.num_rows}",
            words.share(listed, reports),
            f"{words.count(listed)} of {words.counted(reports, 'report')}",
            delta_arrow="off",
            delta_color="off",
            border=True,
        )


def card(label: str, values: dict[dt.date, int], day: dt.date) -> None:
    """One number of the day, its change in a week and its last 30 days."""
    before = values.get(day - WEEK)
    change = words.percent(100 * (values[day] - before) / before) if before else None
    st.metric(
        label,
        words.count(values[day]),
        change,
        delta_color="blue",
        delta_description=f"against {words.short_day(day - WEEK)}" if before else None,
        chart_data=[value for _, value in calendar.filled(values, day, DAYS) if value is not None],
        border=True,
    )


# The ranking: table and bars side by side; a click on either chooses a device.


def show_ranking(ranking: pa.Table, day: dt.date, top: int) -> None:
    rows = ranking.to_pylist()
    ids = [row["device_id"] for row in rows]
    chosen = address.text("device")
    sparks = answers.ask("top_device_days", on_day=day, top_n=top, days=DAYS)
    table, bars = st.columns([3, 2])
    with table:
        downloads.offer(ranking, f"top-devices-{day}")
        chosen_row = [ids.index(chosen)] if chosen in ids else []
        st.session_state["ranking"] = {"selection": {"rows": chosen_row}}
        st.dataframe(
            ranking_rows(rows, sparks),
            key="ranking",
            hide_index=True,
            height="content",
            column_config=RANKING,
            on_select=lambda: choose_row(ids),
            selection_mode="single-row",
            alt=f"The {len(rows)} devices that reported most on {words.day(day)}",
        )
    with bars:
        charts.draw(
            charts.ranking(),
            bar_rows(rows, chosen),
            "bars",
            f"Bars of {words.counted(len(rows), 'device')}, {ids[0]} the longest",
            choose_bar,
        )


RANKING = {
    "rank": tables.number("Rank"),
    "moved": tables.amount_in_words("Moved", "Places won or lost since a week before"),
    "device": tables.words("Device"),
    "reports": tables.number("Reports", "Distinct reports on the day"),
    "before": tables.number("Week before", "Distinct reports 7 days earlier"),
    "change": tables.amount_in_words("Change", "Against 7 days earlier"),
    "days": st.column_config.LineChartColumn(
        "30 days", y_min=0, help="Reports a day up to this one"
    ),
}


def ranking_rows(rows: list[dict[str, Any]], sparks: pa.Table) -> pa.Table:
    return pa.table(
        {
            "rank": [row["rank"] for row in rows],
            "moved": [
                words.movement(row["rank"], row["rank_week_before"], row["baseline"])
                for row in rows
            ],
            "device": [row["device_id"] for row in rows],
            "reports": [row["occurrences"] for row in rows],
            "before": [
                None if row["baseline"] == "no data" else row["occurrences_week_before"]
                for row in rows
            ],
            "change": [words.change(row["change_pct"], row["baseline"]) for row in rows],
            "days": sparks["occurrences_by_day"],
        }
    )


def bar_rows(rows: list[dict[str, Any]], chosen: str | None) -> pa.Table:
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
            "chosen": [row["device_id"] == chosen for row in rows],
        }
    )


def says(row: dict[str, Any]) -> str:
    reports = words.counted(row["occurrences"], "report")
    change = words.change(row["change_pct"], row["baseline"])
    return (
        f"{row['device_id']}: {reports}, {change} (a week before: {row['occurrences_week_before']})"
    )


def choose_row(ids: list[str]) -> None:
    rows = st.session_state["ranking"]["selection"]["rows"]
    address.put("device", ids[rows[0]] if rows else None)


def choose_bar() -> None:
    points = st.session_state["bars"]["selection"].get("bar")
    if points:
        address.put("device", points[0]["device"])


# One device: its 30 days, and the lines of the files that its number comes from.


def show_device(device: str, day: dt.date, loaded: list[dt.date]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"Device `{device}`", anchor=False)
        st.button("Close", key="close device", on_click=address.put, args=("device", None))
    history, sources = st.columns(2)
    with history:
        show_history(device, day, set(loaded))
    with sources:
        show_sources(device, day)


def show_history(device: str, day: dt.date, loaded: set[dt.date]) -> None:
    rows = answers.ask("device_days", of_device=device, last_day=day, days=DAYS).to_pylist()
    colours = palette.statuses(row["report_status"] for row in rows)
    total = sum(row["reports"] for row in rows)
    st.markdown(
        f"**{words.counted(total, 'report')} in the {DAYS} days to {words.short_day(day)}, by status**"
    )
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
    downloads.offer(sources, f"sources-{device}-{day}")
    st.dataframe(
        sources,
        hide_index=True,
        height=240,
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

page()
