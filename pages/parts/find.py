"""A box that finds things by any part of their id, among all there are: `?find=a4a`."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from pages.parts import address, words

LISTED = 100  # at most; whoever sees so many writes more of the id
_KEY = "find"
_BOX = "find typed"


def box(noun: str) -> str:
    """The box of a row of controls; gives what is looked for, the empty text for nothing.

    `noun` names one of the things: `device`. What is looked for stands in the URL.
    """
    part = (address.text(_KEY) or "").strip()
    st.session_state[_BOX] = part
    st.text_input(
        f"Find a {noun}",
        key=_BOX,
        placeholder="Any part of its id",
        icon=":material/search:",
        max_chars=200,
        on_change=_put,
        width=200,
    )
    return part


def answer(part: str, matches: int, among: int, noun: str) -> str:
    """`3 of 50,000 devices match` and what was looked for, in Markdown."""
    found = words.count(matches) if matches else "None"
    fit = "matches" if matches == 1 else "match"
    return f"{found} of {words.counted(among, noun)} {fit} {words.code(part)}"


def note(matches: int, noun: str, listed: int = LISTED) -> str:
    """What to do next: of too many, and of none."""
    if not matches:
        return "Any part of an id finds it, in capital or small letters; try a shorter one."
    if matches > listed:
        return f"The first {words.count(listed)} are listed; write more of the id for fewer."
    return f"Choose a {noun} to see it."


def narrowed(table: pa.Table, column: str, part: str) -> pa.Table:
    """The rows of `table` whose `column` contains `part`, in capital or small letters.

    For ids that a page has at hand; whoever has none asks a metric that finds them.
    """
    if not part:
        return table
    return table.filter(pc.match_substring(table[column], part, ignore_case=True))


def clear() -> None:
    """A button that shows everything again."""
    st.button("Show all", key="find nothing", on_click=address.put, args=(_KEY, None))


def _put() -> None:
    address.put(_KEY, st.session_state[_BOX].strip() or None)
