"""Controls whose choice stands in the URL as a short code, such as `?window=28&days=365`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from pages.parts import address, calendar, words

DAYS = {7: "7 days", 30: "30 days", 90: "90 days", 365: "1 year"}
USUAL_DAYS = 90
LONGEST = 3_660  # days: what one picture may show


class Period(NamedTuple):
    """Days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def one_of(
    label: str,
    options: Mapping[str, str],
    key: str,
    *,
    usual: str | None = None,
    show_label: bool = True,
) -> str:
    """One of a few codes, each shown in its words; the default is `usual` or the first.

    A code that is none of them leaves the URL.
    """
    codes = list(options)
    default = usual or codes[0]
    chosen = address.text(key) or default
    if chosen not in options:
        address.mend(key, options[default])
        chosen = default
    widget = f"{key} chosen"
    st.session_state[widget] = chosen
    st.segmented_control(
        label,
        codes,
        key=widget,
        format_func=options.__getitem__,
        required=True,
        label_visibility="visible" if show_label else "collapsed",
        on_change=lambda: _put(key, st.session_state[widget], default),
    )
    return chosen


def stated(label: str, options: Sequence[str], key: str) -> str:
    """One of `options`, shown as they are: the one in the URL, the one chosen before, or the first.

    For a default that the data decides: it stands in the URL as well, so that a link copied today
    shows the same when the data has another default.
    """
    widget = f"{key} chosen"
    asked = address.text(key)
    before = st.session_state.get(widget)
    chosen = next((name for name in (asked, before) if name and name in options), options[0])
    if asked is None:
        address.complete(key, chosen)
    elif asked != chosen:
        address.mend(key, chosen, chosen)
    st.session_state[widget] = chosen
    st.selectbox(
        label,
        options,
        key=widget,
        on_change=lambda: address.put(key, st.session_state[widget]),
        persist_state="session",
        width=150,
    )
    return chosen


def period(begin: dt.date, newest: dt.date) -> Period:
    """A length and the last day, between the first and the newest day of the data."""
    last = address.day_within(begin, newest, newest, "last_day")
    days = min(length((newest - begin).days + 1), (last - begin).days + 1)
    _date("Last day (UTC)", begin, newest, "last_day", last, newest)
    return Period(last - dt.timedelta(days - 1), last)


def length(all_days: int, most_usual: int = USUAL_DAYS) -> int:
    """How many days, of the `all_days` that there are; the URL may name any number to LONGEST."""
    most = min(all_days, LONGEST)
    usual = min(most_usual, most)
    asked = address.text("days")
    days = _number(asked) or usual
    if asked and not 0 < (_number(asked) or 0) <= most:
        days = usual
        address.mend("days", _length_in_words(usual, all_days))
    options = sorted({*(known for known in DAYS if known < most), most, days})
    st.session_state["days chosen"] = days
    st.selectbox(
        "Period",
        options,
        key="days chosen",
        format_func=lambda value: _length_in_words(value, all_days),
        on_change=lambda: _put("days", st.session_state["days chosen"], usual),
        width=160,
    )
    return days


def day(label: str, begin: dt.date, newest: dt.date, usual: dt.date) -> dt.date:
    """A day, with buttons to its neighbours and one back to `usual`, the default."""
    chosen = address.day_within(begin, newest, usual)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _step("◀ Previous", chosen - calendar.DAY if chosen > begin else None, usual)
        _date(label, begin, newest, "day", chosen, usual)
        _step("Next ▶", chosen + calendar.DAY if chosen < newest else None, usual)
        if chosen != usual:
            st.button(f"Back to {words.short_day(usual)}", on_click=address.put, args=("day", None))
    return chosen


def _date(
    label: str, begin: dt.date, newest: dt.date, key: str, chosen: dt.date, usual: dt.date
) -> None:
    """A calendar that shows `chosen` and writes a choice into the URL."""
    widget = f"{key} chosen"
    st.session_state[widget] = chosen
    st.date_input(
        label,
        min_value=begin,
        max_value=newest,
        key=widget,
        format="YYYY-MM-DD",
        on_change=lambda: _put(key, st.session_state[widget], usual),
        width=160,
    )


def _step(label: str, to: dt.date | None, usual: dt.date) -> None:
    st.button(
        label,
        key=f"day {label}",
        help=words.day(to) if to else None,
        disabled=to is None,
        on_click=_put,
        args=("day", to, usual),
    )


def _put(key: str, value: object | None, usual: object) -> None:
    """Nothing chosen is the default again."""
    address.put(key, None if value == usual else value)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 6 else None


def _length_in_words(days: int, all_days: int) -> str:
    if days == all_days > 1:
        return f"All {words.counted(days, 'day')}"
    return DAYS.get(days, words.counted(days, "day"))
