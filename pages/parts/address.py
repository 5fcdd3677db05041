"""The page's state in its URL, for what a widget cannot bind by itself: a day, a device.

`st.selectbox(bind="query-params")` writes what it displays (`Tue 9 May 2017`); a link should say
`2017-05-09`. Here the URL is the state: callbacks write it, the page reads it. What a link asks for
in vain is taken out of it, and one notice says what is shown instead. A default is left out, unless
other data would have another one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import streamlit as st

from pages.parts import words

_INSTEAD = "shown instead of what the link asks for"
LONG = 40  # letters of what a link asks for
_MISSING = "shown though the link does not say so"
_KNOWN = "what the link may say"


def text(key: str) -> str | None:
    """The value of `key` in the URL; None without one."""
    return st.query_params.get(key) or None


def day(key: str) -> dt.date | None:
    """The day that the URL names; None without one that is a day."""
    try:
        return dt.date.fromisoformat(st.query_params.get(key, ""))
    except ValueError:
        return None


def day_within(first: dt.date, last: dt.date, usual: dt.date, key: str = "day") -> dt.date:
    """The day that the URL names, else the nearest one from `first` to `last`, else `usual`."""
    if text(key) is None:
        return usual
    asked = day(key)
    shown = usual if asked is None else min(max(asked, first), last)
    if shown != asked:
        mend(key, words.day(shown), None if shown == usual else shown)
    return shown


def put(key: str, value: object | None) -> None:
    """Write `key` into the URL; None, for the default, removes it."""
    if value is None:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = str(value)


def put_day(value: dt.date | None, usual: dt.date, key: str = "day") -> None:
    """Write a day; the default is left out."""
    put(key, None if value == usual else value)


def knows(*keys: str) -> None:
    """Say what a link to this page may hold; anything else is told and taken out of the URL."""
    st.session_state[_KNOWN] |= set(keys)


def mend(key: str, shown: str, value: object | None = None) -> None:
    """Replace what the URL says of `key` by `value` (None: the default), shown as `shown`."""
    st.session_state[_INSTEAD][key] = (st.query_params[key], shown)
    put(key, value)


def complete(key: str, value: object) -> None:
    """Write into the URL that `key` is shown as `value`, a default that other data may change.

    At the end of the run: until then the browser may still have the address of the page before.
    """
    st.session_state[_MISSING][key] = value


def completed(key: str) -> object | None:
    """What `complete` was told of `key` in this run."""
    told: dict[str, object] = st.session_state[_MISSING]
    return told.get(key)


@contextmanager
def corrected() -> Iterator[None]:
    """Around a page: above it, what the link asks for in vain and what is shown instead."""
    notice = st.container()
    instead: dict[str, tuple[str, str]] = {}
    missing: dict[str, object] = {}
    st.session_state[_INSTEAD], st.session_state[_MISSING] = instead, missing
    known: set[str] = set()
    st.session_state[_KNOWN] = known
    asked = st.query_params.to_dict()
    yield
    for key, value in missing.items():
        put(key, value)
    instead |= _corrected_by_widgets(asked)
    if known and (strange := asked.keys() - known):
        _tell_strange(notice, {key: asked[key] for key in sorted(strange)}, known)
    if instead:
        said = (
            f"**{_said(shown)}** instead of {words.code(f'{key}={text[:LONG]}')}"
            for key, (text, shown) in instead.items()
        )
        notice.warning(
            f"The link asks for what is not there, so shown is {', '.join(said)}.", icon="🔗"
        )


def _tell_strange(notice: Any, strange: Mapping[str, str], known: set[str]) -> None:
    for key in strange:
        put(key, None)
    said = ", ".join(words.code(f"{key}={value}"[:LONG]) for key, value in strange.items())
    notice.warning(
        f"The link says {said}, which this page does not know and leaves out. It knows "
        f"{', '.join(sorted(known))}.",
        icon="🔗",
    )


def _corrected_by_widgets(asked: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What Streamlit took out of the URL or changed there, as the bound widget has no such value.

    A number that is only written in another way (`10.0`) is the one that was asked for.
    """
    left = st.query_params.to_dict()
    bound = {key: st.session_state[key] for key in asked if key in st.session_state}
    return {
        key: (asked[key], _text(value))
        for key, value in bound.items()
        if left.get(key) != asked[key] and not _asks_for(asked[key], value)
    }


def _asks_for(text: str, value: object) -> bool:
    if isinstance(value, str):
        return text == value
    try:
        return float(text) == value
    except ValueError:
        return False


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _said(shown: str) -> str:
    return shown if shown.isdecimal() else words.name(shown)
