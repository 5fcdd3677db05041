"""Choosing a day; it stands in the URL as `2017-05-09`, the usual one left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from pages.parts import address, calendar, kept, words


def choose(label: str, days: Sequence[dt.date], usual: dt.date, key: str = "day") -> dt.date:
    """One of `days`, oldest first; or a day between them that the URL names."""
    day = _shown(days, usual, key)
    widget = f"{key} chosen"
    st.session_state[widget] = day if day in days else None
    st.selectbox(
        label,
        days[::-1],
        key=widget,
        format_func=words.day,
        placeholder=words.day(day),
        on_change=lambda: address.put_day(st.session_state[widget], usual, key),
        width=190,
    )
    return day


def step(label: str, to: dt.date | None, usual: dt.date) -> None:
    """A button to another day; without one it is disabled."""
    st.button(
        label,
        key=f"day {label}",
        help=words.day(to) if to else None,
        disabled=to is None,
        on_click=address.put_day,
        args=(to, usual),
    )


def neighbours(days: Sequence[dt.date], usual: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """The days before and after the one that the URL names."""
    return calendar.neighbours(days, _shown(days, usual))


def _shown(days: Sequence[dt.date], usual: dt.date, key: str = "day") -> dt.date:
    if (before := kept.day(days, usual, key)) is not None:
        return before
    return address.day_within(days[0], days[-1], usual, key)
