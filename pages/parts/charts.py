"""The pictures. A specification depends on nothing but its arguments and is built once: a change
of data redraws the chart that is there, without building it anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import altair as alt
import pyarrow as pa
import streamlit as st

from pages.parts import captions, day_axis, legend, palette, phone, spec, stacks

ROW = 35  # pixels, the height of a row of st.dataframe: bars stand beside the rows they belong to
HEADER = 44  # pixels, what an axis above the bars takes


def draw(
    picture: spec.Spec,
    table: pa.Table,
    key: str,
    alt_text: str,
    on_select: Callable[[], None] | None = None,
    caption: str | None = None,
    *,
    narrow: bool = False,
) -> None:
    """Show `table` as `picture` says; `alt_text` says what a person would see, `caption` stands
    below the picture, also where it is saved (see `captions`); `narrow`: on wide screens too."""
    if caption:
        lines = captions.lines(caption, narrow or phone.held())
        picture, table = captions.below(picture, lines), captions.on(table, caption)
    clicks = [one["name"] for one in picture.get("params", ()) if one["name"] != legend.NAME]
    st.vega_lite_chart(
        table,
        picture,
        key=key,
        alt=alt_text,
        on_select=on_select or "ignore",
        selection_mode=clicks,
        width="stretch",
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


@cache
def overlaid(names: tuple[str, ...], title: str) -> spec.Spec:
    """A line for each of a few devices, in one colour and dash each; days without data are grey
    bands and interrupt. A click into the legend shows one alone.

    Columns: those of OVERLAID, `amount` NULL on a day without data, of which only the first
    device's row says so.
    """
    names_of = alt.Legend(title=None, orient="top", symbolType="stroke", symbolStrokeWidth=3)
    day, height = day_axis.along("some"), 260
    middle = day.bandPosition(0.5)
    one = legend.alone("device")
    base = alt.Chart().encode(
        x=middle,
        opacity=legend.opacity(one),
        y=alt.Y("amount:Q", title=title, axis=alt.Axis(tickCount=5, tickMinStep=1, format=",d")),
        color=alt.Color(
            "device:N",
            scale=alt.Scale(domain=list(names), range=list(palette.COMPARED[: len(names)])),
            legend=names_of,
        ),
    )
    line = base.mark_line(invalid="break-paths-show-domains").encode(
        strokeDash=alt.StrokeDash(
            "device:N",
            scale=alt.Scale(domain=list(names), range=_DASHES[: len(names)]),
            legend=names_of,
        )
    )
    marks = base.mark_point(filled=True, size=45, invalid="filter").encode(tooltip=spec.SAYS)
    bands = day_axis.holes(alt.Chart().encode(x=day), middle, height)
    layers = alt.layer(*bands, line.add_params(one), marks)
    return spec.of(layers.properties(height=height))


OVERLAID = pa.schema(
    [
        ("day", pa.date32()),
        ("device", pa.string()),
        ("amount", pa.int64()),
        ("has_data", pa.bool_()),
        ("hole", pa.string()),
        ("says", pa.string()),
    ]
)
_DASHES: list[list[int]] = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]


@cache
def by_status(colours: tuple[tuple[str, str], ...], title: str) -> spec.Spec:
    """Bars over days, stacked by status in the order of `colours`; grey bands without data. A
    click into the legend shows one alone.

    Columns: day, status, place (of the status in the order), amount, weekend, has_data, hole, says.
    """
    names, hues = [name for name, _ in colours], [hue for _, hue in colours]
    day, height = day_axis.along("some"), 240
    band = alt.Chart().encode(x=day)
    one = legend.alone("status")
    bars = band.mark_bar().encode(
        y=alt.Y("amount:Q", title=title, axis=alt.Axis(tickCount=5, tickMinStep=1, format=",d")),
        color=alt.Color(
            "status:N",
            scale=alt.Scale(domain=names, range=hues),
            legend=stacks.named_legend(colours),
        ),
        opacity=legend.opacity(one),
        order=alt.Order("place:Q"),
        tooltip=spec.SAYS,
    )
    with_data = bars.add_params(one).transform_filter("datum.amount != null")
    layers = (
        day_axis.weekends(band),
        *day_axis.holes(band, day.bandPosition(0.5), height),
        with_data,
    )
    return spec.of(alt.layer(*layers).properties(height=height))


@cache
def loads() -> spec.Spec:
    """Rows of each load, in the order of the rows, loaded and rejected stacked.

    Columns: load, kind, amount, says.
    """
    one = legend.alone("kind")
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
            opacity=legend.opacity(one),
            tooltip=spec.SAYS,
        )
        .add_params(one)
        .properties(height=240)
    )
