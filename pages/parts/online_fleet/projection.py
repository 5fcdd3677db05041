"""The devices that are expected online on the days ahead, and how sure that is."""

from __future__ import annotations

from typing import Any, NamedTuple

import pyarrow as pa
import streamlit as st

from pages.parts import answers, downloads, stacks, tables, words
from pages.parts.shares import limit, percent
from warehouse import QueryFailed

WORTHLESS_PCT = 20  # mean error beyond which a projection says nothing


class Projection(NamedTuple):
    """The days ahead, or why there are none."""

    rows: pa.Table | None
    why_not: str = ""


def ask() -> Projection:
    try:
        ahead = answers.ask("online_forecast")
    except QueryFailed as too_little:
        return Projection(None, str(too_little).partition("Error: ")[2] or str(too_little))
    if not ahead.num_rows:
        return Projection(None, "The calendar ends before it")
    first = ahead.slice(0, 1).to_pylist()[0]
    if (first["error_pct"] or 0) > WORTHLESS_PCT:
        why = missed(first)
        return Projection(None, f"{why[:1].upper()}{why[1:]}, more than {limit(WORTHLESS_PCT)}")
    return Projection(ahead)


def bar(row: dict[str, Any]) -> stacks.Row:
    ends = ("expected", "low_80", "high_80", "low_95", "high_95")
    return {
        "day": row["day"],
        "heading": words.day(row["day"]),
        "expects": words.counted(round(row["devices"]), "device"),
        "in_80": span(row, 80),
        "in_95": span(row, 95),
        **{end: row["devices" if end == "expected" else end] for end in ends},
    }


def span(row: dict[str, Any], likely_pct: int) -> str:
    """`3,057 to 3,253`, the interval that holds the day's devices with this probability."""
    return f"{words.count(row[f'low_{likely_pct}'])} to {words.count(row[f'high_{likely_pct}'])}"


def missed(row: dict[str, Any]) -> str:
    """The error of the model on days that it had not seen."""
    share = "" if row["error_pct"] is None else f" ({percent(row['error_pct'])})"
    return (
        "on the newest 28 whole days, held back from it, the same model missed by "
        f"{devices(row['error_devices'])} a day{share} on average"
    )


def devices(mean: float) -> str:
    """`57 devices`, below ten `2.5 devices`: a small error is not none."""
    if mean >= 9.95:
        return words.counted(round(mean), "device")
    tenths = f"{mean:.1f}".removesuffix(".0")
    if tenths == "0" and mean:
        return "less than 0.1 devices"
    return f"{tenths} {'device' if tenths == '1' else 'devices'}"


# As numbers.


def show(ahead: Projection) -> None:
    if ahead.rows is None:
        st.info(f"No projection. {ahead.why_not}.", icon="📈")
        return
    rows = ahead.rows.to_pylist()
    last = rows[-1]
    st.markdown(
        f"**{words.counted(round(last['devices']), 'device')} expected online on "
        f"{words.day(last['day'])}, with {limit(80)} probability {span(last, 80)}**"
    )
    st.caption(f"Devices a day, by exponential smoothing with a weekly rhythm; {missed(last)}.")
    downloads.offer(ahead.rows, f"online-forecast-{rows[0]['day']}-{last['day']}", key="ahead")
    st.dataframe(
        ahead.rows.select(list(AHEAD)),
        hide_index=True,
        column_config=AHEAD,
        alt="Devices expected online on each day ahead",
    )


AHEAD = tables.of_metric(
    "online_forecast", "day", "devices", "low_80", "high_80", "low_95", "high_95", decimals=0
)
