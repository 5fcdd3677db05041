"""What a picture says of itself when it leaves the page: its sentence, its period and its source.

The rows carry it, so that a change of it redraws the picture that is there (see `charts`).
"""

from __future__ import annotations

import copy
import datetime as dt
import textwrap
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from pages.parts import answers, spec, words

COLUMN = "caption"
WIDTH = 46  # letters a line: those of a phone, and of bars beside a table
SIZE, LINE = 11, 15  # pixels
_SAYS = f"data('{spec.SOURCE}')[0]"
# Streamlit's pictures have the width of the page: on a wide one a line is not broken.
_BROKEN = f"replace({_SAYS}.{COLUMN}, regexp('\\\\v', 'g'), width > 500 ? ' ' : '\\n')"
_LINES = {"expr": f"{_SAYS} ? split({_BROKEN}, '\\n') : ''"}
_MADE: dict[tuple[int, int], tuple[spec.Spec, spec.Spec]] = {}


def of(sentence: str, period: str, *datasets: str) -> str:
    """The lines below a picture; Markdown's marks of code are left out."""
    plain = sentence.replace("`", "").replace("*", "")
    return "\n".join(map(_wrapped, (plain, period, source(datasets))))


def days(first: dt.date, last: dt.date) -> str:
    """`Mon 28 Sep to Wed 25 Nov 2026`."""
    if first == last:
        return words.day(last)
    begins = words.short_day(first) if first.year == last.year else words.day(first)
    return f"{begins} to {words.day(last)}"


def source(datasets: Iterable[str]) -> str:
    """`fleetpulse: health reports as of load 3, Thu 26 Nov 2026, 20:57 UTC`."""
    named = ", ".join(words.dataset(name).lower() for name in datasets) or "all data"
    (load,) = answers.ask("load_history", top_loads=1).to_pylist()
    return f"fleetpulse: {named} as of load {load['load_id']}, {words.instant(load['started_at'])}"


def lines(caption: str, narrow: bool) -> int:
    """How many it takes, in a `narrow` picture or over the page."""
    return len(caption.splitlines() if narrow else caption.split("\n"))


def below(picture: spec.Spec, lines: int) -> spec.Spec:
    """The picture with the caption of its rows below it; made once for each height of it."""
    known = _MADE.get((id(picture), lines))
    if known is None or known[0] is not picture:
        made = copy.copy(picture)
        made["title"] = _title()
        if isinstance(made.get("height"), int):
            made["height"] += lines * LINE + 8  # Streamlit takes it out of the picture's
        known = _MADE[id(picture), lines] = (picture, made)
    return known[1]


def on(table: pa.Table, caption: str) -> pa.Table:
    """The rows with the caption in the first of them."""
    lines = pa.array([caption, *[None] * (table.num_rows - 1)][: table.num_rows], pa.string())
    return table.append_column(COLUMN, lines)


def _title() -> dict[str, Any]:
    return {
        "text": _LINES,
        "orient": "bottom",
        "anchor": "start",
        "frame": "bounds",
        "limit": 0,
        "fontSize": SIZE,
        "fontWeight": "normal",
        "lineHeight": LINE,
        "offset": 8,
    }


def _wrapped(text: str) -> str:
    """The text with a vertical tab wherever a phone breaks it."""
    lines = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\v".join(lines)
