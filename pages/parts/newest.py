"""The newest day of health reports, which is seen only in part."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from pages.parts import answers, words


def note(day: dt.date) -> None:
    """Say up to when `day` was seen, if it is the newest."""
    for row in answers.ask("freshness").to_pylist():
        if row["dataset"] == "health_reports" and row["newest_day"] == day:
            st.caption(
                f"{words.short_day(day)} is seen only up to its newest report, at "
                f"{row['newest_event']:%H:%M} UTC."
            )
