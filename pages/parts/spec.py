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
    return made | {"data": {"name": SOURCE}}
