"""A line over days of devices or of their share; a click on a day gives its `iso`."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt
import pyarrow as pa

from pages.parts import day_axis, palette, spec, words

HOLE = "no data"
SCHEMA = pa.schema(
    [
        ("day", pa.date32()),
        ("iso", pa.string()),
        ("amount", pa.float64()),
        ("so_far", pa.float64()),
        ("weekend", pa.bool_()),
        ("has_data", pa.bool_()),
        ("hole", pa.string()),
        ("chosen", pa.bool_()),
        ("says", pa.string()),
    ]
)


@cache
def line(title: str, height: int, *, shares: bool, named: day_axis.Named) -> spec.Spec:
    """`amount` is NULL without data, `so_far` of a day in progress, which is no part of the line;
    `hole` is what stands in the middle of days without data."""
    day = day_axis.along(named)
    band = alt.Chart().encode(x=day)
    middle = day.bandPosition(0.5)
    at = alt.Chart().encode(x=middle, y=alt.Y("amount:Q", title=title, axis=_axis(shares)))
    unfinished = alt.Chart().encode(x=middle, y="so_far:Q")
    layers: list[Any] = [
        day_axis.weekends(band),
        *day_axis.holes(band, middle, height),
        at.mark_line(color=palette.MAIN, invalid="break-paths-show-domains"),
        at.mark_point(color=palette.MAIN, filled=True, opacity=1, size=35, invalid="filter"),
        unfinished.mark_point(
            color=palette.MAIN, filled=False, size=50, invalid="filter", aria=False
        ),
        at.mark_point(
            color=palette.CHOSEN, filled=False, size=160, strokeWidth=3, invalid="filter"
        ).transform_filter("datum.chosen"),
        band.mark_bar(opacity=0, cursor="pointer", binSpacing=0)
        .encode(tooltip=spec.SAYS)
        .add_params(alt.selection_point("day", fields=["iso"], toggle=False)),
    ]
    return spec.of(alt.layer(*layers).properties(height=height))


def _axis(shares: bool) -> alt.Axis:
    if shares:
        return alt.Axis(tickCount=5, labelExpr=f"format(datum.value, '~g') + '{words.PERCENT}'")
    return alt.Axis(tickCount=5, tickMinStep=1, format=",d")
