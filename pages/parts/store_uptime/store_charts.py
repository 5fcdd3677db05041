"""The pictures of store uptime; as in `charts`, a specification depends only on its arguments."""

from __future__ import annotations

from functools import cache

import altair as alt

from pages.parts import legend, palette, spec, words
from pages.parts.charts import ROW

STATUSES = ("up", "down", "unknown")
TABLE_HEAD = 35  # pixels above the first row of st.dataframe
DAY_ROW = 36  # pixels for each day of a timeline
PERCENTS = f"datum.value + '{words.PERCENT}'"
BESIDE = 300  # pixels: what a picture beside a table has at most
UNKNOWN_FROM, UNKNOWN_TO = 118, 123  # where the stores without a known moment stand, beyond 100 %

_HUES = alt.Scale(domain=list(STATUSES), range=[palette.STATUS[name] for name in STATUSES])


@cache
def distribution(below_pct: float) -> spec.Spec:
    """How many stores reach which uptime; a rule at `below_pct`, and grey apart: not known.

    Columns: from_pct, to_pct, stores, kind (low, enough or unknown), step, chosen, says. Selecting
    a bar gives its `step`.
    """
    axis = alt.Axis(
        values=[0, 20, 40, 60, 80, 100, (UNKNOWN_FROM + UNKNOWN_TO) / 2],
        labelExpr=f"datum.value > 100 ? 'unknown' : {PERCENTS}",
        labelOverlap=False,
        grid=False,
    )
    x = alt.X(
        "from_pct:Q",
        title="Uptime, of the open time that is known",
        scale=alt.Scale(domain=[0, UNKNOWN_TO + 3], nice=False),
        axis=axis,
    )
    kinds = alt.Scale(
        domain=["low", "enough", "unknown"],
        range=[palette.STATUS["down"], palette.STATUS["up"], palette.STATUS["unknown"]],
    )
    bars = (
        alt.Chart()
        .mark_bar(binSpacing=1, cornerRadiusEnd=2, cursor="pointer", minBandSize=2)
        .encode(
            x=x,
            x2="to_pct:Q",
            y=alt.Y(
                "stores:Q",
                title="Stores (log)",
                scale=alt.Scale(type="symlog", constant=1, nice=False, padding=14),
                axis=alt.Axis(values=[0, 1, 10, 100, 1_000, 10_000], format=",d"),
            ),
            y2=alt.datum(0),
            color=alt.Color("kind:N", scale=kinds, legend=None),
            opacity=alt.condition("datum.faded", alt.value(0.35), alt.value(1)),
            tooltip=spec.SAYS,
        )
        .add_params(alt.selection_point("bar", fields=["step"], toggle=False))
    )
    labels = (
        alt.Chart()
        .transform_filter("datum.stores > 0")
        .transform_calculate(middle="(datum.from_pct + datum.to_pct) / 2")
        .mark_text(dy=-6, color=palette.QUIET)
        .encode(x="middle:Q", y="stores:Q", text=alt.Text("stores:Q", format=","))
    )
    rule = (
        alt.Chart()
        .transform_filter("datum.step === 0")  # once, not for every row
        .mark_rule(strokeDash=[4, 3], color=palette.QUIET, aria=False)
        .encode(x=alt.datum(below_pct))
    )
    return spec.of((bars + labels + rule).properties(height=220))


@cache
def ranges() -> spec.Spec:
    """Beside a table: each store's uptime as a point on the interval that its polls allow.

    On a phone it stands below the table: there each has its name. Columns: place, store,
    uptime_pct, low_pct, high_pct, says.
    """
    named = alt.Axis(
        labelExpr=f"containerSize()[0] > {BESIDE} ? datum.label : ''",
        labelLimit=150,
        domain=False,
        ticks=False,
        grid=False,
    )
    rows = alt.Y("store:N", sort=alt.EncodingSortField("place", op="min"), title=None, axis=named)
    percent = alt.X(
        "low_pct:Q",
        title=None,
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(
            orient="top",
            values=[0, 50, 100],
            labelExpr=PERCENTS,
            labelFlush=True,
            minExtent=TABLE_HEAD,
        ),
    )
    base = alt.Chart().encode(y=rows)
    interval = base.mark_bar(height=8, cornerRadius=4, color=palette.QUIET, opacity=0.45).encode(
        x=percent, x2="high_pct:Q", tooltip=spec.SAYS
    )
    point = base.mark_point(filled=True, size=90, opacity=1, color=palette.MAIN).encode(
        x="uptime_pct:Q", tooltip=spec.SAYS
    )
    return spec.of((interval + point).properties(height=alt.Step(ROW)))


@cache
def changes() -> spec.Spec:
    """What the other method makes of a store: a hollow point for it, a full one for the chosen.

    Columns: place, store, chosen_pct, other_pct, says.
    """
    axis = alt.Axis(labelLimit=160)
    rows = alt.Y("store:N", sort=alt.EncodingSortField("place", op="min"), title=None, axis=axis)
    base = alt.Chart().encode(y=rows, tooltip=spec.SAYS)
    percent = alt.X(
        "chosen_pct:Q",
        title="Uptime: ● shown, ○ the other method",
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(values=[0, 25, 50, 75, 100], labelExpr=PERCENTS),
    )
    line = base.mark_rule(color=palette.QUIET, strokeWidth=2).encode(x=percent, x2="other_pct:Q")
    other = base.mark_point(size=90, color=palette.MAIN, opacity=1, strokeWidth=2).encode(
        x="other_pct:Q"
    )
    chosen = base.mark_point(filled=True, size=90, color=palette.MAIN, opacity=1).encode(x=percent)
    return spec.of((line + other + chosen).properties(height=alt.Step(24)))


@cache
def overlaid(stores: tuple[str, ...]) -> spec.Spec:
    """A line for each of a few stores over their own days, each in a colour and a dash of its own.

    Columns: day, store, uptime_pct (NULL where nothing is known), says.
    """
    one = legend.alone("store")
    named = alt.Legend(
        title=None,
        orient="top",
        symbolType="stroke",
        symbolStrokeWidth=3,
        columns=alt.ExprRef("width > 450 ? 4 : 1"),  # below each other on a phone
    )
    hues = alt.Scale(domain=list(stores), range=list(palette.COMPARED[: len(stores)]))
    dashes = alt.Scale(domain=list(stores), range=[[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]])
    axis = alt.Axis(format="%a %-d %b", labelOverlap=True, labelAngle=0, grid=False)
    base = alt.Chart().encode(
        x=alt.X("utcyearmonthdate(day):O", title="The store's own day", axis=axis),
        y=alt.Y(
            "uptime_pct:Q",
            title="Uptime",
            scale=alt.Scale(domain=[0, 100]),
            axis=alt.Axis(tickCount=5, labelExpr=PERCENTS),
        ),
        color=alt.Color("store:N", scale=hues, legend=named),
        opacity=legend.opacity(one),
    )
    line = base.mark_line(invalid="break-paths-show-domains").encode(
        strokeDash=alt.StrokeDash("store:N", scale=dashes, legend=named)
    )
    points = base.mark_point(filled=True, size=50, invalid="filter").encode(tooltip=spec.SAYS)
    return spec.of(alt.layer(line.add_params(one), points).properties(height=320))


@cache
def timeline() -> spec.Spec:
    """A row for each day: when the store was open, the status given to each span, its polls.

    Columns: kind (open, status or poll), place (of the day), day, from_hour, to_hour, status,
    certain, says.
    """
    rows = alt.Y("day:N", sort=alt.EncodingSortField("place", op="min"), title=None)
    hour = alt.X(
        "from_hour:Q",
        title=None,
        scale=alt.Scale(domain=[0, 24], nice=False),
        axis=alt.Axis(
            values=list(range(0, 25, 3)),
            labelExpr="format(datum.value, '02') + ':00'",
            labelOverlap=True,
            labelFlush=True,
        ),
    )
    base = alt.Chart().encode(x=hour, y=rows, tooltip=spec.SAYS)
    one = legend.alone("status")
    open_spans = (
        base.transform_filter("datum.kind == 'open'")
        .mark_bar(height=DAY_ROW - 6, color=palette.QUIET, opacity=0.18)
        .encode(x2="to_hour:Q")
    )
    given = (
        base.transform_filter("datum.kind == 'status'")
        .mark_bar(height=12, yOffset=6)
        .encode(
            x2="to_hour:Q",
            color=alt.Color(
                "status:N",
                scale=_HUES,
                legend=alt.Legend(title=None, orient="top", symbolType="square"),
            ),
            opacity=legend.opacity(one, "datum.certain"),
        )
        .add_params(one)
    )
    polls = (
        base.transform_filter("datum.kind == 'poll'")
        .mark_point(filled=True, size=34, yOffset=-7)
        .encode(
            shape=alt.Shape(
                "status:N",
                scale=alt.Scale(domain=["up", "down"], range=["triangle-up", "triangle-down"]),
                legend=None,
            ),
            color=alt.Color("status:N", scale=_HUES),
            opacity=legend.opacity(one, "datum.certain"),
        )
    )
    return spec.of((open_spans + given + polls).properties(height=alt.Step(DAY_ROW)))
