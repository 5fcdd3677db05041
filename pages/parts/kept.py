"""The day that was chosen, kept from page to page.

Whoever comes to a page that shows a day, by a link that names none, sees the day that the page
before showed. It then stands in the URL. On the page itself a URL without a day is the default, so
that choosing the default and going back work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import streamlit as st

from pages.parts import address

_DAY = "day kept"
_PAGE = "page shown"
_ARRIVED = "came from another page"


def arrive(page: str) -> None:
    """Note which page is shown; before the page runs."""
    st.session_state[_ARRIVED] = st.session_state.get(_PAGE, page) != page
    st.session_state[_PAGE] = page


def day(days: Collection[dt.date], usual: dt.date, key: str) -> dt.date | None:
    """The day kept, one of `days`, if the visitor came without one; else note what the URL says."""
    told = address.completed(key)
    if isinstance(told, dt.date):
        return told
    if address.text(key) is None and st.session_state.pop(_ARRIVED, False):
        before: dt.date | None = st.session_state.get(_DAY)
        if before in days and before != usual:
            address.complete(key, before)
            return before
        return None
    st.session_state[_DAY] = address.day(key)
    return None
