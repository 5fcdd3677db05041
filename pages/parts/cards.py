"""Metric cards: a number with what it is compared to."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from pages.parts import calendar, phone, words

Arrow = Literal["up", "down"]


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
    change = words.change_pct(values[day], before)
    compared(
        label,
        words.count(values[day]),
        None if change is None else words.percent(change),
        change,
        description=("in a week" if before else "no data a week before"),
        line=line,
    )


def so_far(label: str, now: int, before: int | None) -> None:
    """What a day in progress holds, against the same time a week before."""
    change = words.change_pct(now, before)
    compared(
        f"{label} so far",
        words.count(now),
        None if change is None else words.percent(change),
        change,
        description="up to that time a week before" if before else "no data a week before",
    )


def compared(
    label: str,
    value: str,
    said: str | None,
    change: float | None,
    *,
    better: Arrow | None = None,
    description: str | None = None,
    line: Sequence[float] = (),
    help: str | None = None,
    border: bool = True,
) -> None:
    """A number and what is `said` of its change, in the change's arrow and colour.

    A `change` of None is none: what is said stands in grey. It is blue, or green and red where one
    way is `better`; Streamlit would tell up from down by a hyphen, which is no minus.
    """
    st.metric(
        label,
        value,
        said,
        delta_color=_colour(change, better),
        delta_arrow=_arrow(change),
        delta_description=description,
        chart_data=phone.line(line) or None,
        help=help,
        border=border,
        height="stretch" if border else "content",
    )


def _colour(change: float | None, better: Arrow | None) -> Literal["blue", "green", "red", "off"]:
    if change is not None and better is None:
        return "blue"
    arrow = _arrow(change)
    if arrow == "off":
        return "off"
    return "green" if arrow == better else "red"


def _arrow(change: float | None) -> Arrow | Literal["off"]:
    """None where there is no change to see."""
    if change is None or words.percent(change) == words.UNCHANGED:
        return "off"
    return "up" if change > 0 else "down"
