"""The files that came in: what became of each, bad ones first, and how to take one back."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from pages.parts import answers, commands, downloads, openable, tables, words
from pages.parts.data import advice

ANY = "Any"


def show(names: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = choose_dataset(names)
        fate = st.selectbox(
            "Fate",
            [ANY, "loaded", "rejected", "duplicate", "retracted"],
            key="fate",
            bind="query-params",
            width=160,
        )
        files = bad_first(
            answers.ask("file_history", of_dataset=dataset, of_status=None if fate == ANY else fate)
        )
        downloads.offer(files, "files", key="files")
    known = [name and words.dataset(name) for name in files["dataset"].to_pylist()]
    row = openable.chosen(
        f"file {dataset} {fate}",
        files.set_column(2, "dataset", pa.array(known, pa.string())),
        column_order=tuple(FILES),
        column_config=FILES,
        alt="Files, bad ones first; choose one to see its reason and how to take it back",
    )
    if row is not None and row < files.num_rows:
        show_file(files.slice(row, 1).to_pylist()[0])
    elif files.num_rows:
        st.caption(
            "Bad files first. Choose one to see its reason whole, and how to take it back; Enter "
            "chooses the row that the arrow keys led to."
        )


def bad_first(files: pa.Table) -> pa.Table:
    """Files rejected whole, then those with rejected rows, then the others, each newest first."""
    is_whole = pc.equal(files["status"], "rejected")
    has_rejects = pc.and_(
        pc.greater(files["rows_rejected"], 0), pc.not_equal(files["status"], "retracted")
    )
    place = pc.case_when(pc.make_struct(is_whole, has_rejects), 0, 1, 2)
    return files.take(pc.sort_indices(place))


def show_file(file: dict[str, Any]) -> None:
    """What became of a file in words, and how to take it back while it counts."""
    path, reason = words.code(file["path"]), words.plain(file["reason"] or "")
    if file["status"] == "loaded":
        rows = words.counted(file["rows_loaded"], "row")
        bad = f", {words.counted(file['rows_rejected'], 'row')} of it rejected: see *How to fix*"
        st.markdown(
            f"{path} counts with {rows}{bad if file['rows_rejected'] else ''}. This takes it back: "
            "its rows count nowhere any more, the file stays where it is, and the ledger keeps "
            "your reason."
        )
        st.code(commands.retract(f"{file['source_id']}:{file['path']}"), language="bash")
    elif file["status"] == "retracted":
        st.markdown(
            f"{path} was taken back by load {file['retracted_by']}: {reason}. Its rows count "
            "nowhere. Send it under another name to load it again."
        )
    elif file["status"] == "rejected":
        st.markdown(f"{path} was rejected whole: {reason}")
        st.markdown(f"**Instead:** {advice.of_file(file['reason'] or '')}")
    else:
        st.markdown(f"{path} is {file['status']}: {reason}")


def choose_dataset(names: dict[str, str]) -> str | None:
    chosen = st.selectbox("Dataset", [ANY, *names], key="dataset", bind="query-params", width=200)
    return names.get(chosen)


FILES = tables.of_metric(
    "file_history",
    "path",
    "status",
    "rows_loaded",
    "rows_rejected",
    "reason",
    "loaded_at",
    "dataset",
    "bytes",
    "load_id",
    "read_as",
    widths={"path": 230, "reason": 300},
)
