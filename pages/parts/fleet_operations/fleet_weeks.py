"""Devices new and lost, week by week."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import streamlit as st

from pages.parts import calendar, captions, charts, downloads, fleet_charts, tables, words
from pages.parts.choose import Period
from pages.parts.fleets import Observed, Row, Rows

MANY_WEEKS = 30


def show(weekly: pa.Table, observed: Observed, period: Period, said: str) -> None:
    """`weekly` holds `online_weekly` of the period, of which the page `said` the newest."""
    weeks = weekly.to_pylist()
    drawn = [week for week in weeks if not first_seen(week, observed)]
    if drawn:
        charts.draw(
            fleet_charts.coming_and_going(len(drawn) > MANY_WEEKS),
            pa.Table.from_pylist([bar for week in drawn for bar in week_bars(week)]),
            "weeks",
            f"Bars of new, returned and lost devices in {words.counted(len(drawn), 'week')}",
            caption=captions.of(
                said,
                f"Weeks from Mondays, {captions.days(drawn[0]['week'], drawn[-1]['week'])} (UTC)",
                "connectivity_events",
            ),
        )
    st.caption(" ".join(week_notes(weeks, observed, drawn=bool(drawn))))
    downloads.offer(weekly, f"online-weekly-{period.first}-{period.last}", key="weekly")
    st.dataframe(
        weekly.drop_columns("complete")
        .append_column("seen", [[week_seen(week) for week in weeks]])
        .take(list(range(len(weeks)))[::-1]),
        hide_index=True,
        column_config=WEEKS,
        alt="Devices online, new, returned and lost, newest week first",
    )


def first_seen(week: Row, observed: Observed) -> bool:
    """In the first week every device is new, which says nothing."""
    return bool(week["week"] <= observed.begin)


WEEKS = {
    **tables.of_metric("online_weekly"),
    "seen": tables.words("Seen"),
}


def week_bars(week: Row) -> Rows:
    """One bar for each kind of change, lost devices below the line."""
    new, returned, lost = (
        week[name] for name in ("new_devices", "returned_devices", "lost_devices")
    )
    amounts = zip(fleet_charts.CHANGES, (new, returned, -lost), strict=True)
    says = {
        "heading": f"from {words.day(week['week'])}",
        "online": words.counted(week["devices"], "device"),
        "new": words.count(new),
        "returned": words.count(returned),
        "lost": words.count(lost),
        "note": week_seen(week),
    }
    return [
        {
            "week": week["week"],
            "kind": kind,
            "place": place,
            "amount": amount,
            "complete": week["complete"],
            **says,
        }
        for place, (kind, amount) in enumerate(amounts)
    ]


def week_seen(week: Row) -> str:
    return "whole" if week["complete"] else "in part"


def week_notes(weeks: Rows, observed: Observed, *, drawn: bool) -> Iterator[str]:
    first = words.day(weeks[0]["week"])
    if not drawn:
        yield f"No picture yet: in the first week, from {first}, every device is new."
        return
    yield "Above the line: devices gained since the week before; below it: devices lost."
    if first_seen(weeks[0], observed):
        yield f"The first week, from {first}, is left out: in it every device is new."
    if observed.newest - weeks[-1]["week"] < calendar.WEEK:
        yield (
            f"Lighter: the newest week, seen only up to {words.instant(observed.newest_at)}; "
            "devices counted as lost may still come."
        )
