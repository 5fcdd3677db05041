"""The pictures. A specification depends on nothing but its arguments and is built once: a change
of data redraws the chart that is there, without building it anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache

import altair as alt
import pyarrow as pa
import streamlit as st

from pages.parts import captions, palette, spec

ROW = 35  # pixels, the height of a row of st.dataframe: bars stand beside the rows they belong to
FEW = 10  # days
HEADER = 44  # pixels, what an axis above the bars takes


def draw(
    picture: spec.Spec,
    table: pa.Table,
    key: str,
    alt_text: str,
    on_select: Callable[[], None] | None = None,
    caption: str | None = None,
) -> None:
    """Show `table` as `picture` says; `alt_text` says what a person would see, `caption` stands
    below the picture, also where it is saved (see `captions`)."""
    if caption:
        picture, table = captions.below(picture), captions.on(table, caption)
    st.vega_lite_chart(
        table, picture, key=key, alt=alt_text, on_select=on_select or "ignore", width="stretch"
    )


def key_of(name: str, chosen: str | None) -> str:
    """A key that is new whenever what is chosen changes.

    A chart keeps its selection under its key, and what it believes selected takes no click.
    """
    held = f"{name} and what is chosen"
    before, number = st.session_state.get(held, (chosen, 0))
    number += before != chosen
    st.session_state[held] = (chosen, number)
    return f"{name} {number}"


@cache
def ranking(rows: int) -> spec.Spec:
    """Horizontal bars in the order of the rows, with a tick for the week before.

    Columns: rank, device, reports, before, says, chosen. Selecting a bar gives its `device`.
    """
    by_rank = alt.EncodingSortField("rank", op="min")
    device = alt.Y("device:N", sort=by_rank, title=None, axis=alt.Axis(labelLimit=90))
    axis = alt.Axis(orient="top", tickCount=4, tickMinStep=1, format=",d", titlePadding=4)
    bars = (
        alt.Chart()
        .mark_bar(height=20, cornerRadiusEnd=2, cursor="pointer")
        .encode(
            x=alt.X("reports:Q", title="Reports; tick: week before", axis=axis),
            y=device,
            color=alt.condition("datum.chosen", alt.value(palette.CHOSEN), alt.value(palette.MAIN)),
            tooltip=spec.SAYS,
        )
        .add_params(alt.selection_point("bar", fields=["device"], toggle=False))
    )
    ticks = (
        alt.Chart()
        .mark_tick(color=palette.WEEK_BEFORE, thickness=4, height=28)
        .encode(x="before:Q", y=device, tooltip=spec.SAYS)
    )
    return spec.of((bars + ticks).properties(height=ROW * rows + HEADER))


def amounts_of(
    days: Mapping[dt.date, int | None], unfinished: dt.date | None
) -> dict[str, pa.Array]:
    """Two columns for a line over days: `amount` of each day, NULL without data, and `so_far` of
    one that is in progress, which is no part of the line."""
    amount = [None if day == unfinished else value for day, value in days.items()]
    so_far = [value if day == unfinished else None for day, value in days.items()]
    return {"amount": pa.array(amount, pa.int64()), "so_far": pa.array(so_far, pa.int64())}


@cache
def daily(title: str, height: int, *, few: bool = False) -> spec.Spec:
    """A line over days; days without data are grey bands and interrupt it, weekends are tinted.

    With a `few` days, up to FEW, each of them has its label.

    Columns: day, amount and so_far (see amounts_of), weekend, has_data, says.
    """
    band = _bands(few)
    middle = _day(few).bandPosition(0.5)
    amount = alt.Y("amount:Q", title=title, axis=alt.Axis(tickCount=5, tickMinStep=1, format=",d"))
    line = alt.Chart().encode(x=middle, y=amount)
    unfinished = alt.Chart().encode(x=middle, y="so_far:Q")
    return spec.of(
        (
            _weekends(band)
            + _holes(band)
            + line.mark_line(color=palette.MAIN, invalid="break-paths-show-domains")
            + line.mark_point(color=palette.MAIN, filled=True, opacity=1, size=35, invalid="filter")
            + unfinished.mark_point(
                color=palette.MAIN, filled=False, size=50, invalid="filter", aria=False
            )
            + band.mark_bar(opacity=0).encode(tooltip=spec.SAYS)
        ).properties(height=height)
    )


@cache
def overlaid(names: tuple[str, ...], title: str) -> spec.Spec:
    """A line for each of a few devices, in one colour and dash each; days without data interrupt.

    Columns: those of OVERLAID, `amount` NULL on a day without data.
    """
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolStrokeWidth=3)
    base = alt.Chart().encode(
        x=_day(False).bandPosition(0.5),
        y=alt.Y("amount:Q", title=title, axis=alt.Axis(tickCount=5, tickMinStep=1, format=",d")),
        color=alt.Color(
            "device:N",
            scale=alt.Scale(domain=list(names), range=list(palette.COMPARED[: len(names)])),
            legend=legend,
        ),
    )
    line = base.mark_line(invalid="break-paths-show-domains").encode(
        strokeDash=alt.StrokeDash(
            "device:N",
            scale=alt.Scale(domain=list(names), range=_DASHES[: len(names)]),
            legend=legend,
        )
    )
    marks = base.mark_point(filled=True, opacity=1, size=45, invalid="filter").encode(
        tooltip=spec.SAYS
    )
    return spec.of(alt.layer(line, marks).properties(height=260))


OVERLAID = pa.schema(
    [("day", pa.date32()), ("device", pa.string()), ("amount", pa.int64()), ("says", pa.string())]
)
_DASHES: list[list[int]] = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]


@cache
def by_status(colours: tuple[tuple[str, str], ...], title: str) -> spec.Spec:
    """Bars over days, stacked by status in the order of `colours`; grey bands without data.

    Columns: day, status, place (of the status in the order), amount, weekend, has_data, says.
    """
    names, hues = [name for name, _ in colours], [hue for _, hue in colours]
    band = _bands()
    bars = band.mark_bar().encode(
        y=alt.Y("amount:Q", title=title, axis=alt.Axis(tickCount=5, tickMinStep=1, format=",d")),
        color=alt.Color(
            "status:N",
            scale=alt.Scale(domain=names, range=hues),
            legend=alt.Legend(title=None, orient="top"),
        ),
        order=alt.Order("place:Q"),
        tooltip=spec.SAYS,
    )
    with_data = bars.transform_filter("datum.amount != null")
    return spec.of((_weekends(band) + _holes(band) + with_data).properties(height=240))


@cache
def loads() -> spec.Spec:
    """Rows of each load, in the order of the rows, loaded and rejected stacked.

    Columns: load, kind, amount, says.
    """
    kinds = {"loaded": palette.STATUS["online"], "rejected": palette.STATUS["error"]}
    return spec.of(
        alt.Chart()
        .mark_bar(size=24)
        .encode(
            x=alt.X(
                "load:O", sort=None, title="Load", axis=alt.Axis(labelAngle=0, labelOverlap=True)
            ),
            y=alt.Y(
                "amount:Q", title="Rows", axis=alt.Axis(tickCount=4, tickMinStep=1, format=",d")
            ),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(kinds), range=list(kinds.values())),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=spec.SAYS,
        )
        .properties(height=240)
    )


def _bands(few: bool = False) -> alt.Chart:
    return alt.Chart().encode(x=_day(few))


def _day(few: bool) -> alt.X:
    """Along time, which names the beginnings of days, or a few days by themselves."""
    axis = alt.Axis(
        format="%-d %b",
        labelExpr=spec.named_day(),
        labelOverlap=True,
        labelAngle=0,
        labelAlign="center" if few else spec.IN_PICTURE,
        grid=False,
    )
    return alt.X(f"utcyearmonthdate(day):{'O' if few else 'T'}", title=None, axis=axis)


def _weekends(band: alt.Chart) -> alt.Chart:
    tint: alt.Chart = band.mark_bar(
        color=palette.QUIET, opacity=0.1, width=alt.RelativeBandSize(band=1)
    )
    tint = tint.transform_filter("datum.weekend")
    return tint


def _holes(band: alt.Chart) -> alt.Chart:
    hole: alt.Chart = band.mark_bar(color=palette.QUIET, opacity=0.3, binSpacing=0, aria=False)
    hole = hole.encode(tooltip=spec.SAYS)
    hole = hole.transform_filter("!datum.has_data")
    return hole
