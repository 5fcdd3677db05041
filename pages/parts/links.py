"""Links from one page to another, with what the other one shall show."""

from __future__ import annotations

import streamlit as st


def to(page: str, label: str, help: str | None = None, **shown: str) -> None:
    """A link to pages/`page`.py; `shown` is what stands in its URL, such as `only="low"`."""
    st.page_link(f"pages/{page}.py", label=label, help=help, query_params=shown or None)


def go(page: str, **shown: str) -> None:
    """Leave for pages/`page`.py at once, as if a link to it had been clicked."""
    st.switch_page(f"pages/{page}.py", query_params=shown)


def to_fix(dataset: str | None = None) -> None:
    """A link to what was rejected, of one dataset (as people say it) or of all."""
    named = {"dataset": dataset} if dataset else {}
    to("data", "How to fix →", **{"show": "How to fix", **named})
