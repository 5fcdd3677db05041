"""Devices in a drawer, one or up to four beside each other: `?device=a`, `?device=a,b`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from pages.parts import drawer_controls, openable, several, trouble, words

WIDTH = 920
_KEY = "device"
_DEVICE = drawer_controls.Noun(_KEY)


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
        drawer_controls.show(_DEVICE, devices, listed)
        drawn()
