"""Datasets whose files stopped coming: by their own rhythm, and beside the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts import answers, words
from warehouse import durations

BEHIND = dt.timedelta(2)  # the days in progress of two datasets differ by one


def note(dataset: str) -> None:
    """Say where a page's data stopped coming, or ends before that of other datasets."""
    rows = answers.ask("freshness").to_pylist()
    for row in rows:
        if row["dataset"] == dataset and (said := told(row, rows)):
            st.caption(f"⏰ {words.dataset(dataset)}: {said}.")


def told(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """How late a row of `freshness` is, and how far its newest day lies behind the newest of all;
    empty where neither is worth a word."""
    said = [by_rhythm(row)] if row["late_hours"] else []
    if days := days_behind(row, rows):
        behind = words.counted(days, "day")
        said.append(f"the newest is of {words.day(row['newest_day'])}, {behind} before other data")
    return "; ".join(said)


def by_rhythm(row: Mapping[str, Any]) -> str:
    """How late a row of `freshness` is; empty where it is not."""
    if not row["late_hours"]:
        return ""
    usual = long(row["usual_gap_hours"])
    return f"late by {long(row['late_hours'])}, files usually come every {usual}"


def days_behind(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> int:
    """How many days its newest day lies before the newest of all; 0 where that is usual."""
    newest = max((other["newest_day"] for other in rows if other["newest_day"]), default=None)
    if newest is None or row["newest_day"] is None or newest - row["newest_day"] < BEHIND:
        return 0
    return int((newest - row["newest_day"]).days)


def long(hours: float) -> str:
    return durations.rounded(3600 * hours)
