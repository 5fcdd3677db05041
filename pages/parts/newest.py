"""The newest days of health reports: whole ones, and one that is still in progress."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import answers, words

SO_FAR = " so far"
Totals = Mapping[dt.date, Mapping[str, Any]]


def whole(totals: Totals) -> dt.date:
    """The newest whole day of `report_days`; the newest one where none is whole yet."""
    days = [day for day, row in totals.items() if row["is_whole"]]
    return max(days or totals)


def in_progress(totals: Totals) -> dt.date | None:
    """The newest day, if it is not whole."""
    newest = max(totals)
    return None if totals[newest]["is_whole"] else newest


def so_far(day: dt.date) -> dict[str, Any]:
    """A day in progress, and the same time of the day a week before (`day_so_far`)."""
    (row,) = answers.ask("day_so_far", on_day=day).to_pylist()
    return dict(row)


def note(totals: Totals) -> None:
    """Say of a day in progress what it holds so far, like for like."""
    day = in_progress(totals)
    if day is None:
        return
    now = so_far(day)
    said = (
        f"{words.short_day(day)} is in progress. Up to its newest report, at "
        f"{now['until_at']:%H:%M} UTC: {words.counted(now['reports'], 'report')} from "
        f"{words.counted(now['devices'], 'device')}"
    )
    change = words.change_pct(now["reports"], now["reports_week_before"])
    if change is not None:
        said += f", {words.compared(change)} up to that time a week before"
    st.caption(f"{said}.")
