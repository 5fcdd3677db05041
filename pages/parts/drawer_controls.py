"""What stands above a device or a store in its drawer: steps through the list that it was opened
from, and whom to compare it with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from pages.parts import address, several


class Noun(NamedTuple):
    """What a drawer shows, also its key in the URL, and what steps to its neighbours are called."""

    name: str
    before: str = "◀ Previous"
    after: str = "Next ▶"


def show(noun: Noun, named: Sequence[str], listed: Sequence[str]) -> None:
    """`named` are those that the drawer shows, `listed` those of the page behind it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(named) == 1 and named[0] in listed:
            _steps(noun, listed.index(named[0]), listed)
        _compare(noun, named, listed)


def _steps(noun: Noun, place: int, listed: Sequence[str]) -> None:
    for label, arrow, to in ((noun.before, "Left", place - 1), (noun.after, "Right", place + 1)):
        st.button(
            label,
            key=f"{noun.name} {arrow}",
            disabled=not 0 <= to < len(listed),
            on_click=address.put,
            args=(noun.name, several.link(listed[to % len(listed)])),
            shortcut=arrow,
        )
    st.caption(f"{place + 1} of {len(listed)} listed", width="content")


def _compare(noun: Noun, named: Sequence[str], listed: Sequence[str]) -> None:
    first, *others = named
    key = f"compare {noun.name} with"
    st.session_state[key] = others
    st.multiselect(
        "Compare with",
        [each for each in dict.fromkeys((*others, *listed)) if each != first],
        key=key,
        max_selections=several.MOST - 1,
        accept_new_options=True,
        placeholder=f"Choose up to {several.MOST - 1} {noun.name}s, or write their ids",
        on_change=lambda: address.put(noun.name, several.link(first, *st.session_state[key])),
    )
