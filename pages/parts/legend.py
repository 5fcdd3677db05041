"""Legends that do something: a click on a name shows it alone, or with others that were clicked;
a second click takes it back."""

from __future__ import annotations

from typing import Any

import altair as alt

NAME = "alone"
FAINT = 0.15  # what was left out
PALE = 0.45  # what is not complete


def alone(field: str) -> alt.Parameter:
    """What was clicked in the legend of a field; one layer of a picture takes it."""
    return alt.selection_point(NAME, fields=[field], bind="legend", toggle="true")


def opacity(chosen: alt.Parameter, complete: str | None = None) -> Any:
    """Of marks, where a click leaves others out; `complete` is an expression that is true of marks
    that are not pale."""
    shown = alt.when(~chosen).then(alt.value(FAINT))
    if complete:
        shown = shown.when(f"!({complete})").then(alt.value(PALE))
    return shown.otherwise(alt.value(1))
