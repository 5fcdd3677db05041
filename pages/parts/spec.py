"""An Altair chart without data as the specification that `charts.draw` shows."""

from __future__ import annotations

from typing import Any

import altair as alt

Spec = dict[str, Any]
SAYS = alt.Tooltip("says:N", title=" ")  # a sentence of its own for each mark
SOURCE = "source"  # where Streamlit puts the rows
# The last day's label on a continuous axis ends where it would be cut off; others are centred.
IN_PICTURE = {
    "condition": {"test": "scale('x', datum.value) > width - 26", "value": "right"},
    "value": "center",
}
_FIRST_AND_LAST = (
    "utcyear(extent(domain('x'))[0])",
    "utcyear(extent(domain('x'))[1] - (bandwidth('x') ? 0 : 1))",
)


def named_day(new_year: int = 1) -> str:
    """The expression of a day's label on the axis, as the axis formats it.

    In a picture that crosses New Year the year stands below it on the first label and wherever the
    `new_year` first days of January have one.
    """
    first, last = _FIRST_AND_LAST
    begins = f"utcmonth(datum.value) === 0 && utcdate(datum.value) <= {new_year}"
    return _readable(_with_year(f"{first} !== {last} && (datum.index === 0 || {begins})"))


def named_instant(instants: str) -> str:
    """The same of an instant in the format `instants`; the year stands below the first one."""
    return _readable("datum.label" if "%Y" in instants else _with_year("datum.index === 0"))


def _with_year(where: str) -> str:
    return f"{where} ? [datum.label, utcFormat(datum.value, '%Y')] : datum.label"


def _readable(label: str) -> str:
    """Vega reads no year below 100: such a day has no label."""
    return f"isFinite(time(datum.value)) ? ({label}) : ''"


def of(chart: alt.TopLevelMixin) -> Spec:
    """The chart, of which no layer has data of its own, as a dictionary that takes rows.

    Altair writes a dataset named `empty` into a chart without data, of one row without a value,
    which an axis of names would show as `undefined`; here it goes.
    """
    made: Spec = chart.to_dict()
    del made["$schema"], made["config"]
    del made["datasets"]
    for layer in made.get("layer", []):
        layer.pop("data", None)
        if _is_decoration(layer):
            layer["mark"]["aria"] = False
    return made | {"data": {"name": SOURCE}}


def _is_decoration(layer: Spec) -> bool:
    """Marks of some rows that say nothing: without a row they would be an image without a name."""
    filtered = any("filter" in step for step in layer.get("transform", []))
    return filtered and "tooltip" not in layer.get("encoding", {}) and "aria" not in layer["mark"]
