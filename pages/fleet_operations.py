"""What changes in the fleet: devices new and lost, hours online, and what servers cut off."""

from __future__ import annotations

import math

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import answers, choose, fleet_hours, fleet_weeks, fleets, servers, trouble, words
from pages.parts.cards import arrow as change_arrow
from pages.parts.choose import Period
from pages.parts.fleets import Observed, Rows

SPARK_WEEKS = 26
SPARK_DAYS = 30
VIEWS = {"weeks": "New and lost", "hours": "Hours online", "servers": "Servers"}


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
    show_cards(weeks, days)
    view = choose.one_of("Show", VIEWS, "view", show_label=False)
    if view == "weeks":
        fleet_weeks.show(weekly, observed, period)
    elif view == "hours":
        fleet_hours.show(daily, observed, period)
    else:
        servers.show(observed)


def controls(observed: Observed) -> Period:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return choose.period(observed.begin, observed.newest)


# The answer: the newest whole week.


def answer(weeks: Rows) -> str:
    week = fleets.newest_whole(weeks)
    if week is None:
        return "No week of this period was seen as a whole, from Monday to Sunday"
    when = f"in the week from {words.day(week['week'])}"
    new = week["new_devices"]
    lost = week["lost_devices"]
    said = words.counted(new, "new device") if new else "No new device"
    return f"{said} and {words.count(lost) if lost else 'none'} lost {when}"


def show_cards(weeks: Rows, days: Rows) -> None:
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
        fleets.long(now),
        NOTHING_BEFORE if change is None else f"{words.percent(change)} in a week",
        delta_arrow=change_arrow(change),
        delta_color="off" if change is None else "blue",
        chart_data=[math.nan if value is None else value for value in values[-SPARK_DAYS:]],
        help=HELP["mean_hours"],
        border=True,
        height="stretch",
    )


page()
