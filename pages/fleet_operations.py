"""What changes in the fleet: devices new and lost, hours online, and what servers cut off."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from pages.parts import address, answers, cards, choose, fleets, late, layout, tab, trouble, words
from pages.parts.choose import Period
from pages.parts.fleet_operations import fleet_hours, fleet_weeks, servers
from pages.parts.fleets import Observed, Rows

ORDER = 50
TITLE = "Fleet operations"
ICON = "🛠️"

SPARK_WEEKS = 26
SPARK_DAYS = 30
VIEWS = {"weeks": "New and lost", "hours": "Hours online", "servers": "Servers"}


def page() -> None:
    observed = fleets.observed()
    if observed is None:
        trouble.no_rows("connectivity events")
        return
    address.knows("days", "last_day", "view")
    period = controls(observed)
    tab.name(TITLE, words.short_day(period.last))
    weekly = answers.ask("online_weekly", first_day=period.first, last_day=period.last)
    daily = answers.ask("online_hours", first_day=period.first, last_day=period.last)
    weeks, days = weekly.to_pylist(), daily.to_pylist()
    st.title(answer(weeks), anchor=False)
    late.note("connectivity_events")
    show_cards(weeks, days)
    view = choose.one_of("Show", VIEWS, "view", show_label=False)
    if view == "weeks":
        fleet_weeks.show(weekly, observed, period, answer(weeks))
    elif view == "hours":
        fleet_hours.show(daily, observed, period)
    else:
        servers.show(observed)


def controls(observed: Observed) -> Period:
    with st.container(horizontal=True):
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
    hours = [day["mean_hours"] for day in days if day["complete"]]
    with layout.cards(4):
        for name in ("devices", "new_devices", "lost_devices"):
            values = [week[name] for week in whole]
            card(name, words.count(values[-1]) if values else "–", values[-SPARK_WEEKS:], 1)
        card("mean_hours", fleets.long(hours[-1] if hours else None), hours[-SPARK_DAYS:], 7)


def card(name: str, value: str, line: Sequence[float | None], week: int) -> None:
    """The newest value, which ends the line, against the one that stands `week` places before."""
    label, help = CARDS[name]
    now, before = (line[-place] if len(line) >= place else None for place in (1, 1 + week))
    change = None if now is None else words.change_pct(now, before)
    cards.compared(
        label,
        value,
        "none to compare to" if change is None else f"{words.percent(change)} in a week",
        change,
        line=[math.nan if amount is None else amount for amount in line],
        help=help,
    )


CARDS = {
    "devices": (
        "Online in the week",
        "Distinct devices online at any time in the newest whole week, Monday to Sunday.",
    ),
    "new_devices": (
        "New devices",
        "Devices online in the newest whole week for the first time ever.",
    ),
    "lost_devices": (
        "Lost devices",
        "Devices online in the week before, but not in the newest whole week.",
    ),
    "mean_hours": (
        "Online per device-day",
        "Hours online per device that was online on the newest whole day, on average; time in "
        "which a device's intervals overlap counts once.",
    ),
}


page()
