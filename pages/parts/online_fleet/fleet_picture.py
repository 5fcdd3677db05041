"""A bar a day by the size of the owner's fleet; where bars end, the projection continues them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import streamlit as st

from pages.parts import address, captions, charts, day_axis, fleets, palette, stacks, words
from pages.parts.fleets import FleetDay, Observed
from pages.parts.online_fleet import projection
from pages.parts.online_fleet.fleet_choice import Choice
from pages.parts.online_fleet.projection import Projection
from pages.parts.shares import limit

CLICK = "Click a day for its users."


def show(
    days: Sequence[FleetDay],
    ahead: Projection,
    observed: Observed,
    chosen: Choice,
    said: str,
) -> None:
    """Of `days` those of the period; a click on one puts it into the URL."""
    period, title = chosen.period, chosen.title
    shown = [day for day in days if period.first <= day.day <= period.last]
    key = charts.key_of("fleet", address.text("day"))
    continued = ahead.rows if continues(observed, chosen) else None
    rows = [bar(day, observed) for day in shown]
    if continued is not None:
        rows += [projection.bar(row) for row in continued.to_pylist()]
    kinds = tuple((fleets.of_size(size), hue) for size, hue in palette.fleet_sizes().items())
    charts.draw(
        stacks.stack(
            kinds,
            title,
            "Online" if chosen.window == 1 else f"In {chosen.window} days",
            shares=chosen.shares,
            projected=continued is not None,
            long=period.days > stacks.LONG,
            few=len(rows) <= day_axis.FEW,
            kinds_are="Size of the owner's fleet",
            prefix="Fleets of ",
        ),
        stacks.table(rows, len(kinds), continued is not None),
        key,
        f"Bars of {title[:1].lower()}{title[1:]} by the size of the owner's fleet, "
        f"{words.day(period.first)} to {words.day(period.last)}",
        partial(choose_day, key),
        caption(said, f"{title} by the size of the owner's fleet", chosen),
    )
    st.caption(" ".join([*notes(shown, observed), *projection_notes(ahead, observed, chosen)]))


def caption(said: str, title: str, chosen: Choice) -> str:
    """What the picture says of itself where it is saved."""
    days = captions.days(chosen.period.first, chosen.period.last)
    return captions.of(said, f"{title}, {days} (UTC)", "connectivity_events")


def continues(observed: Observed, chosen: Choice) -> bool:
    """Whether a projection would continue the bars: it is one of devices a day."""
    return chosen.window == 1 and not chosen.shares and chosen.period.last == observed.newest


def bar(day: FleetDay, observed: Observed) -> stacks.Row:
    return stacks.seen(
        day.day,
        day.devices,
        [fleets.part(devices, day.total) for devices in day.devices],
        words.counted(day.total, "device"),
        fleets.seen(day, observed),
        complete=day.complete and day.day < observed.newest,
        silent=day.day not in observed.active,
        chosen=address.text("day") == day.day.isoformat(),
    )


def choose_day(key: str) -> None:
    points = st.session_state[key]["selection"].get("day")
    if points:
        address.put("day", points[0]["iso"])
        address.put("view", None)


# What the eye cannot see in the picture.


def notes(shown: Sequence[FleetDay], observed: Observed) -> Iterator[str]:
    if shown[0].day == observed.begin and shown[-1].day < observed.newest:
        days = words.counted(len(shown), "day")
        yield f"In view: {days}, from the first event on."
    if not shown[0].complete:
        yield (
            f"Lighter on the left: windows that began before the first event, on "
            f"{words.day(observed.begin)}."
        )
    if shown[-1].day == observed.newest:
        yield (
            f"Lighter on the right: {words.short_day(observed.newest)}, seen only up to the newest "
            f"event, at {observed.newest_at:%H:%M} UTC."
        )
    if not observed.active.issuperset(day.day for day in shown):
        yield (
            "Grey foot: on these days no device came online, so what is shown rests on earlier "
            "events."
        )


def projection_notes(ahead: Projection, observed: Observed, chosen: Choice) -> Iterator[str]:
    if ahead.rows is None:
        yield f"No projection: {ahead.why_not[:1].lower()}{ahead.why_not[1:]}."
    elif continues(observed, chosen):
        yield (
            f"Dashed: the projection, in the ranges that hold the number with {limit(80)} and "
            f"{limit(95)} probability; {projection.missed(ahead.rows.to_pylist()[0])}."
        )
    yield CLICK
