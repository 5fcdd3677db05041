"""How many devices are online, in fleets of what size, where it leads and how it was repaired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from pages.parts import address, choose, devices, fleets, late, tab, trouble, words
from pages.parts.fleets import FleetDay, Observed
from pages.parts.online_fleet import (
    compare,
    device_online,
    fleet_cards,
    fleet_choice,
    fleet_days,
    fleet_picture,
    fleet_size,
    fleet_users,
    found,
    projection,
    repair,
    user,
)
from pages.parts.online_fleet.fleet_choice import Choice

ORDER = 40
TITLE = "Online fleet"
ICON = "📡"

VIEWS = {
    "users": "Users of a day",
    "days": "Day by day",
    "projection": "Projection",
    "repair": "Repair",
}


def page() -> None:
    observed = fleets.observed()
    if observed is None:
        trouble.no_rows("connectivity events")
        return
    address.knows("window", "measure", "days", "last_day", "size")
    address.knows("view", "day", "find", "user", "device")
    chosen, part = fleet_choice.controls(observed)
    address.day_within(observed.begin, observed.newest, observed.usual)
    tab.name(TITLE, *devices.asked(), part, words.short_day(chosen.period.last))
    ids = found.show(part) if part else []
    if not part:
        show_fleet(observed, chosen)
    if devices.asked():
        devices.open_drawer(ids, device_online.show, compare.show)
    else:
        usual = min(observed.usual, chosen.period.last)
        user.open_drawer(address.day("day") or usual, chosen.window)


def show_fleet(observed: Observed, chosen: Choice) -> None:
    daily = fleet_choice.online(observed, 1, chosen.period)
    running = fleet_choice.online(observed, 28, chosen.period)
    table = daily if chosen.window == 1 else running
    days, usual = fleets.days(table), min(observed.usual, chosen.period.last)
    size, index = fleet_size.asked(), (usual - days[0].day).days
    if size:
        said = fleet_size.answer(days, index, size, chosen)
    else:
        said = answer(days, usual, observed, chosen.window)
    st.title(said, anchor=False)
    late.note("connectivity_events")
    fleet_cards.show(days, fleets.days(running), usual, observed, chosen)
    ahead = projection.ask()
    fleet_size.picker()
    if size:
        fleet_size.show(days, size, observed, chosen, said)
    else:
        fleet_picture.show(days, ahead, observed, chosen, said)
    # What lies behind the picture: one view at a time.
    view = choose.one_of("Behind it", VIEWS, "view", show_label=False)
    if view == "users":
        fleet_users.show(observed, usual, chosen.window)
    elif view == "days":
        fleet_days.show(table, observed, chosen)
    elif view == "projection":
        projection.show(ahead)
    else:
        repair.show(observed, chosen.period)


def answer(days: Sequence[FleetDay], usual: dt.date, observed: Observed, window: int) -> str:
    index = (usual - days[0].day).days
    total = days[index].total
    newest = ", the newest whole day" if usual == observed.usual and observed.whole(usual) else ""
    said = f"{words.counted(total, 'device')} {'was' if total == 1 else 'were'} online"
    if not total:
        said = "No device was online"
    within = "on" if window == 1 else f"at some time in the {window} days to"
    said = f"{said} {within} {words.day(usual)}{newest}"
    change = fleets.change(days, index)
    return said if change is None else f"{said}: {words.compared(change)} a week before"


page()
