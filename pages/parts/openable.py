"""A table whose rows open something: a click or Enter puts the row's id into the URL.

Streamlit's grid opens nothing by Enter, and takes a cell for chosen as soon as the keyboard is in
it; so rows alone can be chosen, and rows.js chooses one where somebody clicks or presses Enter.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from pages.parts import address

_listen = st.components.v2.component(
    "rows_that_open", js=Path(__file__).with_name("rows.js").read_text("utf-8")
)


def listen() -> None:
    """Once a page: what hears keys and clicks in its tables. It shows nothing."""
    _listen(key="keys of tables")


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
    """Show `data`, as it is or as `tables.signed` says it; a row n that is opened writes `ids[n]`
    into the URL as `param`."""
    key = _key(param)
    st.dataframe(
        data,
        key=key,
        hide_index=True,
        height=height,
        column_config=columns,
        on_select=partial(_open, key, param, ids),
        selection_mode="single-row",
        placeholder=placeholder,
        alt=alt,
    )


def chosen(name: str, data: Any, **shown: Any) -> int | None:
    """Show `data` as `st.dataframe` does; gives the row that was opened, which stays marked as long
    as `name` and the number of rows stay."""
    table = st.dataframe(
        data,
        key=f"{_key(name)} of {data.num_rows}",
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        **shown,
    )
    rows: list[int] = table.selection.rows
    return rows[0] if rows else None


def close(param: str) -> None:
    """Take the id out of the URL; the table forgets the row, so that it can be opened again."""
    address.put(param, None)
    st.session_state[_counter(param)] = st.session_state.get(_counter(param), 0) + 1


def _open(key: str, param: str, ids: list[str]) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        address.put(param, ids[rows[0]])


def _key(name: str) -> str:
    return f"rows that open a {name} {st.session_state.get(_counter(name), 0)}"


def _counter(param: str) -> str:
    return f"times a {param} was closed"
