"""One fleet size alone: its line over the days, and how it grew in four weeks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pyarrow as pa
import streamlit as st

from pages.parts import (
    address,
    calendar,
    charts,
    choose,
    day_axis,
    fleets,
    shares,
    trend_chart,
    words,
)
from pages.parts.fleets import FleetDay, Observed
from pages.parts.online_fleet import fleet_picture
from pages.parts.online_fleet.fleet_choice import Choice

WEEKS = 4
EVERY = "all"


def asked() -> str | None:
    """The fleet size that the URL names, as in `size=10-99`; None for all of them."""
    size = address.text("size")
    return size if size in fleets.SIZES else None


def picker() -> None:
    choose.one_of("Fleet size", {EVERY: "All", **fleets.SIZES}, "size")


def answer(days: Sequence[FleetDay], index: int, size: str, chosen: Choice) -> str:
    """Whether the fleet of this size grows: the day against the same weekday four weeks before."""
    day, place = days[index], list(fleets.SIZES).index(size)
    now = day.devices[place]
    within = "on" if chosen.window == 1 else f"in the {chosen.window} days to"
    today = f"{of_all(day, place, 'device')} {within} {words.day(day.day)}"
    fleet = f"Fleets of {fleets.SIZES[size]}"
    back = index - WEEKS * calendar.WEEK.days
    if back < 0 or not days[back].complete:
        return f"{fleet} had {today} online; {WEEKS} weeks before is not known"
    before = f"{of_all(days[back], place)} then"
    return f"{fleet} {grew(now, days[back].devices[place])} in {WEEKS} weeks: {today}, {before}"


def of_all(day: FleetDay, place: int, noun: str = "") -> str:
    """`921 devices (26.7 % of all)`."""
    devices = day.devices[place]
    many = words.counted(devices, noun) if noun else words.count(devices)
    return f"{many} ({shares.of(devices, day.total)} of all)"


def grew(now: int, before: int) -> str:
    """`grew by 4.2 %`, `shrank by 3 %`, `did not grow`."""
    change = words.change_pct(now, before)
    if change is None:
        return "grew" if now else "did not grow"
    said = words.percent(change)
    if said == words.UNCHANGED:
        return "did not grow"
    return f"{'grew' if change > 0 else 'shrank'} by {said.lstrip(f'+{words.MINUS}')}"


def show(
    days: Sequence[FleetDay], size: str, observed: Observed, chosen: Choice, said: str
) -> None:
    """The line of the period's days; a click on one puts it into the URL."""
    period = chosen.period
    shown = [day for day in days if period.first <= day.day <= period.last]
    title = f"{chosen.title}, fleets of {fleets.SIZES[size]}"
    key = charts.key_of("size", address.text("day"))
    charts.draw(
        trend_chart.line(chosen.title, 300, shares=chosen.shares, named=day_axis.named(len(shown))),
        points(shown, list(fleets.SIZES).index(size), observed, chosen),
        key,
        f"Line of {title[:1].lower()}{title[1:]}, {words.day(period.first)} to "
        f"{words.day(period.last)}",
        partial(fleet_picture.choose_day, key),
        fleet_picture.caption(said, title, chosen),
    )
    whole = [day for day in shown if day.complete and day.day < observed.newest]
    hollow = "" if len(whole) == len(shown) else "Hollow: a window that was not seen as a whole. "
    st.caption(f"{hollow}{fleet_picture.CLICK}")


def points(shown: Sequence[FleetDay], place: int, observed: Observed, chosen: Choice) -> pa.Table:
    rows = []
    for day in shown:
        devices = day.devices[place]
        amount = shares.rounded_of(devices, day.total) if chosen.shares else devices
        whole = day.complete and day.day < observed.newest
        rows.append(
            {
                "day": day.day,
                "iso": day.day.isoformat(),
                "amount": amount if whole else None,
                "so_far": None if whole else amount,
                "weekend": calendar.weekend(day.day),
                "has_data": True,
                "hole": None,
                "chosen": address.text("day") == day.day.isoformat(),
                "says": f"{words.day(day.day)}: {fleets.part(devices, day.total)}, "
                f"{fleets.seen(day, observed)}",
            }
        )
    return pa.Table.from_pylist(rows, schema=trend_chart.SCHEMA)
