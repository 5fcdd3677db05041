"""What the choice of the method does to the numbers: both side by side."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from pages.parts import captions, charts, uptime, words
from pages.parts.shares import limit, percent, points
from pages.parts.store_uptime import store_charts
from pages.parts.store_uptime.store_choice import METHODS, Choice

MOST = 10
SAID = {
    "nearest": "Each open moment has the status of the poll nearest in time; beyond an hour of "
    "every poll it is unknown.",
    "poll": "Each poll inside the opening hours counts for an hour up or down, however many or few "
    "polls there are; nothing is unknown.",
}


def show(stores: pa.Table, others: pa.Table, chosen: Choice, below: float) -> None:
    """The numbers of the other method, and the stores that it changes most."""
    with st.expander(answer(stores, others, chosen, below)):
        for name, said in SAID.items():
            shown = " (shown)" if name == chosen.method else ""
            st.markdown(f"**{METHODS[name]}**{shown}: {said}")
        rows = most_changed(stores, others)
        if rows.num_rows:
            st.markdown(f"**The {words.counted(rows.num_rows, 'store')} that it changes most**")
            charts.draw(
                store_charts.changes(),
                rows,
                "method changes",
                f"The uptime of {words.counted(rows.num_rows, 'store')} by both methods",
                caption=captions.of(
                    answer(stores, others, chosen, below),
                    f"Uptime {chosen.when}, by both methods",
                    "store_status",
                    "business_hours",
                ),
            )


def answer(stores: pa.Table, others: pa.Table, chosen: Choice, below: float) -> str:
    now, then = uptime.summary(stores, below), uptime.summary(others, below)
    name = METHODS[chosen.other_method].lower()
    if now.mean_pct is None or then.mean_pct is None:
        return f"By the method *{name}* instead: mean {percent(then.mean_pct)}"
    moved = pc.abs(pc.subtract(others["uptime_pct"], stores["uptime_pct"]))
    most = pc.max(moved).as_py() or 0.0
    return (
        f"By the method *{name}* instead: mean {percent(then.mean_pct)} "
        f"({points(then.mean_pct - now.mean_pct)}), {words.count(then.below)} below {limit(below)} "
        f"({words.difference(then.below - now.below)}), "
        + (f"one store by {points(most).lstrip('+')}" if most else "no store changes")
    )


def most_changed(stores: pa.Table, others: pa.Table) -> pa.Table:
    """The stores whose uptime differs most by the two methods, the greatest difference first."""
    both = pa.table(
        {
            "store": stores["store_id"],
            "chosen_pct": stores["uptime_pct"],
            "other_pct": others["uptime_pct"],
            "moved": pc.abs(pc.subtract(others["uptime_pct"], stores["uptime_pct"])),
        }
    )
    moved = both.filter(pc.greater(both["moved"], 0.0))
    rows = moved.sort_by([("moved", "descending"), ("store", "ascending")]).slice(0, MOST)
    return rows.append_column("place", [range(rows.num_rows)]).append_column(
        "says", [[in_words(row) for row in rows.to_pylist()]]
    )


def in_words(row: dict[str, Any]) -> str:
    return (
        f"{row['store']}: {percent(row['chosen_pct'])} as shown, {percent(row['other_pct'])} by "
        f"the other method, {points(row['other_pct'] - row['chosen_pct'])}"
    )
