"""Days along a picture: the axis that names them, weekends, and days without data."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt

from pages.parts import palette, spec

Named = Literal["each", "some", "time"]  # which days the axis names: as time does where many are
FEW, MANY = 10, 200  # days


def named(days: int) -> Named:
    """How the axis names so many days."""
    return "each" if days <= FEW else "some" if days <= MANY else "time"


def along(named: Named, field: str = "day") -> alt.X:
    """Each day is a band; its name stands below the band's middle, where its point is."""
    each = named == "each"
    return alt.X(
        f"utcyearmonthdate({field}):{'O' if each else 'T'}",
        title=None,
        axis=alt.Axis(
            values=alt.ExprRef(_LAST_AND_BACK) if named == "some" else alt.Undefined,
            format="%-d %b",
            labelExpr=spec.named_day(),
            labelOverlap=True,
            labelAngle=0,
            labelAlign="center" if each else _IN_PICTURE,
            labelOffset=0 if each else alt.ExprRef(_HALF),
            grid=False,
        ),
    )


def weekends(band: alt.Chart) -> Any:
    """Of rows with `weekend`."""
    tint = band.mark_bar(color=palette.QUIET, opacity=0.1, binSpacing=0)
    return tint.transform_filter("datum.weekend")


def holes(band: alt.Chart, middle: alt.X, height: int) -> list[Any]:
    """A band of each row without `has_data`; neighbours are one, with `hole` in the middle."""
    bands = band.mark_bar(color=palette.NO_DATA, opacity=0.22, binSpacing=0)
    names = (
        alt.Chart()
        .mark_text(color=palette.NO_DATA, angle=270, fontSize=11)
        .encode(x=middle, y=alt.value(height / 3), text="hole:N")
    )
    return [
        bands.transform_filter("!datum.has_data"),
        names.transform_filter("isValid(datum.hole)"),
    ]


# Ticks where the points are, from the last day back, as many as have room for their names: eight
# at most, none of which then hides another.
_DAY = 864e5  # milliseconds
_HALF = f"(scale('x', {_DAY}) - scale('x', 0)) / 2"
_IN_PICTURE: dict[str, Any] = {
    "condition": {"test": f"scale('x', datum.value) + {_HALF} > width - 20", "value": "right"},
    "value": "center",
}
_END, _BEGIN = f"(domain('x')[1] - {_DAY})", "domain('x')[0]"
_MOST = "max(2, min(8, floor(width / 64)))"
_STEP = f"({_DAY} * ceil(({_END} - {_BEGIN}) / {_DAY} / {_MOST}))"
_FIRST = f"{_END} - {_STEP} * floor(({_END} - {_BEGIN}) / {_STEP})"
_LAST_AND_BACK = f"sequence({_FIRST}, {_END} + 1, {_STEP})"
