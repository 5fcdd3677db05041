"""Metric cards: a number with what it is compared to."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping

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
    change = _signed(100 * (values[day] - before) / before) if before else None
    st.metric(
        label,
        words.count(values[day]),
        change,
        delta_color="blue",
        delta_arrow="off" if change and change.startswith("±") else "auto",
        delta_description=(
            f"against {words.short_day(day - calendar.WEEK)}" if before else "no data a week before"
        ),
        chart_data=line or None,
        border=True,
        height="stretch",
    )


def _signed(change_pct: float) -> str:
    """With the hyphen that st.metric takes for a minus, to turn its arrow."""
    return words.percent(change_pct).replace(words.MINUS, "-")
