"""What changes in the fleet: devices new and lost, hours online, and what servers cut off."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import (
    answers,
    charts,
    choose,
    downloads,
    fleet_charts,
    fleets,
    stacks,
    tables,
    trouble,
    words,
)
from pages.parts.cards import arrow as change_arrow
from pages.parts.choose import Period
from pages.parts.fleets import Observed

SPARK_WEEKS = 26
SPARK_DAYS = 30
VIEWS = {"weeks": "New and lost", "hours": "Hours online", "servers": "Servers"}
Rows = list[dict[str, Any]]


def page() -> None:
    observed = fleets.observed()
    if observed is None:
        trouble.no_rows("connectivity events")
        return
    period = controls(observed)
    weekly = answers.ask("online_weekly", first_day=period.first, last_day=period.last)
    daily = answers.ask("online_hours", first_day=period.first, last_day=period.last)
    weeks, days = weekly.to_pylist(), daily.to_pylist()
    st.subheader(answer(weeks), anchor=False)
    cards(weeks, days)
    view = choose.one_of("Show", VIEWS, "view", show_label=False)
    if view == "weeks":
        show_weeks(weekly, weeks, observed, period)
    elif view == "hours":
        show_hours(daily, days, observed, period)
    else:
        show_servers(answers.ask("online_servers"), observed)


def controls(observed: Observed) -> Period:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return choose.period(observed.begin, observed.newest)


# The answer: the newest whole week.


def newest_whole(rows: Rows) -> int | None:
    """The place of the newest row that was seen as a whole."""
    places = [place for place, row in enumerate(rows) if row["complete"]]
    return places[-1] if places else None


def answer(weeks: Rows) -> str:
    place = newest_whole(weeks)
    if place is None:
        return "No week of this period was seen as a whole, from Monday to Sunday"
    week = weeks[place]
    when = f"in the week from {words.day(week['week'])}"
    new = week["new_devices"]
    lost = week["lost_devices"]
    said = words.counted(new, "new device") if new else "No new device"
    return f"{said} and {words.count(lost) if lost else 'none'} lost {when}"


def first_seen(week: dict[str, Any], observed: Observed) -> bool:
    """In the first week every device is new, which says nothing."""
    return bool(week["week"] <= observed.begin)


def cards(weeks: Rows, days: Rows) -> None:
    whole = [week for week in weeks if week["complete"]]
    places = st.columns(4)
    week_card(places[0], "Online in the week", "devices", whole)
    week_card(places[1], "New devices", "new_devices", whole)
    week_card(places[2], "Lost devices", "lost_devices", whole)
    hours_card(places[3], days)


def week_card(place: DeltaGenerator, label: str, name: str, weeks: Rows) -> None:
    """The newest of `weeks` and its change; a dash where there is none."""
    values = [week[name] for week in weeks]
    change = 100 * (values[-1] / values[-2] - 1) if len(values) > 1 and values[-2] else None
    place.metric(
        label,
        words.count(values[-1]) if values else "–",
        NOTHING_BEFORE if change is None else f"{words.percent(change)} in a week",
        delta_arrow=change_arrow(change),
        delta_color="off" if change is None else "blue",
        chart_data=values[-SPARK_WEEKS:],
        help=HELP[name],
        border=True,
        height="stretch",
    )


NOTHING_BEFORE = "none to compare to"
HELP = {
    "devices": "Distinct devices online at any time in the newest whole week, Monday to Sunday.",
    "new_devices": "Devices online in the newest whole week for the first time ever.",
    "lost_devices": "Devices online in the week before, but not in the newest whole week.",
    "mean_hours": "Hours online per device that was online on the newest whole day, on average; "
    "time in which a device's intervals overlap counts once.",
}


def hours_card(place: DeltaGenerator, days: Rows) -> None:
    values = [day["mean_hours"] for day in days if day["complete"]]
    now = values[-1] if values else None
    before = values[-8] if len(values) > 7 else None
    change = 100 * (now / before - 1) if now is not None and before else None
    place.metric(
        "Online per device-day",
        in_hours(now),
        NOTHING_BEFORE if change is None else f"{words.percent(change)} in a week",
        delta_arrow=change_arrow(change),
        delta_color="off" if change is None else "blue",
        chart_data=[math.nan if value is None else value for value in values[-SPARK_DAYS:]],
        help=HELP["mean_hours"],
        border=True,
        height="stretch",
    )


# New and lost devices, week by week.


def show_weeks(weekly: pa.Table, weeks: Rows, observed: Observed, period: Period) -> None:
    drawn = [week for week in weeks if not first_seen(week, observed)]
    if drawn:
        charts.draw(
            fleet_charts.coming_and_going(len(drawn) > MANY_WEEKS),
            pa.Table.from_pylist([bar for week in drawn for bar in week_bars(week)]),
            "weeks",
            f"Bars of new, returned and lost devices in {words.counted(len(drawn), 'week')}",
        )
    st.caption(" ".join(week_notes(weeks, observed)))
    downloads.offer(weekly, f"online-weekly-{period.first}-{period.last}", key="weekly")
    st.dataframe(
        weekly.drop_columns("complete")
        .append_column("seen", [[week_seen(week) for week in weeks]])
        .take(list(range(len(weeks)))[::-1]),
        hide_index=True,
        column_config=WEEKS,
        alt="Devices online, new, returned and lost, newest week first",
    )


MANY_WEEKS = 30
WEEKS = {
    "week": tables.day("Week from (UTC)", "Monday"),
    "devices": tables.number("Online", "Distinct devices online at any time in the week"),
    "new_devices": tables.number("New", "Of these, online for the first time ever"),
    "returned_devices": tables.number("Returned", "Online before, but not in the week before"),
    "lost_devices": tables.number("Lost", "Online in the week before, not in this one"),
    "seen": tables.words("Seen"),
}


def week_bars(week: dict[str, Any]) -> Rows:
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


def week_seen(week: dict[str, Any]) -> str:
    return "whole" if week["complete"] else "in part"


def week_notes(weeks: Rows, observed: Observed) -> Iterator[str]:
    yield "Above the line: devices won since the week before; below it: devices lost."
    if first_seen(weeks[0], observed):
        yield (
            f"The first week, from {words.day(weeks[0]['week'])}, is left out: in it every device "
            "is new."
        )
    if observed.newest - weeks[-1]["week"] < 7 * fleets.DAY:
        yield (
            f"Lighter: the newest week, seen only up to {words.instant(observed.newest_at)}; "
            "devices counted as lost may still come."
        )


# Hours online per device-day.


def show_hours(daily: pa.Table, days: Rows, observed: Observed, period: Period) -> None:
    st.markdown(f"**{hours_answer(days)}**")
    charts.draw(
        fleet_charts.hours(period.days > stacks.LONG),
        pa.Table.from_pylist([point for day in days for point in hour_points(day, observed)]),
        "hours",
        f"Lines of mean and median hours online per device on {words.counted(len(days), 'day')}",
    )
    downloads.offer(daily, f"online-hours-{period.first}-{period.last}", key="hours")
    st.dataframe(
        daily.drop_columns("complete")
        .append_column("seen", [[day_seen(day, observed) for day in days]])
        .take(list(range(len(days)))[::-1]),
        hide_index=True,
        column_config=HOURS,
        placeholder="–",
        alt="Hours online, newest day first",
    )


HOURS = {
    "day": tables.day("Day (UTC)"),
    "devices": tables.number("Devices", "Distinct devices online on the day: its device-days"),
    "hours": fleets.whole("Hours online", "Of all devices together"),
    "mean_hours": fleets.hours("Mean", "Hours online per device"),
    "median_hours": fleets.hours("Median", "Half of the devices were online for longer"),
    "seen": tables.words("Seen"),
}


def hours_answer(days: Rows) -> str:
    place = newest_whole(days)
    if place is None:
        return "No day of this period was seen as a whole"
    day = days[place]
    if not day["devices"]:
        return f"No device was online on {words.day(day['day'])}, the newest whole day"
    return (
        f"A device that was online on {words.day(day['day'])} was so for "
        f"{fleets.long(day['mean_hours'])} on average; half of the devices were so "
        f"{'all day' if day['median_hours'] == 24 else at_least(day['median_hours'])}"
    )


def at_least(hours: float) -> str:
    return f"for {fleets.long(hours)} or more"


def hour_points(day: dict[str, Any], observed: Observed) -> Rows:
    says = {
        "heading": words.day(day["day"]),
        "mean": in_hours(day["mean_hours"]),
        "median": in_hours(day["median_hours"]),
        "devices": words.count(day["devices"]),
        "total": f"{words.count(day['hours'])} h",
        "note": day_seen(day, observed),
    }
    amounts = (day["mean_hours"], day["median_hours"])
    return [
        {
            "day": day["day"],
            "measure": measure,
            "amount": amount,
            "complete": day["complete"],
            **says,
        }
        for measure, amount in zip(fleet_charts.MEASURES, amounts, strict=True)
    ]


def in_hours(hours: float | None) -> str:
    return "–" if hours is None else fleets.long(hours)


def day_seen(day: dict[str, Any], observed: Observed) -> str:
    if day["complete"]:
        return "whole"
    if day["day"] == observed.newest:
        return f"until {observed.newest_at:%H:%M} UTC"
    return "from the first event"


# Servers: what they carried and what their destruction cut off.


def show_servers(servers: pa.Table, observed: Observed) -> None:
    rows = servers.to_pylist()
    ended = [row for row in rows if row["destroyed_at"] and row["cut_off_intervals"]]
    st.markdown(f"**{servers_answer(rows, ended)}**")
    if ended:
        charts.draw(
            fleet_charts.cut_off(stacks.instants(lasting([row["destroyed_at"] for row in ended]))),
            pa.Table.from_pylist([stem(row) for row in ended]),
            "servers",
            f"Intervals cut off by the destruction of {words.counted(len(ended), 'server')}",
        )
    st.caption("All servers over all days, whatever the period above.")
    downloads.offer(servers, "online-servers", key="servers")
    st.dataframe(
        server_rows(rows, observed),
        hide_index=True,
        column_config=SERVERS,
        placeholder="–",
        alt="Servers, the one that carried most devices first",
    )


SERVERS = {
    "server": tables.words("Server"),
    "state": tables.words("State"),
    "devices": tables.number("Devices", "Distinct devices that came online on it"),
    "intervals": tables.number("Intervals", "Online intervals on it"),
    "cut_off": tables.number("Cut off", "Intervals that its destruction ended"),
    "share": tables.amount_in_words("Share", "Of its intervals, cut off by its destruction"),
    "hours": fleets.whole("Hours online", "Of all its intervals together"),
    "destroyed": tables.instant("Destroyed"),
    "lived": tables.amount_in_words("Lived", "From its creation"),
}


def servers_answer(rows: Rows, ended: Rows) -> str:
    first = rows[0]
    if not first["devices"]:
        return "No server carried a device"
    said = (
        f"Server `{first['server_id']}` carried the most devices, {words.count(first['devices'])}"
    )
    if not ended:
        return f"{said}; no server's destruction cut off an interval"
    worst = max(ended, key=lambda row: int(row["cut_off_intervals"]))
    many = words.counted(worst["cut_off_intervals"], "interval")
    when = words.day(worst["destroyed_at"])
    if worst is first:
        return f"{said}, and its destruction on {when} cut off the most, {many}"
    return f"{said}; the destruction of `{worst['server_id']}` on {when} cut off the most, {many}"


def lasting(instants: list[dt.datetime]) -> dt.timedelta:
    return max(instants) - min(instants)


def stem(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "destroyed_at": row["destroyed_at"],
        "cut_off": row["cut_off_intervals"],
        "server": row["server_id"],
        "when": words.instant(row["destroyed_at"]),
        "intervals": f"{words.count(row['cut_off_intervals'])} of "
        f"{words.counted(row['intervals'], 'interval')}",
        "devices": words.count(row["devices"]),
    }


def server_rows(rows: Rows, observed: Observed) -> pa.Table:
    return pa.table(
        {
            "server": [row["server_id"] for row in rows],
            "state": [state(row, observed) for row in rows],
            "devices": [row["devices"] for row in rows],
            "intervals": [row["intervals"] for row in rows],
            "cut_off": [row["cut_off_intervals"] for row in rows],
            "share": [words.share(row["cut_off_intervals"], row["intervals"]) for row in rows],
            "hours": [row["hours"] for row in rows],
            "destroyed": pa.array([row["destroyed_at"] for row in rows], pa.timestamp("us")),
            "lived": [lived(row) for row in rows],
        }
    )


def state(row: dict[str, Any], observed: Observed) -> str:
    """What is known of the server at the newest event."""
    if not row["is_known"]:
        return "In no servers file"
    if row["destroyed_at"] is None:
        return "Lives"
    return "Destroyed" if row["destroyed_at"] <= observed.newest_at else "Destroyed later"


def lived(row: dict[str, Any]) -> str | None:
    if row["created_at"] is None or row["destroyed_at"] is None:
        return None
    seconds = (row["destroyed_at"] - row["created_at"]).total_seconds()
    return fleets.long(seconds / 3600)


page()
