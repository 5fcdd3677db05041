"""Whether the visitor holds a phone, as its browser says: what has no place there is left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import streamlit as st


def held() -> bool:
    """`Mobi` is what every phone's browser has in its name, and no other one."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def places(number: int) -> Iterator[AbstractContextManager[Any]]:
    """A place for each of a few cards: columns, on a phone two in a row."""
    if not held():
        yield from st.columns(number)
        return
    row = st.container(horizontal=True)
    for _ in range(number):
        yield row


def line(values: Any) -> Any:
    """A card's sparkline; none on a phone."""
    return () if held() else values
