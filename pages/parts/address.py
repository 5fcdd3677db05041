"""The page's state in its URL, for what a widget cannot bind by itself: a day, a device.

`st.selectbox(bind="query-params")` writes what it displays (`Tue 9 May 2017`); a link should say
`2017-05-09`. Here the URL is the state: callbacks write it, the page reads it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import streamlit as st


def text(key: str) -> str | None:
    """The value of `key` in the URL; None without one."""
    return st.query_params.get(key) or None


def day(key: str = "day") -> dt.date | None:
    """The day that the URL names; None without one that is a day."""
    try:
        return dt.date.fromisoformat(st.query_params.get(key, ""))
    except ValueError:
        return None


def put(key: str, value: object | None) -> None:
    """Write `key` into the URL; None, for the default, removes it."""
    if value is None:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = str(value)


def put_day(value: dt.date | None, days: Sequence[dt.date], key: str = "day") -> None:
    """Write a day of `days`, oldest first; the newest is the default and left out."""
    put(key, None if value == days[-1] else value)
