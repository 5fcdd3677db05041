"""The pictures of a customer's uploads."""

from __future__ import annotations

from functools import cache

import altair as alt

from pages.parts import palette, spec

# Where a few days are all there is, ticks lie within one day.
_WITH_HOURS = (
    "domain('x')[1] - domain('x')[0] < 4 * 864e5"
    " ? utcFormat(datum.value, '%-d %b %H:%M') : datum.label"
)


@cache
def arrivals() -> spec.Spec:
    """Bars of the rows appended over time.

    Columns: at, padded_from, padded_to (the ends of the time axis), rows, says.
    """
    axis = alt.Axis(
        format="%-d %b %H:%M", labelOverlap=True, labelFlush=45, tickCount=4, grid=False
    )
    ends = alt.Chart().mark_rule(opacity=0, aria=False)
    bars = (
        alt.Chart()
        .mark_bar(color=palette.MAIN, cornerRadiusEnd=2, size=14)
        .encode(
            x=alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=axis),
            y=alt.Y(
                "rows:Q",
                title="Rows appended",
                axis=alt.Axis(tickCount=4, tickMinStep=1, format=",d"),
            ),
            tooltip=spec.SAYS,
        )
    )
    padding = (ends.encode(x=alt.X(end)) for end in ("padded_from:T", "padded_to:T"))
    return spec.of(alt.layer(bars, *padding).properties(height=150))


@cache
def coverage() -> spec.Spec:
    """A bar for each upload, from its first instant to its newest.

    Columns: place, file, from_at, to_at, says.
    """
    bars = (
        alt.Chart()
        .mark_bar(color=palette.MAIN, cornerRadius=2, height=10, minBandSize=4)
        .encode(
            x=alt.X(
                "from_at:T",
                title=None,
                scale=alt.Scale(type="utc"),
                axis=alt.Axis(
                    format="%-d %b", labelExpr=_WITH_HOURS, labelOverlap=True, tickCount=4
                ),
            ),
            x2="to_at:T",
            y=alt.Y(
                "file:N",
                sort=alt.EncodingSortField("place", op="min"),
                title=None,
                axis=alt.Axis(labelLimit=120),
            ),
            tooltip=spec.SAYS,
        )
    )
    return spec.of(bars.properties(height=alt.Step(22)))
