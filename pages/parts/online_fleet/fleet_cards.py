"""The numbers of a day: devices online, the commonest fleet size; and what was repaired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pages.parts import calendar, cards, fleets, layout, shares, words
from pages.parts.choose import Period
from pages.parts.fleets import FleetDay, Observed
from pages.parts.online_fleet import repair
from pages.parts.online_fleet.fleet_choice import Choice

SPARK_DAYS = 30


def show(
    days: Sequence[FleetDay],
    running: Sequence[FleetDay],
    usual: dt.date,
    observed: Observed,
    chosen: Choice,
) -> None:
    index = (usual - days[0].day).days
    with layout.cards(4 if chosen.window == 1 else 3):
        if chosen.window == 1:
            online_card(f"Online on {words.short_day(usual)}", days, index)
        online_card("In 28 days", running, index)
        largest_card(days, index)
        repaired_card(observed, chosen.period)


def online_card(label: str, days: Sequence[FleetDay], index: int) -> None:
    cards.compared(
        label,
        words.count(days[index].total),
        fleets.compared(days, index),
        fleets.change(days, index),
        line=[day.total for day in recent(days, index)],
        help="Distinct devices online at any time in the window, each counted once.",
    )


def recent(days: Sequence[FleetDay], index: int) -> list[FleetDay]:
    """The last of the days up to `index`, without windows that were not seen whole."""
    return [day for day in days[max(0, index + 1 - SPARK_DAYS) : index + 1] if day.complete]


def largest_card(days: Sequence[FleetDay], index: int) -> None:
    """The fleet size that holds most of the day's devices."""
    day = days[index]
    devices, size = max((count, size) for size, count in enumerate(day.devices))
    cards.compared(
        f"In fleets of {list(fleets.SIZES.values())[size]}" if devices else "In one fleet size",
        shares.of(devices, day.total),
        words.counted(devices, "device"),
        None,
        line=[100 * day.devices[size] / (day.total or 1) for day in recent(days, index)],
        help="The fleet size that holds most of the devices: its share of all that were online.",
    )


def repaired_card(observed: Observed, period: Period) -> None:
    audit = repair.audit(observed, period)
    counted = repair.totals(audit)
    repaired = sum(counted[rule].events for rule in repair.REPAIRED)
    online = sum(counted[rule].events for rule in repair.DECIDES)
    cards.compared(
        "Events repaired",
        words.count(repaired),
        f"{shares.of(repaired, online)} of online events" if online else "no online event",
        None,
        line=repair.by_day(audit, calendar.span(period.last, min(period.days, SPARK_DAYS))),
        help="Online events in the period whose offline event is missing, so that a rule had to "
        "decide where the interval ends. See *Repair* below.",
    )
