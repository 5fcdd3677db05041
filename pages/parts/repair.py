"""How the event stream was repaired: what each rule decided, and the intervals of one device."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import altair as alt
import pyarrow as pa
import streamlit as st

from pages.parts import answers, charts, downloads, fleets, palette, spec, stacks, tables, words
from pages.parts.choose import Period

DECIDES = {
    "offline, same server": "Nothing is missing: online until that event",
    "online, same server": "An offline event is missing: online until the next event",
    "online, other server": "An offline event is missing: online until this server was destroyed "
    "or the next event, whichever came first",
    "offline, other server": "Events are missing: online until this server was destroyed; the "
    "next event is ignored",
    "none": "Online until this server was destroyed, else until the newest event of all",
}
BESIDE = {
    "events ignored": "Offline events that end no interval",
    "events on unknown servers": "Events on servers that no servers file names; they count as "
    "never destroyed, and stand in the other rows too",
}
REPAIRED = ("online, same server", "online, other server", "offline, other server")
DRAWN = (*REPAIRED, "events ignored")
NEXT = {
    "offline, same server": "Offline, same server",
    "online, same server": "Online, same server",
    "online, other server": "Online, other server",
    "offline, other server": "Offline, other server",
    "none": "None",
    "events ignored": "Events ignored",
    "events on unknown servers": "Events on unknown servers",
}
TWO_LINES = 66  # pixels: rows that are higher than 64 wrap their text


class Total(NamedTuple):
    events: int = 0
    hours: float = 0.0


def totals(audit: pa.Table) -> dict[str, Total]:
    """Events and hours of each rule over all days of the audit; (0, 0) where a rule has none."""
    summed = audit.group_by("rule").aggregate([("events", "sum"), ("hours", "sum")])
    found: dict[str, Total] = defaultdict(Total)
    for row in summed.to_pylist():
        found[row["rule"]] = Total(row["events_sum"], row["hours_sum"])
    return found


def by_day(audit: pa.Table, days: Iterable[dt.date]) -> list[int]:
    """Repaired events of each of the days."""
    events = amounts(audit)
    return [sum(events.get(day, {}).get(rule, 0) for rule in REPAIRED) for day in days]


# The audit: a table by rule, and its days.


def show_audit(audit: pa.Table, period: Period) -> None:
    """`audit` holds the days of the period."""
    counted = totals(audit)
    st.markdown(f"**{answer(counted)}**")
    events = amounts(audit)
    days = [period.first + dt.timedelta(step) for step in range(period.days)]
    kinds = tuple((NEXT[rule], palette.RULE[rule]) for rule in DRAWN)
    charts.draw(
        stacks.stack(
            kinds,
            "Events a day",
            "All of these",
            long=period.days > stacks.LONG,
            height=240,
        ),
        stacks.table((bar(day, events.get(day, {})) for day in days), len(kinds)),
        "repaired",
        f"Bars of repaired and ignored events a day, {words.day(period.first)} to "
        f"{words.day(period.last)}",
    )
    downloads.offer(audit, f"repair-audit-{period.first}-{period.last}", key="audit")
    st.dataframe(
        audit_rows(counted, events, days),
        hide_index=True,
        height="content",
        row_height=TWO_LINES,
        column_config=AUDIT,
        placeholder="–",
        alt="What each rule decided",
    )


AUDIT = {
    "next": tables.words("Next event", "The next event of the device", width=140),
    "means": tables.words("What the rule says", width=300),
    "events": tables.number(
        "Events", "In the period, on the day of the event that went online", 75
    ),
    "share": tables.amount_in_words("Share", "Of all online events", 75),
    "hours": tables.number("Hours online", "The length of the intervals that they opened", 110),
    "days": st.column_config.AreaChartColumn(
        "By day", y_min=0, width=180, help="Events on each day"
    ),
}


def answer(counted: dict[str, Total]) -> str:
    online = sum(counted[rule].events for rule in DECIDES)
    if not online:
        return "No device came online in this period"
    normal = counted["offline, same server"].events
    said = (
        f"{words.count(normal)} of {words.counted(online, 'online event')} "
        f"({words.share(normal, online)}) were followed by their offline event"
    )
    commonest = max(REPAIRED, key=lambda rule: counted[rule].events)
    repaired = sum(counted[rule].events for rule in REPAIRED)
    if not repaired:
        return f"{said}; none had to be repaired"
    return (
        f"{said}; the end of {words.count(repaired)} was repaired, most often before "
        f"“{NEXT[commonest].lower()}”"
    )


def amounts(audit: pa.Table) -> dict[dt.date, dict[str, int]]:
    """Events by day and rule."""
    found: dict[dt.date, dict[str, int]] = defaultdict(dict)
    for row in audit.select(["day", "rule", "events"]).to_pylist():
        found[row["day"]][row["rule"]] = row["events"]
    return found


def bar(day: dt.date, events: dict[str, int]) -> stacks.Row:
    numbers = [events.get(rule, 0) for rule in DRAWN]
    return stacks.seen(
        day,
        numbers,
        [words.count(number) for number in numbers],
        words.counted(sum(numbers), "event"),
        f"{words.counted(sum(events.get(rule, 0) for rule in DECIDES), 'online event')} in all",
        silent=not events,
    )


def audit_rows(
    counted: dict[str, Total], events: dict[dt.date, dict[str, int]], days: list[dt.date]
) -> pa.Table:
    online = sum(counted[rule].events for rule in DECIDES)
    rules = {**DECIDES, **BESIDE}
    return pa.table(
        {
            "next": [NEXT[rule] for rule in rules],
            "means": list(rules.values()),
            "events": [counted[rule].events for rule in rules],
            "share": [
                words.share(counted[rule].events, online) if rule in DECIDES else None
                for rule in rules
            ],
            "hours": [round(counted[rule].hours) if rule in DECIDES else None for rule in rules],
            "days": [[events.get(day, {}).get(rule, 0) for day in days] for rule in rules],
        }
    )


# One device: its intervals.


def show_device(device: str) -> None:
    intervals = answers.ask("device_online", device=device)
    if not intervals.num_rows:
        st.info(
            f"No online event of a device `{device}` was loaded. Ids are matched exactly as the "
            "files write them.",
            icon="🔎",
        )
        return
    rows = intervals.to_pylist()
    st.markdown(f"**{device_answer(device, rows)}**")
    charts.draw(
        timeline(stacks.instants(rows[-1]["ended_at"] - rows[0]["started_at"])),
        pa.Table.from_pylist([stretch(row) for row in rows]),
        "intervals",
        f"The {words.counted(len(rows), 'interval')} in which device {device} was online",
    )
    downloads.offer(intervals, f"device-online-{device}", key="device")
    st.dataframe(
        interval_rows(intervals, rows),
        hide_index=True,
        column_config=INTERVALS,
        alt=f"Online intervals of device {device}, newest first",
    )


INTERVALS = {
    "started": tables.instant("Online from"),
    "ended": tables.instant("Until"),
    "long": tables.amount_in_words("For"),
    "user": tables.words("User"),
    "server": tables.words("Server"),
    "rule": tables.words("Next event", "The device's next event decides where the interval ends"),
    "means": tables.words("So", width="large"),
}


def device_answer(device: str, rows: list[dict[str, Any]]) -> str:
    hours = sum(row["hours"] for row in rows)
    last = rows[-1]
    owners = list(dict.fromkeys(row["user_id"] for row in rows))
    owned = f"user `{owners[-1]}`"
    if len(owners) > 1:
        owned = f"{words.counted(len(owners), 'user')}, last {owned}"
    return (
        f"Device `{device}` of {owned} came online "
        f"{'once' if len(rows) == 1 else words.counted(len(rows), 'time')} for "
        f"{fleets.long(hours)} in all, last until {words.instant(last['ended_at'])}"
    )


def closed(row: dict[str, Any]) -> str:
    """What ended the interval, in words."""
    if row["cut_off"]:
        return f"Ended by the destruction of server {row['server_id']}"
    if row["rule"] == "none":
        return "Still online at the newest event of all"
    if row["rule"] == "offline, other server":
        return "Next event ignored; the server still lives at the newest event of all"
    return "Ended by the next event"


def interval_rows(intervals: pa.Table, rows: list[dict[str, Any]]) -> pa.Table:
    shown = pa.table(
        {
            "started": intervals["started_at"],
            "ended": intervals["ended_at"],
            "long": [fleets.long(row["hours"]) for row in rows],
            "user": intervals["user_id"],
            "server": intervals["server_id"],
            "rule": [NEXT[row["rule"]] for row in rows],
            "means": [closed(row) for row in rows],
        }
    )
    return shown.take(list(range(len(rows)))[::-1])


def stretch(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "started": row["started_at"],
        "ended": row["ended_at"],
        "rule": NEXT[row["rule"]],
        "from": words.instant(row["started_at"]),
        "until": words.instant(row["ended_at"]),
        "long": fleets.long(row["hours"]),
        "user": row["user_id"],
        "server": row["server_id"],
        "means": closed(row),
    }


@cache
def timeline(instants: str) -> spec.Spec:
    """One row of bars over time, coloured by the rule that decided where each ends.

    `instants` is the format of the axis.
    """
    instant = alt.Axis(grid=False, labelOverlap=True, format=instants)
    kinds = tuple((NEXT[rule], palette.RULE[rule]) for rule in DECIDES)
    names, hues = zip(*kinds, strict=True)
    colour = alt.Scale(domain=names, range=hues)
    bars = (
        alt.Chart()
        .mark_bar(height=32, strokeWidth=1.5)
        .encode(
            x=alt.X("started:T", scale=alt.Scale(type="utc"), title=None, axis=instant),
            x2="ended:T",
            color=alt.Color(
                "rule:N",
                scale=colour,
                legend=stacks.named_legend(kinds, "Next event"),
            ),
            stroke=alt.Stroke("rule:N", scale=colour, legend=None),
            tooltip=[
                alt.Tooltip(field, type="nominal", title=title) for field, title in HOVER.items()
            ],
        )
    )
    return spec.of(alt.layer(bars).properties(height=190))


HOVER = {
    "from": "Online from",
    "until": "Until",
    "long": "For",
    "user": "User",
    "server": "Server",
    "rule": "Next event",
    "means": "So",
}
