"""A table whose rows open something: a click on any cell puts the row's id into the URL."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import streamlit as st

from pages.parts import address


def table(
    data: Any,
    param: str,
    ids: list[str],
    columns: dict[str, Any],
    alt: str,
    *,
    height: Literal["content"] | int = "content",
    placeholder: str = "–",
) -> None:
    """Show `data`, as it is or as `tables.signed` says it; a click on row n writes `ids[n]` into
    the URL as `param`."""
    key = _key(param)
    st.dataframe(
        data,
        key=key,
        hide_index=True,
        height=height,
        column_config=columns,
        on_select=partial(_open, key, param, ids),
        selection_mode=["single-row", "single-cell"],
        placeholder=placeholder,
        alt=alt,
    )


def chosen(table: Any) -> int | None:
    """The row of a table that was clicked."""
    picked = table.selection.rows or [row for row, _ in table.selection.cells]
    return picked[0] if picked else None


def close(param: str) -> None:
    """Take the id out of the URL; the table forgets the click, so that it can be repeated."""
    address.put(param, None)
    st.session_state[_counter(param)] = st.session_state.get(_counter(param), 0) + 1


def _open(key: str, param: str, ids: list[str]) -> None:
    picked = st.session_state[key]["selection"]
    rows = picked["rows"] or [row for row, _ in picked["cells"]]
    if rows:
        address.put(param, ids[rows[0]])


def _key(param: str) -> str:
    return f"rows that open a {param} {st.session_state.get(_counter(param), 0)}"


def _counter(param: str) -> str:
    return f"times a {param} was closed"
