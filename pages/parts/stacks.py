"""Bars over days, stacked by kind: as amounts or as shares, with what a projection adds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import altair as alt
import pyarrow as pa

from pages.parts import calendar, legend, palette, spec, words

SQUARE, LETTER = 26, 6.2  # pixels of a legend, on average
FOOT = 6  # pixels
LONG = 200  # days: beyond, bars touch and the axis names months
Kinds = tuple[tuple[str, str], ...]  # words and colour, in the order of the stack
Row = dict[str, Any]


# The table of a chart: a row per day.


def seen(
    day: dt.date,
    amounts: Sequence[int],
    texts: Sequence[str],
    total: str,
    note: str,
    *,
    complete: bool = True,
    silent: bool = False,
    chosen: bool = False,
) -> Row:
    """A day with an amount and its words for each kind; `silent` days had no event at all."""
    return {
        "day": day,
        "iso": day.isoformat(),
        "heading": words.day(day),
        "total": total,
        "note": note,
        "complete": complete,
        "silent": silent,
        "chosen": chosen,
        "weekend": calendar.weekend(day),
        **{f"amount {place}": amount for place, amount in enumerate(amounts)},
        **{f"text {place}": text for place, text in enumerate(texts)},
    }


def table(rows: Iterable[Row], kinds: int, projected: bool = False) -> pa.Table:
    """Rows of `seen` and, when `projected`, of `projection.bar` as the chart takes them."""
    texts = ["iso", "heading", "total", "note"]
    flags = ["complete", "silent", "chosen", "weekend"]
    numbers: list[str] = []
    if projected:
        texts += ["expects", "in_80", "in_95"]
        numbers = ["expected", "low_80", "high_80", "low_95", "high_95"]
    fields = [("day", pa.date32())]
    fields += [(f"amount {place}", pa.int64()) for place in range(kinds)]
    fields += [(f"text {place}", pa.string()) for place in range(kinds)]
    fields += [(name, pa.string()) for name in texts]
    fields += [(name, pa.bool_()) for name in flags]
    fields += [(name, pa.float64()) for name in numbers]
    return pa.Table.from_pylist(list(rows), schema=pa.schema(fields))


# The specification of a chart.


@cache
def stack(
    kinds: Kinds,
    title: str,
    total_title: str,
    *,
    shares: bool = False,
    projected: bool = False,
    long: bool = False,
    few: bool = False,
    kinds_are: str | None = None,
    prefix: str = "",
    height: int = 300,
) -> spec.Spec:
    """Clicking a day gives its `iso`; the legend, with the title `kinds_are`, leaves `prefix` out
    of the kinds' words, and shows one alone on a click."""
    base = alt.Chart().encode(x=alt.X("utcyearmonthdate(day):T", title=None, axis=axis(long, few)))
    days = base.transform_filter("isValid(datum.iso)")
    layers = [] if long else [_weekends(days)]
    layers += [
        _silent(days),
        _bars(days, kinds, title, named_legend(kinds, kinds_are, prefix), shares, long),
    ]
    if projected:
        layers += _projection(base.transform_filter("isValid(datum.expected)"))
    layers += [_silent_foot(days), _chosen(days), _hover(days, kinds, total_title)]
    return spec.of(alt.layer(*layers).properties(height=height))


def axis(long: bool, few: bool) -> alt.Axis:
    """Weeks, or months, or each of a few days; not the day with which the picture ends."""
    label = "datum.label" if long else spec.named_day(1 if few else 7)
    return alt.Axis(
        format="%b %Y" if long else "%-d %b",
        tickCount="month" if long else "day" if few else "week",
        labelExpr=f"datum.value < domain('x')[1] ? ({label}) : ''",
        labelOverlap=True,
        labelAlign=spec.IN_PICTURE,
        grid=False,
    )


def instants(span: dt.timedelta) -> str:
    """The format of an axis of instants that spans so much."""
    if span.days > LONG:
        return "%b %Y"
    return "%-d %b" if span.days > 7 else "%-d %b %H:%M"


def named_legend(kinds: Kinds, title: str | None = None, prefix: str = "") -> alt.Legend:
    """Squares on top, in as many columns as fit the picture, two at least."""
    longest = max((len(name) - len(prefix) for name, _ in kinds), default=0)
    fit = f"floor(width / {SQUARE + LETTER * longest})"
    return alt.Legend(
        title=title,
        labelExpr=f"replace(datum.label, '{prefix}', '')",
        orient="top",
        symbolType="square",
        columnPadding=6,
        columns=alt.ExprRef(f"max(2, min({len(kinds)}, {fit}))"),
    )


def _bars(
    days: alt.Chart, kinds: Kinds, title: str, named: alt.Legend, shares: bool, long: bool
) -> Any:
    names, colours = [name for name, _ in kinds], [colour for _, colour in kinds]
    one = legend.alone("kind")
    amounts: list[Any] = [f"amount {place}" for place in range(len(kinds))]
    return (
        days.transform_fold(amounts, as_=["column", "amount"])
        .transform_calculate(place=f"indexof({amounts}, datum.column)")
        .transform_calculate(kind=f"{names}[datum.place]")
        .mark_bar(binSpacing=0 if long else 1)
        .encode(
            y=alt.Y(
                "amount:Q",
                stack="normalize" if shares else "zero",
                title=title,
                axis=_percents() if shares else _whole_numbers(),
            ),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=names, range=colours),
                legend=named,
            ),
            order=alt.Order("place:Q"),
            opacity=legend.opacity(one, "datum.complete"),
        )
        .add_params(one)
    )


def _percents() -> alt.Axis:
    return alt.Axis(tickCount=5, labelExpr=f"format(100 * datum.value, 'd') + '{words.PERCENT}'")


def _whole_numbers() -> alt.Axis:
    return alt.Axis(tickCount=5, tickMinStep=1, format=",d")


def _projection(days: alt.Chart) -> list[Any]:
    """A dashed line on its two intervals, beginning where the bars end."""
    middle = days.encode(
        x=alt.X("utcyearmonthdate(day):T", bandPosition=0.5), y=alt.Y("expected:Q")
    )
    bands = [
        middle.mark_area(color=palette.PROJECTION, opacity=opacity).encode(
            y=alt.Y(f"low_{percent}:Q"), y2=f"high_{percent}:Q"
        )
        for percent, opacity in ((95, 0.3), (80, 0.4))
    ]
    line = middle.mark_line(color=palette.PROJECTION, strokeDash=[5, 3])
    hover = days.mark_bar(binSpacing=0, opacity=0).encode(
        tooltip=[
            _text("heading", "Projected"),
            _text("expects", "Expected"),
            _text("in_80", f"80{words.PERCENT} likely"),
            _text("in_95", f"95{words.PERCENT} likely"),
        ]
    )
    return [*bands, line, hover]


def _hover(days: alt.Chart, kinds: Kinds, total_title: str) -> Any:
    texts = [_text(f"text {place}", name) for place, (name, _) in enumerate(kinds)]
    tooltip = [_text("heading", "Day"), _text("total", total_title), *reversed(texts)]
    return (
        days.mark_bar(binSpacing=0, opacity=0, cursor="pointer")
        .encode(tooltip=[*tooltip, _text("note", "Seen")])
        .add_params(alt.selection_point("day", fields=["iso"], toggle=False))
    )


def _chosen(days: alt.Chart) -> Any:
    outline = days.mark_bar(
        binSpacing=0, fillOpacity=0, stroke=palette.CHOSEN, strokeWidth=2, strokeOpacity=1
    )
    return outline.transform_filter("datum.chosen")


def _silent(days: alt.Chart) -> Any:
    return days.mark_bar(binSpacing=0, color=palette.QUIET, opacity=0.2).transform_filter(
        "datum.silent"
    )


def _silent_foot(days: alt.Chart) -> Any:
    """Over the bars, which may hide all else of a day on which nothing happened."""
    foot = days.mark_bar(binSpacing=0, color=palette.QUIET, opacity=1)
    return foot.encode(
        y=alt.value(alt.ExprRef(f"height - {FOOT}")), y2=alt.value(alt.ExprRef("height"))
    ).transform_filter("datum.silent")


def _weekends(days: alt.Chart) -> Any:
    return days.mark_bar(binSpacing=0, color=palette.QUIET, opacity=0.08).transform_filter(
        "datum.weekend"
    )


def _text(field: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(field=field, type="nominal", title=title)
