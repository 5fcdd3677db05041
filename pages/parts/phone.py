"""Whether the visitor holds a phone, as its browser says: what has no place there is left out."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st


def held() -> bool:
    """`Mobi` is what every phone's browser has in its name, and no other one."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def line(values: Sequence[float]) -> Sequence[float]:
    """A card's sparkline; none on a phone."""
    return () if held() else values
