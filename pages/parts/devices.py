"""Devices in a drawer, one or up to four beside each other: `?device=a`, `?device=a,b`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from pages.parts import address, openable, several, trouble, words

WIDTH = 920
_KEY = "device"
_WITH = "compare with"


def asked() -> list[str]:
    """The devices that the URL names, each once."""
    return several.asked(_KEY, "device")


def open_drawer(
    listed: Sequence[str],
    one: Callable[[str], None],
    more: Callable[[Sequence[str]], None],
) -> None:
    """Open what the URL names: `one` device, or `more`; `listed` are the ones to step through.

    Nothing happens where it names none.
    """
    devices = asked()
    if not devices:
        return
    name = f"Device {words.code(devices[0])}"
    if len(devices) > 1:
        name = f"Compare {' and '.join(map(words.code, devices))}"
    close = partial(openable.close, _KEY)
    drawn = partial(one, devices[0]) if len(devices) == 1 else partial(more, devices)
    st.dialog(name, width=WIDTH, position="right", on_dismiss=close)(_drawer)(
        devices, listed, drawn
    )


def table(rows: Sequence[str]) -> list[str]:
    """What `openable.table` writes into the URL for rows of these devices."""
    return [several.link(device) for device in rows]


def _drawer(devices: list[str], listed: Sequence[str], drawn: Callable[[], None]) -> None:
    if (now := asked()) and now != devices:
        st.rerun()  # the whole page, so that the drawer has the title of what it shows
    with trouble.explained():
        _controls(devices, listed)
        drawn()


def _controls(devices: list[str], listed: Sequence[str]) -> None:
    """Steps to the neighbours in the list, and whom to compare with."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(devices) == 1 and devices[0] in listed:
            _steps(listed.index(devices[0]), listed)
        _compare(devices, listed)


def _steps(place: int, listed: Sequence[str]) -> None:
    for label, key, to in (("◀ Previous", "Left", place - 1), ("Next ▶", "Right", place + 1)):
        st.button(
            label,
            key=f"device {label}",
            disabled=not 0 <= to < len(listed),
            on_click=address.put,
            args=(_KEY, several.link(listed[to % len(listed)])),
            help=f"{place + 1} of {len(listed)} listed; or the arrow key",
            shortcut=key,
        )


def _compare(devices: list[str], listed: Sequence[str]) -> None:
    first, *others = devices
    st.session_state[_WITH] = others
    st.multiselect(
        "Compare with",
        [device for device in dict.fromkeys((*others, *listed)) if device != first],
        key=_WITH,
        max_selections=several.MOST - 1,
        accept_new_options=True,
        placeholder="Choose up to 3 devices, or write their ids",
        on_change=lambda: address.put(_KEY, several.link(first, *st.session_state[_WITH])),
    )
