"""What the online fleet page is asked for, its controls, and the days that this means."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import streamlit as st

from pages.parts import answers, calendar, choose, find
from pages.parts.choose import Period
from pages.parts.fleets import Observed

BEFORE = 40  # days before the period that cards and changes look back to
WINDOWS = {"1": "Daily", "28": "28 days"}
MEASURES = {"devices": "Devices", "share": "Shares"}


class Choice(NamedTuple):
    """The window in days, whether bars stand for shares, and the days shown."""

    window: int
    shares: bool
    period: Period

    @property
    def title(self) -> str:
        of = "Share of devices" if self.shares else "Devices"
        return f"{of} online a day" if self.window == 1 else f"{of} online in {self.window} days"


def controls(observed: Observed) -> tuple[Choice, str]:
    """The choice, and the part of an id that is looked for."""
    with st.container(horizontal=True, vertical_alignment="center"):
        window = choose.one_of("Window", WINDOWS, "window")
        measure = choose.one_of("Show", MEASURES, "measure")
        period = choose.period(observed.begin, observed.newest)
        part = find.box("device")
    return Choice(int(window), measure == "share", period), part


def online(observed: Observed, window: int, period: Period) -> pa.Table:
    """The days of the period and up to BEFORE more."""
    before = min(BEFORE, (period.first - observed.begin).days)
    return answers.ask(
        "online_devices",
        first_day=period.first - before * calendar.DAY,
        last_day=period.last,
        window_days=window,
    )
