"""A line over days of devices or of their share; a click on a day gives its `iso`."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import altair as alt
import pyarrow as pa

from pages.parts import palette, spec, words

Named = Literal["each", "some", "time"]  # which days the axis names: as time does where many are
FEW, MANY = 10, 200  # days


def named(days: int) -> Named:
    """How the axis names so many days."""
    return "each" if days <= FEW else "some" if days <= MANY else "time"


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
def line(title: str, height: int, *, shares: bool, named: Named) -> spec.Spec:
    """`amount` is NULL without data, `so_far` of a day in progress, which is no part of the line;
    `hole` is what stands in the middle of days without data."""
    day = _day(named)
    band = alt.Chart().encode(x=day)
    middle = day.bandPosition(0.5)
    at = alt.Chart().encode(x=middle, y=alt.Y("amount:Q", title=title, axis=_axis(shares)))
    unfinished = alt.Chart().encode(x=middle, y="so_far:Q")
    layers: list[Any] = [
        band.mark_bar(color=palette.QUIET, opacity=0.1, binSpacing=0).transform_filter(
            "datum.weekend"
        ),
        band.mark_bar(color=palette.NO_DATA, opacity=0.22, binSpacing=0).transform_filter(
            "!datum.has_data"
        ),
        alt.Chart()
        .mark_text(color=palette.NO_DATA, angle=270, fontSize=11)
        .encode(x=middle, y=alt.value(height / 3), text="hole:N")
        .transform_filter("isValid(datum.hole)"),
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


def _day(named: Named) -> alt.X:
    return alt.X(
        f"utcyearmonthdate(day):{'O' if named == 'each' else 'T'}",
        title=None,
        axis=alt.Axis(
            values=alt.ExprRef(_LAST_AND_BACK) if named == "some" else alt.Undefined,
            format="%-d %b",
            labelExpr=spec.named_day(),
            labelOverlap=True,
            labelAngle=0,
            labelAlign="center" if named == "each" else spec.IN_PICTURE,
            grid=False,
        ),
    )


# Ticks where the points are, from the last day back, at most eight of them.
_DAY = 864e5  # milliseconds
_END, _BEGIN = f"(domain('x')[1] - {_DAY})", "domain('x')[0]"
_STEP = f"({_DAY} * ceil(({_END} - {_BEGIN}) / {_DAY} / 8))"
_FIRST = f"{_END} - {_STEP} * floor(({_END} - {_BEGIN}) / {_STEP})"
_LAST_AND_BACK = f"sequence({_FIRST}, {_END} + 1, {_STEP})"
