"""The pictures. A specification depends on nothing but its arguments and is built once: a change
of data redraws the chart that is there, without building it anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import altair as alt
import pyarrow as pa
import streamlit as st

from pages.parts import palette

ROW = 35  # pixels, the height of a row of st.dataframe: bars stand beside the rows they belong to
Spec = dict[str, Any]


def draw(
    spec: Spec,
    table: pa.Table,
    key: str,
    alt_text: str,
    on_select: Callable[[], None] | None = None,
) -> None:
    """Show `table` as `spec` says; `alt_text` says what a person would see."""
    st.vega_lite_chart(
        table, spec, key=key, alt=alt_text, on_select=on_select or "ignore", width="stretch"
    )


@cache
def ranking() -> Spec:
    """Horizontal bars in the order of the rows, with a tick for the week before.

    Columns: rank, device, reports, before, says, chosen. Selecting a bar gives its `device`.
    """
    rows = alt.Y("device:N", sort=alt.EncodingSortField("rank", op="min"), title=None)
    amount = alt.X(
        "reports:Q", title="Reports", axis=alt.Axis(orient="top", tickCount=4, format="d")
    )
    bars = (
        alt.Chart()
        .mark_bar(height=20, cornerRadiusEnd=2, cursor="pointer")
        .encode(
            x=amount,
            y=rows,
            color=alt.condition("datum.chosen", alt.value(palette.CHOSEN), alt.value(palette.MAIN)),
            tooltip=alt.Tooltip("says:N", title=" "),
        )
        .add_params(alt.selection_point("bar", fields=["device"], toggle=False))
    )
    ticks = (
        alt.Chart()
        .mark_tick(color=palette.QUIET, thickness=3, height=28)
        .encode(x="before:Q", y=rows, tooltip=alt.Tooltip("says:N", title=" "))
    )
    return _dict((bars + ticks).properties(height=alt.Step(ROW)))


@cache
def daily(title: str, height: int = 280) -> Spec:
    """A line over days; days without data are grey bands and interrupt it, weekends are tinted.

    Columns: day, amount (NULL without data), weekend, has_data, says.
    """
    day = alt.X("utcyearmonthdate(day):T", title=None, axis=_days(), bandPosition=0.5)
    band = alt.Chart().encode(x=alt.X("utcyearmonthdate(day):T", title=None, axis=_days()))
    amount = alt.Y("amount:Q", title=title, axis=alt.Axis(tickCount=5, format="~s"))
    line = alt.Chart().encode(x=day, y=amount)
    return _dict(
        (
            _weekends(band)
            + _holes(band)
            + line.mark_area(color=palette.MAIN, opacity=0.12, invalid="break-paths-show-domains")
            + line.mark_line(color=palette.MAIN, invalid="break-paths-show-domains")
            + line.mark_point(color=palette.MAIN, filled=True, size=30, invalid="filter")
            + band.mark_bar(opacity=0).encode(tooltip=alt.Tooltip("says:N", title=" "))
        ).properties(height=height)
    )


@cache
def by_status(colours: tuple[tuple[str, str], ...], title: str, height: int = 240) -> Spec:
    """Bars over days, stacked by status in the order of `colours`; grey bands without data.

    Columns: day, status, place (of the status in the order), amount, weekend, has_data, says.
    """
    names, hues = [name for name, _ in colours], [hue for _, hue in colours]
    band = alt.Chart().encode(x=alt.X("utcyearmonthdate(day):T", title=None, axis=_days()))
    bars = band.mark_bar().encode(
        y=alt.Y("amount:Q", title=title, axis=alt.Axis(tickCount=5, format="~s")),
        color=alt.Color(
            "status:N",
            scale=alt.Scale(domain=names, range=hues),
            legend=alt.Legend(title=None, orient="top"),
        ),
        order=alt.Order("place:Q"),
        tooltip=alt.Tooltip("says:N", title=" "),
    )
    return _dict(
        (_weekends(band) + _holes(band) + bars.transform_filter("datum.has_data")).properties(
            height=height
        )
    )


def _days() -> alt.Axis:
    return alt.Axis(format="%-d %b", labelOverlap=True, grid=False, tickCount="week")


def _weekends(band: alt.Chart) -> alt.Chart:
    return band.mark_bar(color=palette.QUIET, opacity=0.08).transform_filter("datum.weekend")


def _holes(band: alt.Chart) -> alt.Chart:
    return (
        band.mark_bar(color=palette.QUIET, opacity=0.35)
        .encode(tooltip=alt.Tooltip("says:N", title=" "))
        .transform_filter("!datum.has_data")
    )


def _dict(chart: alt.LayerChart) -> Spec:
    spec: Spec = chart.to_dict()
    spec.pop("$schema", None)
    spec.pop("config", None)
    return spec
