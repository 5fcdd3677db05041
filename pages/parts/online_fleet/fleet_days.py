"""Devices online day by day: the numbers of the picture."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from pages.parts import downloads, fleets, tables, words
from pages.parts.choose import Period
from pages.parts.fleets import FleetDay, Observed
from pages.parts.online_fleet.fleet_choice import Choice


def show(table: pa.Table, observed: Observed, chosen: Choice) -> None:
    """`table` holds `online_devices` of the window, with days before the period to compare to."""
    period = chosen.period
    numbers = fleets.between(table, period.first, period.last)
    downloads.offer(
        numbers, f"online-devices-{period.first}-{period.last}-window-{chosen.window}", key="days"
    )
    st.dataframe(
        tables.signed(day_rows(fleets.days(table), observed, period), change=words.percent),
        hide_index=True,
        column_config=DAYS,
        alt=f"{chosen.title} by fleet size, newest first",
    )


DAYS = {
    **tables.of_metric("online_devices", "day"),
    "devices": tables.number("Devices", "Distinct devices online"),
    "change": tables.difference("Change", "Against a week before"),
    **{
        size: tables.number(label, f"Devices of users with {label} of them online")
        for size, label in fleets.SIZES.items()
    },
    "seen": tables.words("Seen"),
}


def day_rows(days: Sequence[FleetDay], observed: Observed, period: Period) -> pa.Table:
    shown = [
        (index, day) for index, day in enumerate(days) if period.first <= day.day <= period.last
    ][::-1]
    changes = [fleets.change(days, index) for index, _ in shown]
    return pa.table(
        {
            "day": [day.day for _, day in shown],
            "devices": [day.total for _, day in shown],
            "change": pa.array(changes, pa.float64()),
            **{
                size: [day.devices[place] for _, day in shown]
                for place, size in enumerate(fleets.SIZES)
            },
            "seen": [fleets.seen(day, observed) for _, day in shown],
        }
    )
