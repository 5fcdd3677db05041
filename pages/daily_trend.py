"""How many devices of a type and status reported on each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pyarrow as pa
import streamlit as st

from pages.parts import (
    address,
    answers,
    calendar,
    captions,
    cards,
    charts,
    choose,
    day_axis,
    days,
    downloads,
    late,
    layout,
    newest,
    openable,
    tab,
    tables,
    trend_chart,
    trouble,
    words,
)
from pages.parts.daily_trend import day
from pages.parts.shares import percent

ORDER = 30
TITLE = "Daily trend"
ICON = "📈"

SOURCE = "health_reports"
ANY = "Any"
TALL = 390  # pixels, picture and table
USUAL_DAYS = 30


MEASURES = {"devices": "Devices", "share": "Share"}


class Choice(NamedTuple):
    """What the metric is asked for; a type or status of None means any."""

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

    @property
    def share_of(self) -> str:
        """What a share is of; empty where all devices that reported are asked for."""
        if self.device_status:
            return f"{self.device_type or 'all'} devices"
        return "all devices" if self.device_type else ""


def page() -> None:
    kinds = answers.ask("report_kinds").to_pylist()
    totals = {row["day"]: row for row in answers.ask("report_days").to_pylist()}
    if not kinds:
        trouble.no_rows("health reports")
        return
    unfinished = newest.in_progress(totals)
    address.knows("type", "status", "last_day", "days", "measure", "day")
    chosen, measure = controls(kinds, list(totals), newest.whole(totals))
    tab.name(
        TITLE,
        f"{chosen.kind()}s {chosen.device_status or ''}".strip(),
        words.short_day(chosen.last_day),
    )
    longer = with_week_before(chosen)
    daily = longer.slice(longer.num_rows - chosen.days)
    rows = daily.to_pylist()
    said = answer(longer.to_pylist(), chosen, unfinished)
    st.title(said, anchor=False)
    newest.note(totals)
    late.note("health_reports")
    show_cards([row for row in rows if row["day"] != unfinished])
    downloads.offer(daily, file_name(chosen), key="daily")
    chart, table = st.columns([12, 9])
    with chart:
        show_picture(rows, chosen, measure, unfinished, said)
    with table:
        show_table(daily, chosen.share_of)
    opened = address.day_within(rows[0]["day"], chosen.last_day, chosen.last_day)
    if address.text("day"):
        statuses = dict.fromkeys(kind["report_status"] for kind in kinds)
        day.open_drawer(opened, chosen.device_type, list(statuses))


def with_week_before(chosen: Choice) -> pa.Table:
    """The days asked for, with more before them where a week before would be missing."""
    days = calendar.known_days(chosen.last_day, max(chosen.days, calendar.WEEK.days + 1))
    return answers.ask("daily_device_shares", **chosen._replace(days=days)._asdict())


# Controls: type, status, last day, number of days, devices or their share.


def controls(
    kinds: list[dict[str, Any]], loaded: list[dt.date], usual: dt.date
) -> tuple[Choice, str]:
    """The busiest type comes first and is the default; which one that is may change."""
    types = list(dict.fromkeys(kind["report_type"] for kind in kinds))
    statuses = sorted({kind["report_status"] for kind in kinds})
    with st.container(horizontal=True, vertical_alignment="center"):
        any_type, any_status = any_but(types), any_but(statuses)
        device_type = choose.stated("Type", [*types, any_type], "type")
        status = st.selectbox(
            "Status", [any_status, *statuses], key="status", bind="query-params", width=150
        )
        last_day = days.choose("Last day (UTC)", loaded, usual, "last_day")
        number = choose.length((last_day - loaded[0]).days + 1, USUAL_DAYS)
        measure = choose.one_of("Show", MEASURES, "measure")
    chosen = Choice(
        None if device_type == any_type else device_type,
        None if status == any_status else status,
        last_day,
        calendar.known_days(last_day, number),
    )
    return chosen, measure


def any_but(names: list[str]) -> str:
    """`Any`, in brackets where one of the names is that."""
    word = ANY
    while word in names:
        word = f"({word})"
    return word


# The answer: a sentence and the numbers that matter.


def answer(rows: list[dict[str, Any]], chosen: Choice, unfinished: dt.date | None) -> str:
    last = rows[-1]
    on, kind, doing = words.day(chosen.last_day), chosen.kind(words.name), chosen.doing(words.name)
    if not last["has_data"]:
        return f"No data was loaded for {on}, so how many {kind}s {doing} is unknown"
    said = f"{words.counted(last['devices'], kind)} {doing} on {on}"
    if chosen.device_status and last["share_pct"] is not None:
        said = f"{said} ({percent(last['share_pct'])} of {words.count(last['of_devices'])})"
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
    with layout.cards(4):
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


# The picture and its table; a click on a point or a row opens the day.


def show_picture(
    rows: list[dict[str, Any]],
    chosen: Choice,
    measure: str,
    unfinished: dt.date | None,
    said: str,
) -> None:
    shares = measure == "share"
    title = f"Share of {chosen.share_of or 'all devices'} a day" if shares else "Devices a day"
    period = captions.days(rows[0]["day"], chosen.last_day)
    key = charts.key_of("trend", address.text("day"))
    charts.draw(
        trend_chart.line(title, TALL, shares=shares, named=day_axis.named(len(rows))),
        points(rows, measure, unfinished),
        key,
        f"Line of {words.plural(chosen.kind())} that {chosen.doing()} on each of "
        f"{words.counted(chosen.days, 'day')}; choose a day to see its statuses",
        partial(choose_day, key),
        captions.of(said, f"{title}, {period} (UTC)", SOURCE),
        narrow=True,
    )


def choose_day(key: str) -> None:
    picked = st.session_state[key]["selection"].get("day")
    if picked:
        address.put("day", picked[0]["iso"])


def points(rows: list[dict[str, Any]], measure: str, unfinished: dt.date | None) -> pa.Table:
    column = "share_pct" if measure == "share" else "devices"
    opened = address.text("day")
    named = calendar.middles([row["day"] for row in rows if not row["has_data"]])
    return pa.Table.from_pylist(
        [
            {
                "day": row["day"],
                "iso": row["day"].isoformat(),
                "amount": None if row["day"] == unfinished else row[column],
                "so_far": row[column] if row["day"] == unfinished else None,
                "weekend": calendar.weekend(row["day"]),
                "has_data": row["has_data"],
                "hole": trend_chart.HOLE if row["day"] in named else None,
                "chosen": row["day"].isoformat() == opened,
                "says": says(row) + (newest.SO_FAR if row["day"] == unfinished else ""),
            }
            for row in rows
        ],
        schema=trend_chart.SCHEMA,
    )


def says(row: dict[str, Any]) -> str:
    if not row["has_data"]:
        return f"{words.day(row['day'])}: no data was loaded"
    devices = words.counted(row["devices"], "device")
    share = "" if row["share_pct"] is None else f" ({percent(row['share_pct'])})"
    reports = words.counted(row["reports"], "report")
    return f"{words.day(row['day'])}: {devices}{share}, {reports}"


def show_table(daily: pa.Table, share_of: str) -> None:
    newest_first = daily.sort_by([("day", "descending")])
    columns = COLUMNS if share_of else {k: v for k, v in COLUMNS.items() if k != "share_pct"}
    openable.table(
        newest_first.select(list(columns)),
        "day",
        [each.isoformat() for each in newest_first["day"].to_pylist()],
        columns,
        "The same, day by day, newest first; choose a day to see its statuses",
        height="content" if daily.num_rows < TALL // charts.ROW else TALL,
        placeholder="no data",
    )


WIDTHS = {"day": 122, "devices": 66, "share_pct": 66, "reports": 66}
COLUMNS = tables.of_metric("daily_device_shares", *WIDTHS, widths=WIDTHS)


def file_name(chosen: Choice) -> str:
    kind = "-".join(filter(None, (chosen.device_type, chosen.device_status))) or "any"
    return f"daily-devices-{kind}-{chosen.last_day}-{chosen.days}-days"


page()
