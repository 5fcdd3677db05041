"""The stores of a choice: how their uptime is distributed, and a list of them, worst first."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from pages.parts import address, captions, charts, find, openable, tables, uptime, words
from pages.parts.shares import limit, percent, percent_range, rounded
from pages.parts.store_uptime import store_charts, store_files
from pages.parts.store_uptime.store_choice import Choice
from pages.parts.store_uptime.store_files import LOW, SILENT, Filters, span

SHOWN = 12


def narrowed(stores: pa.Table, kept: Filters) -> pa.Table:
    """The stores that the filters leave; an uptime that is not known is below nothing."""
    if LOW in kept.only:
        stores = stores.filter(pc.less(stores["uptime_pct"], kept.below))
    if SILENT in kept.only:
        stores = stores.filter(pc.greater(stores["unknown_pct"], kept.unknown))
    if kept.step is not None:
        stores = stores.filter(pc.equal(uptime.steps(stores["uptime_pct"]), kept.step))
    return stores


# The controls.


def filters(stores: pa.Table) -> Filters:
    """Their row, with how many stores each would leave."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        below = threshold("Uptime below (%)", 90.0, "below", 135)
        unknown = threshold("Unknown above (%)", 20.0, "unknown", 145)
        st.number_input(
            "Stores listed", 1, 100, SHOWN, key="listed", bind="query-params", width=105
        )
        only = only_pills(stores, below, unknown)
        step = chosen_step()
        if step is not None:
            st.button(f"Uptime {in_steps(step)} ✕", on_click=put_step, args=(None,))
    return Filters(below, unknown, only, step)


def threshold(label: str, default: float, key: str, width: int) -> float:
    value = st.number_input(
        label, 0.0, 100.0, default, 1.0, "%g", key=key, bind="query-params", width=width
    )
    return default if value is None else float(value)


def only_pills(stores: pa.Table, below: float, unknown: float) -> frozenset[str]:
    low = narrowed(stores, Filters(below, unknown, frozenset({LOW}))).num_rows
    silent = narrowed(stores, Filters(below, unknown, frozenset({SILENT}))).num_rows
    said = {
        LOW: f"Uptime below {limit(below)}: {words.count(low)}",
        SILENT: f"Unknown above {limit(unknown)}: {words.count(silent)}",
    }
    st.session_state["only chosen"] = chosen_only()
    st.pills(
        "Only",
        list(said),
        selection_mode="multi",
        format_func=said.__getitem__,
        key="only chosen",
        on_change=put_only,
    )
    return frozenset(chosen_only())


def chosen_only() -> list[str]:
    """What the URL names as in `only=low,silent`; other names leave it."""
    asked = (address.text("only") or "").split(",")
    known = [name for name in (LOW, SILENT) if name in asked]
    if set(asked) - {*known, ""}:
        address.mend("only", " and ".join(known) or "every store", ",".join(known) or None)
    return known


def put_only() -> None:
    address.put("only", ",".join(st.session_state["only chosen"]) or None)


# The distribution; a click on a bar lists its stores.


def show_distribution(stores: pa.Table, below: float, said: str, chosen: Choice) -> None:
    known = stores.num_rows - stores["uptime_pct"].null_count
    charts.draw(
        store_charts.distribution(below),
        bars(stores["uptime_pct"], below, chosen_step()),
        "distribution",
        f"Histogram of the uptime of {words.counted(known, 'store')} in steps of "
        f"{limit(uptime.STEP_PCT)}",
        choose_step,
        caption=captions.of(said, f"Uptime {chosen.when}", "store_status", "business_hours"),
    )


def bars(uptime_pct: pa.ChunkedArray, below: float, chosen: int | None) -> pa.Table:
    unheard = uptime_pct.null_count
    rows: list[dict[str, Any]] = [
        {
            "from_pct": step * uptime.STEP_PCT,
            "to_pct": (step + 1) * uptime.STEP_PCT,
            "stores": many,
            "kind": "low" if (step + 1) * uptime.STEP_PCT <= below else "enough",
            "step": step,
            "says": f"{words.counted(many, 'store')} up {in_steps(step)} of the time",
        }
        for step, many in enumerate(uptime.stores_by_step(uptime_pct))
    ]
    apart = {
        "from_pct": store_charts.UNKNOWN_FROM,
        "to_pct": store_charts.UNKNOWN_TO,
        "stores": unheard,
        "kind": "unknown",
        "step": None,
        "says": f"{words.counted(unheard, 'store')} without a poll within an hour of opening hours",
    }
    return pa.Table.from_pylist(
        [row | {"faded": chosen not in (None, row["step"])} for row in [*rows, apart]]
    )


def in_steps(step: int) -> str:
    return f"{step * uptime.STEP_PCT} to {limit((step + 1) * uptime.STEP_PCT)}"


def chosen_step() -> int | None:
    """The step that the URL names, as in `uptime=85-90`; anything else leaves it."""
    asked = address.text("uptime")
    steps = {span(step): step for step in range(uptime.LAST_STEP + 1)}
    if asked and asked not in steps:
        address.mend("uptime", "every uptime")
        return None
    return steps[asked] if asked else None


def choose_step() -> None:
    picked = st.session_state["distribution"]["selection"].get("bar")
    step = picked[0].get("step") if picked else None
    put_step(None if step is None else int(step))


def put_step(step: int | None) -> None:
    address.put("uptime", None if step is None else span(step))


# The list: each store beside the range that its polls allow; a click on a row opens it.


def show_found(everywhere: pa.Table, part: str, chosen: Choice) -> list[str]:
    """The stores of any zone whose id contains `part`; gives the ids listed."""
    found = find.narrowed(everywhere, "store_id", part)
    many = found.num_rows
    st.title(find.answer(part, many, everywhere.num_rows, "store"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        find.clear()
        st.caption(f"Among all stores, whatever filters are set. {find.note(many, 'store')}")
    return listed(found, chosen, find.LISTED, f"find-{words.slug(part)}") if many else []


def show_list(stores: pa.Table, chosen: Choice, kept: Filters) -> list[str]:
    """Show the worst of `stores`; gives the ids listed, in their order."""
    if not stores.num_rows:
        st.info("No store is left by these filters.", icon="🔎")
        return []
    most = int(st.session_state.get("listed") or SHOWN)
    return listed(stores, chosen, most, store_files.filtered_by(chosen, kept))


def listed(stores: pa.Table, chosen: Choice, most: int, kept: str) -> list[str]:
    """The file of all of `stores`, and the worst of them; `kept` says the filter in its name."""
    ordered = uptime.worst_first(stores)
    rows = ordered.slice(0, most).to_pylist()
    ids = [row["store_id"] for row in rows]
    store_files.offer(ordered, chosen, kept)
    with beside_ranges(rows) if chosen.span == "week" else st.container():
        openable.table(
            table_rows(rows, with_range=chosen.span == "week"),
            "store",
            ids,
            COLUMNS,
            f"{words.counted(len(ids), 'store')}, worst uptime first; choose one to see its time",
        )
    return ids


def beside_ranges(rows: list[dict[str, Any]]) -> Any:
    """Draw what the polls allow, which is known for the week only; gives the place on its left."""
    left, right = st.columns([3, 1], gap="small")
    said = f"The uptime of {words.counted(len(rows), 'store')} and the range that polls allow"
    with right:
        charts.draw(
            store_charts.ranges(),
            intervals(rows),
            "ranges",
            said,
            caption=captions.of(
                said, "Uptime over the week, and what polls allow", "store_status", "business_hours"
            ),
            narrow=True,
        )
    return left


NAMES = {"store": "store_id", "least": "uptime_low_pct", "most": "uptime_high_pct"}
COLUMNS = {
    **tables.of_metric("store_uptime", under=NAMES, decimals=1),
    **tables.of_metric("store_profile", "zone"),
    "uptime": tables.share("Uptime", "Share of the open time that is known"),
    "down": tables.hours("Down"),
    "unknown": tables.share("Unknown", "Share of the open time"),
}


def table_rows(rows: list[dict[str, Any]], *, with_range: bool) -> pa.Table:
    shown = pa.table(
        {
            "store": [row["store_id"] for row in rows],
            "uptime": in_percent(rows, "uptime_pct"),
            "down": pa.array([row["down_hours"] for row in rows], pa.float64()),
            "unknown": in_percent(rows, "unknown_pct"),
            "least": in_percent(rows, "uptime_low_pct"),
            "most": in_percent(rows, "uptime_high_pct"),
            "zone": [row["zone"] for row in rows],
        }
    )
    return shown if with_range else shown.drop_columns(["least", "most"])


def in_percent(rows: list[dict[str, Any]], column: str) -> pa.Array:
    return pa.array([rounded(row[column]) for row in rows], pa.float64())


def intervals(rows: list[dict[str, Any]]) -> pa.Table:
    percents = {
        name: pa.array([row[column] for row in rows], pa.float64())
        for name, column in (
            ("uptime_pct", "uptime_pct"),
            ("low_pct", "uptime_low_pct"),
            ("high_pct", "uptime_high_pct"),
        )
    }
    return pa.table(
        {
            "place": range(len(rows)),
            "store": [row["store_id"] for row in rows],
            **percents,
            "says": [range_in_words(row) for row in rows],
        }
    )


def range_in_words(row: dict[str, Any]) -> str:
    return (
        f"{row['store_id']}: up {percent(row['uptime_pct'])} of the known time; over the last week "
        f"its polls allow {percent_range(row['uptime_low_pct'], row['uptime_high_pct'])}"
    )
