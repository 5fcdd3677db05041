"""How things stand side by side on wide screens and on phones."""

from __future__ import annotations

from typing import Any

import streamlit as st

CARD = 150  # pixels: two cards stand beside each other on a phone


def cards(count: int, border: bool = False) -> Any:
    """A row of `count` cards of one size, two a row on a phone; `border`: around each cell."""
    return st.grid(count, min_column_width=CARD, border=border)
