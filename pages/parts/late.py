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
    said = []
    if row["late_hours"]:
        said.append(
            f"late by {long(row['late_hours'])}, files usually come every "
            f"{long(row['usual_gap_hours'])}"
        )
    newest = max((other["newest_day"] for other in rows if other["newest_day"]), default=None)
    if newest and row["newest_day"] and newest - row["newest_day"] >= BEHIND:
        behind = words.counted((newest - row["newest_day"]).days, "day")
        said.append(f"the newest is of {words.day(row['newest_day'])}, {behind} before other data")
    return "; ".join(said)


def long(hours: float) -> str:
    return durations.rounded(3600 * hours)
