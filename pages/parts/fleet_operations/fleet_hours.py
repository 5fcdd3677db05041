"""Hours online per device that was online on a day."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from pages.parts import (
    captions,
    charts,
    day_axis,
    downloads,
    fleet_charts,
    fleets,
    stacks,
    tables,
    words,
)
from pages.parts.choose import Period
from pages.parts.fleets import Observed, Row, Rows


def show(daily: pa.Table, observed: Observed, period: Period) -> None:
    """`daily` holds `online_hours` of the period."""
    days = daily.to_pylist()
    st.header(answer(days), anchor=False)
    charts.draw(
        fleet_charts.hours(period.days > stacks.LONG, period.days <= day_axis.FEW),
        pa.Table.from_pylist([point for day in days for point in hour_points(day, observed)]),
        "hours",
        f"Lines of mean and median hours online per device on {words.counted(len(days), 'day')}",
        caption=captions.of(
            answer(days),
            f"Hours online per device, {captions.days(period.first, period.last)} (UTC)",
            "connectivity_events",
        ),
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
    **tables.of_metric("online_hours", "day", "devices", "mean_hours", "median_hours"),
    **tables.of_metric("online_hours", "hours", decimals=0),
    "seen": tables.words("Seen"),
}


def answer(days: Rows) -> str:
    day = fleets.newest_whole(days)
    if day is None:
        return "No day of this period was seen as a whole"
    if not day["devices"]:
        return f"No device was online on {words.day(day['day'])}, the newest whole day"
    half = day["median_hours"]
    return (
        f"A device that was online on {words.day(day['day'])} was so for "
        f"{fleets.long(day['mean_hours'])} on average; half of the devices were so "
        + ("all day" if half == 24 else f"for {fleets.long(half)} or more")
    )


def hour_points(day: Row, observed: Observed) -> Rows:
    says = {
        "heading": words.day(day["day"]),
        "mean": fleets.long(day["mean_hours"]),
        "median": fleets.long(day["median_hours"]),
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


def day_seen(day: Row, observed: Observed) -> str:
    if day["complete"]:
        return "whole"
    if day["day"] == observed.newest:
        return f"until {observed.newest_at:%H:%M} UTC"
    return "from the first event"
