"""Metric cards: a number with what it is compared to."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Literal

import streamlit as st

from pages.parts import calendar, words


def plain(label: str, value: str, note: str, help: str | None = None) -> None:
    """A number and, small below it, what it is of."""
    st.metric(label, value, delta_description=note, border=True, height="stretch", help=help)


def against_week(
    label: str, values: Mapping[dt.date, int], day: dt.date, sparkline_days: int = 0
) -> None:
    """A day's number, its change against a week before and, if asked for, a line of the last days.

    `values` holds the days with data only; others interrupt the line.
    """
    before = calendar.week_before(values, day)
    line = [
        math.nan if value is None else value
        for _, value in calendar.filled(values, day, sparkline_days)
    ]
    change = 100 * (values[day] - before) / before if before else None
    st.metric(
        label,
        words.count(values[day]),
        None if change is None else words.percent(change),
        delta_color="blue",
        delta_arrow=arrow(change),
        delta_description=(
            f"against {words.short_day(day - calendar.WEEK)}" if before else "no data a week before"
        ),
        chart_data=line or None,
        border=True,
        height="stretch",
    )


def arrow(change_pct: float | None) -> Literal["up", "down", "off"]:
    """The arrow beside a change; none where there is none to see."""
    if change_pct is None or words.percent(change_pct) == words.UNCHANGED:
        return "off"
    return "up" if change_pct > 0 else "down"
