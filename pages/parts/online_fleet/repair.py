"""How the event stream was repaired: what each rule decided, in all and day by day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyarrow as pa
import streamlit as st

from pages.parts import (
    calendar,
    captions,
    charts,
    day_axis,
    downloads,
    fleets,
    palette,
    shares,
    stacks,
    tables,
    words,
)
from pages.parts.choose import Period
from pages.parts.fleets import Observed

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
    "none": "No next event",
    "events ignored": "Events ignored",
    "events on unknown servers": "Events on unknown servers",
}
Events = dict[dt.date, dict[str, int]]  # by day and rule
TWO_LINES = 66  # pixels: rows that are higher than 64 wrap their text


class Total(NamedTuple):
    events: int = 0
    hours: float = 0.0


def audit(observed: Observed, period: Period) -> pa.Table:
    """The audit of the period: events and hours of each day and rule."""
    return fleets.between(fleets.audit(observed.newest), period.first, period.last)


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


# A table by rule, and its days.


def show(observed: Observed, period: Period) -> None:
    audited = audit(observed, period)
    counted, events = totals(audited), amounts(audited)
    days = calendar.span(period.last, period.days)
    st.header(answer(counted), anchor=False)
    show_picture(events, days, answer(counted))
    downloads.offer(audited, f"repair-audit-{period.first}-{period.last}", key="audit")
    st.dataframe(
        audit_rows(counted, events, days),
        hide_index=True,
        height="content",
        row_height=TWO_LINES,
        column_config=AUDIT,
        placeholder="–",
        alt="What each rule decided",
    )


def show_picture(events: Events, days: Sequence[dt.date], said: str) -> None:
    kinds = tuple((NEXT[rule], palette.RULE[rule]) for rule in DRAWN)
    charts.draw(
        stacks.stack(
            kinds,
            "Events a day",
            "All of these",
            long=len(days) > stacks.LONG,
            few=len(days) <= day_axis.FEW,
            height=240,
        ),
        stacks.table((bar(day, events.get(day, {})) for day in days), len(kinds)),
        "repaired",
        f"Bars of repaired and ignored events a day, {words.day(days[0])} to {words.day(days[-1])}",
        caption=captions.of(
            said,
            f"Repaired and ignored events a day, {captions.days(days[0], days[-1])} (UTC)",
            "connectivity_events",
            "servers",
        ),
    )


AUDIT = {
    "next": tables.words("Next event", "The next event of the device", width=140),
    "means": tables.words("What the rule says", width=300),
    **tables.of_metric(
        "repair_audit", "events", "hours", widths={"events": 75, "hours": 110}, decimals=0
    ),
    "share": tables.share("Share", "Of all online events", 75),
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
        f"({shares.of(normal, online)}) "
        f"{'was followed by its' if normal == 1 else 'were followed by their'} offline event"
    )
    commonest = max(REPAIRED, key=lambda rule: counted[rule].events)
    repaired = sum(counted[rule].events for rule in REPAIRED)
    if not repaired:
        return f"{said}; none had to be repaired"
    return (
        f"{said}; the end of {words.count(repaired)} was repaired, most often before "
        f"“{NEXT[commonest].lower()}”"
    )


def amounts(audit: pa.Table) -> Events:
    found: Events = defaultdict(dict)
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


def audit_rows(counted: dict[str, Total], events: Events, days: Sequence[dt.date]) -> pa.Table:
    online = sum(counted[rule].events for rule in DECIDES)
    rules = {**DECIDES, **BESIDE}
    return pa.table(
        {
            "next": [NEXT[rule] for rule in rules],
            "means": list(rules.values()),
            "events": [counted[rule].events for rule in rules],
            "share": [
                shares.rounded_of(counted[rule].events, online) if rule in DECIDES else None
                for rule in rules
            ],
            "hours": [round(counted[rule].hours) if rule in DECIDES else None for rule in rules],
            "days": [[events.get(day, {}).get(rule, 0) for day in days] for rule in rules],
        }
    )
