"""What came in, when and from where, and what was refused."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import answers, downloads, tables, words

ANY = "Any"


def page() -> None:
    datasets = answers.ask("freshness").to_pylist()
    loads = answers.ask("load_history")
    newest = loads.slice(0, 1).to_pylist()
    if newest:
        st.subheader(answer(newest[0]), anchor=False)
        cards(datasets)
    view = st.segmented_control(
        "Show",
        list(VIEWS),
        default="Loads",
        required=True,
        key="show",
        bind="query-params",
        label_visibility="collapsed",
    )
    VIEWS[view or "Loads"]([row["dataset"] for row in datasets])


def answer(load: dict[str, Any]) -> str:
    files = words.counted(load["files_loaded"], "file")
    rows = words.counted(load["rows_loaded"], "row")
    refused = words.counted(load["rows_rejected"], "row")
    return (
        f"The newest load, on {words.instant(load['started_at'])}, took {files} with {rows} "
        f"and refused {refused if load['rows_rejected'] else 'none'}"
    )


def cards(datasets: list[dict[str, Any]]) -> None:
    loaded = sum(row["rows"] for row in datasets)
    refused = sum(row["rejected_rows"] for row in datasets)
    files = sum(row["files"] for row in datasets)
    with st.container(horizontal=True):
        st.metric("Rows loaded", words.count(loaded), border=True)
        st.metric("Rows refused", words.count(refused), border=True)
        st.metric("Files loaded", words.count(files), border=True)
        st.metric(
            "Files refused", words.count(sum(row["refused_files"] for row in datasets)), border=True
        )


def show_loads(datasets: list[str]) -> None:
    loads = answers.ask("load_history")
    downloads.offer(loads, "loads")
    st.dataframe(loads, hide_index=True, column_config=LOADS, alt="Loads, newest first")


def show_files(datasets: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = choose_dataset(datasets)
        status = st.selectbox(
            "Fate",
            [ANY, "loaded", "rejected", "duplicate"],
            key="fate",
            bind="query-params",
            width=160,
        )
    files = answers.ask(
        "file_history", of_dataset=dataset, of_status=None if status == ANY else status
    )
    downloads.offer(files, "files")
    st.dataframe(
        files,
        hide_index=True,
        column_order=(
            "loaded_at",
            "path",
            "dataset",
            "status",
            "reason",
            "rows_read",
            "rows_loaded",
            "rows_rejected",
            "bytes",
            "load_id",
        ),
        column_config=FILES,
        placeholder="–",
        alt="Files, newest load first",
    )


def show_rejects(datasets: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = choose_dataset(datasets)
        text = st.text_input("Reason or line contains", key="text", bind="query-params", width=260)
    rejects = answers.ask("rejected_rows", of_dataset=dataset, matching=text or None)
    downloads.offer(rejects, "rejected-rows")
    st.dataframe(
        rejects,
        hide_index=True,
        column_order=("path", "line", "column_name", "reason", "raw", "load_id"),
        column_config=REJECTS,
        placeholder="–",
        alt="Rejected rows, newest load first",
    )


def choose_dataset(datasets: list[str]) -> str | None:
    chosen = st.selectbox(
        "Dataset", [ANY, *datasets], key="dataset", bind="query-params", width=220
    )
    return None if chosen == ANY else chosen


LOADS = {
    "load_id": tables.number("Load"),
    "started_at": tables.instant("Started"),
    "seconds": st.column_config.NumberColumn("Took", format="%.1f s"),
    "files_loaded": tables.number("Files loaded"),
    "files_rejected": tables.number("Files refused"),
    "files_duplicate": tables.number("Duplicates"),
    "rows_read": tables.number("Rows read"),
    "rows_loaded": tables.number("Rows loaded"),
    "rows_rejected": tables.number("Rows refused"),
}
FILES = {
    "loaded_at": tables.instant("Taken up"),
    "path": tables.words("File"),
    "dataset": tables.words("Dataset"),
    "status": tables.words("Fate"),
    "reason": tables.words("Why"),
    "rows_read": tables.number("Rows read"),
    "rows_loaded": tables.number("Rows loaded"),
    "rows_rejected": tables.number("Rows refused"),
    "bytes": st.column_config.NumberColumn("Size", format="bytes"),
    "load_id": tables.number("Load"),
}
REJECTS = {
    "path": tables.words("File"),
    "line": tables.number("Line"),
    "column_name": tables.words("Column"),
    "reason": tables.words("Why"),
    "raw": tables.words("The line in the file"),
    "load_id": tables.number("Load"),
}
VIEWS = {"Loads": show_loads, "Files": show_files, "Rejected rows": show_rejects}

page()
