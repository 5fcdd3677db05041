"""How many devices of a type and status reported on each day."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import pyarrow as pa
import streamlit as st

from pages.parts import address, answers, calendar, charts, downloads, tables, trouble, words

ANY = "Any"
WEEK = 7


class Choice(NamedTuple):
    """What the page is asked for; a type or status of None means any."""

    device_type: str | None
    device_status: str | None
    last_day: dt.date
    days: int


def page() -> None:
    kinds = answers.ask("report_kinds").to_pylist()
    loaded = answers.ask("report_days")["day"].to_pylist()
    if not kinds:
        trouble.no_rows("health reports")
        return
    chosen = controls(kinds, loaded)
    daily = answers.ask("daily_devices", **chosen._asdict())
    rows = daily.to_pylist()
    st.subheader(answer(rows, chosen), anchor=False)
    cards(rows, chosen)
    charts.draw(
        charts.daily("Devices a day"),
        points(rows, chosen),
        "daily",
        f"Line of {what(chosen)} on each of {words.counted(chosen.days, 'day')}",
    )
    downloads.offer(daily, file_name(chosen))
    st.dataframe(
        daily.select(["day", "devices", "reports"]).take(list(range(len(rows)))[::-1]),
        hide_index=True,
        column_config=COLUMNS,
        placeholder="no data",
        alt=f"{what(chosen)}, day by day, newest first",
    )


COLUMNS = {
    "day": tables.day("Day (UTC)"),
    "devices": tables.number("Devices", "Distinct devices with at least one such report"),
    "reports": tables.number("Reports", "Distinct reports of that type and status"),
}


# Controls: type, status, last day, number of days.


def controls(kinds: list[dict[str, Any]], loaded: list[dt.date]) -> Choice:
    """The busiest type comes first and is the default."""
    types = list(dict.fromkeys(kind["report_type"] for kind in kinds))
    statuses = sorted({kind["report_status"] for kind in kinds})
    newest = loaded[-1]
    st.session_state["last day chosen"] = min(
        max(address.day("last_day") or newest, loaded[0]), newest
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        device_type = st.selectbox(
            "Type", [*types, ANY], key="type", bind="query-params", width=160
        )
        status = st.selectbox(
            "Status", [ANY, *statuses], key="status", bind="query-params", width=160
        )
        last_day = st.date_input(
            "Last day (UTC)",
            min_value=loaded[0],
            max_value=newest,
            key="last day chosen",
            format="YYYY-MM-DD",
            on_change=lambda: address.put_day(
                st.session_state["last day chosen"], loaded, "last_day"
            ),
            width=160,
        )
        days = st.number_input("Days", 2, 400, 30, key="days", bind="query-params", width=140)
    return Choice(
        None if device_type == ANY else device_type,
        None if status == ANY else status,
        last_day,
        int(days or 30),
    )


# The answer: a sentence and the numbers that matter.


def what(chosen: Choice) -> str:
    """`sensor devices that reported online`, in words that fit any type and status."""
    kind = f"{chosen.device_type} devices" if chosen.device_type else "devices"
    return f"{kind} that reported {chosen.device_status or 'anything'}"


def answer(rows: list[dict[str, Any]], chosen: Choice) -> str:
    last = rows[-1]
    day = words.day(chosen.last_day)
    if not last["has_data"]:
        return f"Nothing was loaded for {day}, so nobody knows how many {what(chosen)}"
    kind = words.counted(last["devices"], f"{chosen.device_type or ''} device".strip())
    said = f"{kind} reported {chosen.device_status or ''}".strip() + f" on {day}"
    before = rows[-1 - WEEK]["devices"] if len(rows) > WEEK else None
    if not before:
        return said
    return f"{said}, {words.compared(100 * (last['devices'] - before) / before)} a week before"


def cards(rows: list[dict[str, Any]], chosen: Choice) -> None:
    known = [row for row in rows if row["has_data"]]
    if not known:
        return
    most = max(known, key=lambda row: int(row["devices"]))
    least = min(known, key=lambda row: int(row["devices"]))
    mean = sum(row["devices"] for row in known) / len(known)
    holes = len(rows) - len(known)
    with st.container(horizontal=True):
        card("A day on average", words.count(mean), "devices")
        card("Most", words.count(most["devices"]), words.short_day(most["day"]))
        card("Fewest", words.count(least["devices"]), words.short_day(least["day"]))
        card(
            "Days with data",
            f"{words.count(len(known))} of {words.count(len(rows))}",
            "no gap" if not holes else words.counted(holes, "gap day"),
        )


def card(label: str, value: str, note: str) -> None:
    st.metric(label, value, note, delta_arrow="off", delta_color="off", border=True)


# The picture.


def points(rows: list[dict[str, Any]], chosen: Choice) -> pa.Table:
    return pa.table(
        {
            "day": [row["day"] for row in rows],
            "amount": pa.array([row["devices"] for row in rows], pa.int64()),
            "weekend": [calendar.weekend(row["day"]) for row in rows],
            "has_data": [row["has_data"] for row in rows],
            "says": [says(row) for row in rows],
        }
    )


def says(row: dict[str, Any]) -> str:
    if not row["has_data"]:
        return f"{words.day(row['day'])}: no data was loaded"
    devices = words.counted(row["devices"], "device")
    return f"{words.day(row['day'])}: {devices}, {words.counted(row['reports'], 'report')}"


def file_name(chosen: Choice) -> str:
    kind = "-".join(filter(None, (chosen.device_type, chosen.device_status))) or "any"
    return f"daily-devices-{kind}-{chosen.last_day}-{chosen.days}-days"


page()
