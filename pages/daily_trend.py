"""How many devices of a type and status reported on each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

import pyarrow as pa
import streamlit as st

from pages.parts import (
    answers,
    calendar,
    cards,
    charts,
    choose,
    days,
    downloads,
    late,
    newest,
    tables,
    trouble,
    words,
)

ORDER = 30
TITLE = "Daily trend"
ICON = "📈"

ANY = "Any"
TALL = 390  # pixels, picture and table


class Choice(NamedTuple):
    """What the page is asked for; a type or status of None means any."""

    device_type: str | None
    device_status: str | None
    last_day: dt.date
    days: int

    def kind(self, text: Callable[[str], str] = str) -> str:
        """`sensor device`, or `device` for any type; `text` says the type."""
        return f"{text(self.device_type)} device" if self.device_type else "device"

    def doing(self, text: Callable[[str], str] = str) -> str:
        """`reported online`, or `reported` with any status; `text` says the status."""
        return f"reported {text(self.device_status)}" if self.device_status else "reported"


def page() -> None:
    kinds = answers.ask("report_kinds").to_pylist()
    totals = {row["day"]: row for row in answers.ask("report_days").to_pylist()}
    if not kinds:
        trouble.no_rows("health reports")
        return
    unfinished = newest.in_progress(totals)
    chosen = controls(kinds, list(totals), newest.whole(totals))
    longer = with_week_before(chosen)
    daily = longer.slice(longer.num_rows - chosen.days)
    rows = daily.to_pylist()
    st.subheader(answer(longer.to_pylist(), chosen, unfinished), anchor=False)
    newest.note(totals)
    late.note("health_reports")
    show_cards([row for row in rows if row["day"] != unfinished])
    downloads.offer(daily, file_name(chosen), key="daily")
    chart, table = st.columns([8, 4])
    with chart:
        charts.draw(
            charts.daily("Devices a day", TALL, few=len(rows) <= charts.FEW),
            points(rows, unfinished),
            "trend",
            f"Line of {words.plural(chosen.kind())} that {chosen.doing()} on each of "
            f"{words.counted(chosen.days, 'day')}",
        )
    with table:
        show_table(daily)


def with_week_before(chosen: Choice) -> pa.Table:
    """The days asked for, with more before them where a week before would be missing."""
    days = calendar.known_days(chosen.last_day, max(chosen.days, calendar.WEEK.days + 1))
    return answers.ask("daily_devices", **chosen._replace(days=days)._asdict())


# Controls: type, status, last day, number of days.


def controls(kinds: list[dict[str, Any]], loaded: list[dt.date], usual: dt.date) -> Choice:
    """The busiest type comes first and is the default; which one that is may change."""
    types = list(dict.fromkeys(kind["report_type"] for kind in kinds))
    statuses = sorted({kind["report_status"] for kind in kinds})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        any_type, any_status = any_but(types), any_but(statuses)
        device_type = choose.stated("Type", [*types, any_type], "type")
        status = st.selectbox(
            "Status", [any_status, *statuses], key="status", bind="query-params", width=150
        )
        last_day = days.choose("Last day (UTC)", loaded, usual, "last_day")
        number = st.number_input("Days", 2, 400, 30, key="days", bind="query-params", width=130)
    return Choice(
        None if device_type == any_type else device_type,
        None if status == any_status else status,
        last_day,
        calendar.known_days(last_day, int(number)),
    )


def any_but(names: list[str]) -> str:
    """`Any`, in brackets where one of the names is that."""
    word = ANY
    while word in names:
        word = f"({word})"
    return word


# The answer: a sentence and the numbers that matter.


def answer(rows: list[dict[str, Any]], chosen: Choice, unfinished: dt.date | None) -> str:
    last = rows[-1]
    day, kind, doing = words.day(chosen.last_day), chosen.kind(words.name), chosen.doing(words.name)
    if not last["has_data"]:
        return f"No data was loaded for {day}, so how many {kind}s {doing} is unknown"
    said = f"{words.counted(last['devices'], kind)} {doing} on {day}"
    if chosen.last_day == unfinished:
        return f"{said}{newest.SO_FAR}"
    week = calendar.WEEK.days
    before = rows[-1 - week]["devices"] if len(rows) > week else None
    change = words.change_pct(last["devices"], before)
    return said if change is None else f"{said}, {words.compared(change)} a week before"


def show_cards(rows: list[dict[str, Any]]) -> None:
    known = [row for row in rows if row["has_data"]]
    if not known:
        return
    most = max(known, key=lambda row: int(row["devices"]))
    least = min(known, key=lambda row: int(row["devices"]))
    mean = sum(row["devices"] for row in known) / len(known)
    holes = len(rows) - len(known)
    with st.container(horizontal=True):
        cards.plain("Average devices", words.count(mean), "a day with data")
        cards.plain("Most devices", words.count(most["devices"]), f"on {words.day(most['day'])}")
        cards.plain(
            "Fewest devices", words.count(least["devices"]), f"on {words.day(least['day'])}"
        )
        cards.plain(
            "Days with data",
            f"{words.count(len(known))} of {words.count(len(rows))}",
            f"{words.counted(holes, 'day')} missing" if holes else "none missing",
        )


# The picture and its table.


def points(rows: list[dict[str, Any]], unfinished: dt.date | None) -> pa.Table:
    return pa.table(
        {
            "day": [row["day"] for row in rows],
            **charts.amounts_of({row["day"]: row["devices"] for row in rows}, unfinished),
            "weekend": [calendar.weekend(row["day"]) for row in rows],
            "has_data": [row["has_data"] for row in rows],
            "says": [
                says(row) + (newest.SO_FAR if row["day"] == unfinished else "") for row in rows
            ],
        }
    )


def says(row: dict[str, Any]) -> str:
    if not row["has_data"]:
        return f"{words.day(row['day'])}: no data was loaded"
    devices = words.counted(row["devices"], "device")
    return f"{words.day(row['day'])}: {devices}, {words.counted(row['reports'], 'report')}"


def show_table(daily: pa.Table) -> None:
    newest_first = daily.select(list(COLUMNS)).sort_by([("day", "descending")])
    st.dataframe(
        newest_first,
        hide_index=True,
        height="content" if daily.num_rows < TALL // charts.ROW else TALL,
        column_config=COLUMNS,
        placeholder="no data",
        alt="The same, day by day, newest first",
    )


COLUMNS = tables.of_metric("daily_devices", "day", "devices", "reports")


def file_name(chosen: Choice) -> str:
    kind = "-".join(filter(None, (chosen.device_type, chosen.device_status))) or "any"
    return f"daily-devices-{kind}-{chosen.last_day}-{chosen.days}-days"


page()
