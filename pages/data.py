"""What came in, when and from where, and what was rejected."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import (
    answers,
    captions,
    cards,
    charts,
    downloads,
    layout,
    openable,
    shares,
    tab,
    tables,
    words,
)
from pages.parts.data import files, mending
from warehouse import metric_stream

ORDER = 90
TITLE = "Data"
ICON = "🗂️"

SHOWN_ROWS = 10_000
SHOWN_LOADS = 40


def page() -> None:
    datasets = answers.ask("freshness")["dataset"].to_pylist()
    loads = answers.ask("load_history").to_pylist()
    st.title(answer(loads[0]) if loads else "No file has come in yet", anchor=False)
    show_cards(loads, len(datasets))
    view = st.segmented_control(
        "Show",
        list(VIEWS),
        default=next(iter(VIEWS)),
        required=True,
        key="show",
        bind="query-params",
        label_visibility="collapsed",
    )
    tab.name(TITLE, view)
    VIEWS[view]({words.dataset(name): name for name in datasets})


def answer(load: dict[str, Any]) -> str:
    return f"The newest load, {words.instant(load['started_at'])}, {done(load)}"


def done(load: dict[str, Any]) -> str:
    """What the load did with its files."""
    files, whole, again = (
        words.counted(load[f"files_{fate}"], "file") for fate in ("loaded", "rejected", "duplicate")
    )
    if load["files_retracted"]:
        return f"took back {words.counted(load['files_retracted'], 'file')}"
    rejected = words.counted(load["rows_rejected"], "row") if load["rows_rejected"] else "none"
    if load["files_loaded"]:
        rows = words.counted(load["rows_loaded"], "row")
        return f"took {files} with {rows} and rejected {rejected}"
    if load["files_rejected"]:
        return f"rejected {whole} whole, with {words.counted(load['rows_rejected'], 'row')}"
    if load["files_duplicate"]:
        return f"took nothing new: {again} had come in before"
    return "found no new file"


def show_cards(loads: list[dict[str, Any]], datasets: int) -> None:
    def total(column: str) -> int:
        return sum(load[column] for load in loads)

    rejected = total("rows_rejected")
    with layout.cards(4):
        cards.plain(
            "Rows loaded",
            words.count(total("rows_loaded")),
            f"in {words.counted(datasets, 'dataset')}",
        )
        cards.plain(
            "Rows rejected",
            words.count(rejected),
            f"{shares.of(rejected, total('rows_read'))} of those read",
        )
        again = words.counted(total("files_duplicate"), "duplicate")
        cards.plain("Files loaded", words.count(total("files_loaded")), f"and {again}")
        whole = sum(rejected_whole(None)["rows_rejected"].to_pylist())
        cards.plain(
            "Files rejected",
            words.count(total("files_rejected")),
            f"whole, with {words.counted(whole, 'row')}" if whole else "",
        )


def rejected_whole(dataset: str | None) -> pa.Table:
    """The files of which nothing could be read."""
    return answers.ask("file_history", of_dataset=dataset, of_status="rejected")


def in_whole_files(before: str, dataset: str | None = None) -> str:
    """`before` and how many rows were rejected with their whole file; nothing without any."""
    files = rejected_whole(dataset)
    rows = sum(files["rows_rejected"].to_pylist())
    if not rows:
        return ""
    return f"{before}{words.count(rows)} in {words.counted(files.num_rows, 'whole file')}"


# Loads.


def show_loads(names: dict[str, str]) -> None:
    loads = answers.ask("load_history")
    if loads.num_rows > 1:
        newest = f"Rows of the newest {words.counted(min(loads.num_rows, SHOWN_LOADS), 'load')}"
        charts.draw(
            charts.loads(),
            load_bars(loads.slice(0, SHOWN_LOADS).to_pylist()[::-1]),
            "loads",
            newest,
            caption=captions.of(newest, "Loaded and rejected rows of each load"),
        )
    downloads.offer(loads, "loads", key="loads")
    st.dataframe(loads, hide_index=True, column_config=LOADS, alt="Loads, newest first")


def load_bars(loads: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "load": load["load_id"],
                "kind": kind,
                "amount": load[f"rows_{kind}"],
                "says": f"Load {load['load_id']}, {words.instant(load['started_at'])}: "
                f"{words.counted(load[f'rows_{kind}'], 'row')} {kind}",
            }
            for load in loads
            for kind in ("loaded", "rejected")
        ]
    )


# Files that are not read.


def show_unread(_names: dict[str, str]) -> None:
    unread = answers.ask("unread_files")
    if not unread.num_rows:
        st.info("Every file in the incoming folder is read.", icon="✅")
        return
    downloads.offer(unread, "unread-files", key="unread")
    st.dataframe(
        unread,
        hide_index=True,
        column_order=tuple(UNREAD),
        column_config=UNREAD,
        alt=f"{words.counted(unread.num_rows, 'file')} that the loader does not read",
    )


# Rejected rows.


def show_rejects(names: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = files.choose_dataset(names)
        text = st.text_input("Reason or line contains", key="text", bind="query-params", width=240)
        asked = {"of_dataset": dataset, "matching": text or None}
        reasons = answers.ask("rejected_reasons", **asked)
        total = sum(reasons["rejected"].to_pylist())
        downloads.offer_metric("rejected_rows", total, file_name(dataset, text), **asked)
    whole = "" if text else in_whole_files("Not in this list: ", dataset)
    if not total:
        filtered = dataset or text
        st.info("No rejected row fits the filter." if filtered else "No single row was rejected.")
        if whole:
            st.caption(f"{whole}; see *Files*.")
        return
    if whole:
        st.caption(f"{whole}; see *Files*.")
    if total > SHOWN_ROWS:
        st.caption(f"The newest {words.count(SHOWN_ROWS)} of {words.counted(total, 'row')}")
    shown = first_rejects(asked)
    row = openable.chosen(
        f"rejected row {dataset} {text}",
        shown,
        row_height=tables.WRAPPED,
        column_order=tuple(REJECTS),
        column_config=REJECTS,
        alt="Rejected rows, newest load first; choose one to see how to fix it",
    )
    if row is None or row >= shown.num_rows:
        st.caption("Choose a row to see it whole, and what to write instead.")
    else:
        mending.show_row(shown.slice(row, 1).to_pylist()[0])


def first_rejects(asked: dict[str, Any]) -> pa.Table:
    """As many as a person may look through; the download has them all."""
    batches = metric_stream("rejected_rows", answers.pinned(), **asked)
    few = islice(batches, -(-SHOWN_ROWS // 65_536))
    return pa.Table.from_batches(few, batches.schema).slice(0, SHOWN_ROWS)


def file_name(dataset: str | None, text: str) -> str:
    """`rejected-rows`, and what the rows are filtered by."""
    safe = words.slug(text)
    return "-".join(filter(None, ("rejected-rows", dataset, text and f"with-{safe or 'text'}")))


def show_fix(names: dict[str, str]) -> None:
    mending.show(files.choose_dataset(names))


LOADS = tables.of_metric("load_history")
UNREAD = tables.of_metric("unread_files")
REJECTS = tables.of_metric(
    "rejected_rows",
    "path",
    "line",
    "column_name",
    "reason",
    "raw",
    "load_id",
    widths={"path": 170, "line": 60, "column_name": 100, "reason": 330, "raw": 260},
)
VIEWS = {
    "Loads": show_loads,
    "Files": files.show,
    "How to fix": show_fix,
    "Rejected rows": show_rejects,
    "Not read": show_unread,
}

page()
