"""Columns of a table as people read them."""

from __future__ import annotations

from typing import Any

import streamlit as st

DAY = "ddd D MMM YYYY"
INSTANT = "ddd D MMM YYYY, HH:mm"


def number(label: str, help: str | None = None, width: Any = None) -> Any:
    """A whole number with its thousands grouped."""
    return st.column_config.NumberColumn(label, format="%,d", help=help, width=width)


def difference(label: str, help: str | None = None) -> Any:
    """A signed whole number: sorted as one, so with the format's own minus."""
    return st.column_config.NumberColumn(label, format="%+,d", help=help)


def day(label: str, help: str | None = None) -> Any:
    return st.column_config.DateColumn(label, format=DAY, help=help)


def instant(label: str, help: str | None = None, width: Any = None) -> Any:
    """A UTC instant; the label says so."""
    return st.column_config.DatetimeColumn(f"{label} (UTC)", format=INSTANT, help=help, width=width)


def words(label: str, help: str | None = None, width: Any = None) -> Any:
    return st.column_config.TextColumn(label, help=help, width=width)


def amount_in_words(label: str, help: str | None = None, width: Any = None) -> Any:
    """Text that stands for a number, so it is aligned like one."""
    return st.column_config.Column(label, help=help, alignment="right", width=width)
