"""Which devices reported most on a day, how that changed in a week, and what lies behind it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import streamlit as st

from pages.parts import (
    address,
    answers,
    calendar,
    cards,
    choose,
    commands,
    days,
    devices,
    find,
    late,
    layout,
    newest,
    shares,
    tab,
    trouble,
    words,
)
from pages.parts.top_devices import compare, device, found, movers, ranking

ORDER = 20
TITLE = "Top devices"
ICON = "🏆"


def page() -> None:
    totals = {row["day"]: row for row in answers.ask("report_days").to_pylist()}
    if not totals:
        trouble.no_rows("health reports")
        return
    loaded = list(totals)
    address.knows("day", "top", "list", "find", "device")
    day, top, kind, part = controls(loaded, newest.whole(totals))
    tab.name(TITLE, *devices.asked(), part, words.short_day(day))
    if day not in totals:
        no_data(day, loaded)
        return
    if part:
        ids = found.show(part, day)
    elif kind == movers.MOST:
        ids = show_most(totals, day, top)
    else:
        ids = movers.show(kind, day, top)
        if day == newest.in_progress(totals):
            newest.note(totals)
    late.note("health_reports")
    devices.open_drawer(
        ids,
        partial(device.show, day=day, loaded=set(loaded)),
        partial(compare.show, day=day),
    )


def show_most(totals: dict[dt.date, dict[str, Any]], day: dt.date, top: int) -> list[str]:
    """The day's busiest devices; gives the ids listed."""
    leaders = answers.ask("top_devices", on_day=day, top_n=top)
    rows = leaders.to_pylist()
    unfinished = day == newest.in_progress(totals)
    said = answer(rows, day, totals[day]["devices"], unfinished)
    st.title(said, anchor=False)
    newest.note(totals)
    show_cards(totals, day, rows, unfinished)
    return ranking.show(leaders, rows, day, top, said)


# Controls: a day with data, how many devices, by what, and which.


def controls(loaded: list[dt.date], usual: dt.date) -> tuple[dt.date, int, str, str]:
    before, after = days.neighbours(loaded, usual)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
            day = days.choose("Day (UTC)", loaded, usual)
            with st.container(horizontal=True, width="content"):
                days.step("◀ Previous", before, usual)
                days.step("Next ▶", after, usual)
        top = st.number_input("How many", 1, 100, 10, key="top", bind="query-params", width=130)
        kind = choose.one_of("Show", movers.KINDS, "list")
        part = find.box("device")
    return day, int(top), kind, part


def no_data(day: dt.date, loaded: list[dt.date]) -> None:
    before, after = calendar.neighbours(loaded, day)
    nearest = " or ".join(f"**{words.day(near)}**" for near in (before, after) if near)
    st.title(f"No health reports were loaded for {words.day(day)}", anchor=False)
    st.markdown(f"The nearest with data: {nearest}. If its file has arrived since, load it:")
    st.code(commands.load(), language="bash")


# The answer: a sentence and the numbers of the day.


def answer(leaders: list[dict[str, Any]], day: dt.date, devices: int, unfinished: bool) -> str:
    """`devices`: how many reported that day, listed or not; `unfinished`: it is in progress."""
    first = leaders[0]
    name = words.code(first["device_id"])
    level = sum(row["occurrences"] == first["occurrences"] for row in leaders)
    many = words.counted(first["occurrences"], "time")
    if level > 1:
        least = "at least " if level == len(leaders) < devices else ""
        others = f"{least}{words.counted(level - 1, 'other device')}"
        return f"{name} and {others} reported most on {words.day(day)}: {many} each"
    said = f"{name} reported most on {words.day(day)}: {many}"
    if unfinished:
        return f"{said}{newest.SO_FAR}"
    if first["baseline"] == "no data":
        return f"{said}; there is no data from a week before"
    if first["baseline"] == "new":
        return f"{said}; a week before it did not report at all"
    return f"{said}, {words.compared(first['change_pct'])} a week before"


def show_cards(
    totals: dict[dt.date, dict[str, Any]],
    day: dt.date,
    rows: list[dict[str, Any]],
    unfinished: bool,
) -> None:
    listed, reports = sum(row["occurrences"] for row in rows), totals[day]["reports"]
    with layout.cards(4):
        for label, column in (("Reports", "reports"), ("Devices that reported", "devices")):
            if unfinished:
                now = newest.so_far(day)
                cards.so_far(label, now[column], now[f"{column}_week_before"])
            else:
                cards.against_week(label, {d: row[column] for d, row in totals.items()}, day)
        cards.plain(
            f"From the top {len(rows)}",
            shares.of(listed, reports),
            f"{words.count(listed)} of {words.counted(reports, 'report')}",
        )
        cards.plain(f"New in the top {len(rows)}", *newcomers(rows))


def newcomers(rows: list[dict[str, Any]]) -> tuple[str, str]:
    """How many were not listed a week before, and of how many that is."""
    if rows[0]["baseline"] == "no data":
        return "–", "no data a week before"
    before = [row["rank_week_before"] for row in rows]
    number = sum(rank is None or rank > len(rows) for rank in before)
    return words.count(number), "not listed a week before"


page()
