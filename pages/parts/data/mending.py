"""How to fix what was rejected: by reason, with an example, and its records as a file to mend."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.parts import answers, downloads, words
from pages.parts.data import advice
from warehouse import Generation, metric_stream
from warehouse.export import csv_bytes

SHOWN_FILES = 10
SHOWN_REASONS = 12
MOST_REASONS = 60
METRIC = "records_to_mend"


def show(dataset: str | None) -> None:
    """Whole files first, then single rows, the commonest reason first."""
    files = answers.ask("file_history", of_dataset=dataset, of_status="rejected").to_pylist()
    reasons = answers.ask("rejected_reasons", of_dataset=dataset).to_pylist()
    if not files and not reasons:
        st.info("Nothing was rejected.", icon="✅")
        return
    if files:
        show_files(files)
    if reasons:
        show_reasons(reasons)


# Whole files.


def show_files(files: list[dict[str, Any]]) -> None:
    st.header(f"{words.counted(len(files), 'file')} rejected whole", anchor=False)
    for file in files[:SHOWN_FILES]:
        with st.container(border=True):
            rows = words.counted(file["rows_read"], "row")
            st.markdown(
                f"{words.code(file['path'])}, {rows}, load {file['load_id']}  \n"
                f"{words.plain(file['reason'])}"
            )
            st.markdown(f"**Instead:** {advice.of_file(file['reason'])}")
    if len(files) > SHOWN_FILES:
        left = words.count(len(files) - SHOWN_FILES)
        st.caption(f"And {left} more: see *Files*, fate *rejected*.")
    st.caption("A file is read again as soon as it is saved with other bytes, under any name.")


# Single rows, by reason.


def show_reasons(reasons: list[dict[str, Any]]) -> None:
    total = sum(row["rejected"] for row in reasons)
    kinds = words.counted(len(reasons), "reason")
    st.header(f"{words.counted(total, 'row')} rejected, for {kinds}", anchor=False)
    for row in reasons[:SHOWN_REASONS]:
        show_reason(row)
    rest = reasons[SHOWN_REASONS:MOST_REASONS]
    if rest:
        rows = words.counted(sum(row["rejected"] for row in rest), "row")
        with st.expander(f"{words.counted(len(rest), 'more reason')}, {rows}"):
            for row in rest:
                show_reason(row)
    if len(reasons) > MOST_REASONS:
        st.caption(
            f"The {MOST_REASONS} commonest of {words.count(len(reasons))}; choose a dataset."
        )
    st.caption(
        "A file to mend names the records by source, file and line, with the reason beside each. "
        "Mend what stands in `raw`, and send the mended rows as a new file with the header of the "
        "original. What was rejected stays listed here."
    )


def show_reason(row: dict[str, Any]) -> None:
    """One kind of reason: how many, what it is about, an example, what to write instead."""
    with st.container(border=True):
        said, file = st.columns([3, 1], vertical_alignment="center")
        with said:
            st.markdown(f"**{words.plain(row['reason_kind'])}**  \n{where(row)}")
        with file:
            download(row)
        st.caption(example(row))
        st.code(row["example_raw"] or "", language=None, wrap_lines=True)
        st.markdown(f"**Instead:** {advice.instead(row['example_reason'])}")


def show_row(row: dict[str, Any]) -> None:
    """One rejected row whole, as it is chosen in a table."""
    line = words.count(row["line"])
    st.markdown(f"Line {line} of {words.code(row['path'])}: {words.plain(row['reason'])}")
    st.code(row["raw"] or "", language=None, wrap_lines=True)
    st.markdown(f"**Instead:** {advice.instead(row['reason'])}")


def example(row: dict[str, Any]) -> str:
    """Where the example stands, and its reason where that says more than the kind."""
    place = f"Line {words.count(row['example_line'])} of {words.plain(row['example_path'])}"
    same = row["example_reason"] == row["reason_kind"]
    return place if same else f"{place}: {words.plain(row['example_reason'])}"


def where(row: dict[str, Any]) -> str:
    dataset = words.dataset(row["dataset"] or "no dataset")
    column = f", column {words.code(row['column_name'])}" if row["column_name"] else ""
    rows, files = words.counted(row["rejected"], "row"), words.counted(row["in_files"], "file")
    return f"{rows} in {files} · {dataset}{column}"


def download(row: dict[str, Any]) -> None:
    """Just these records: made on the click, or streamed by the API where they are many."""
    label = f"To mend: {words.counted(row['rejected'], 'row')}"
    asked = {
        "of_dataset": row["dataset"],
        "of_column": row["column_name"] or "",
        "of_kind": row["reason_kind"],
    }
    key = f"mend {row['dataset']} {row['column_name']} {row['reason_kind']}"
    if row["rejected"] > downloads.HELD_ROWS:
        query = urlencode({**asked, "format": "csv"})
        st.link_button(label, f"/api/v1/metrics/{METRIC}?{query}", key=key)
        return
    st.download_button(
        label,
        partial(records, answers.pinned(), asked),
        file_name=file_name(row),
        mime="text/csv",
        on_click="ignore",
        key=key,
        help="CSV of `source_id,path,line,raw,reason`. " + downloads.SAFE,
    )


def records(generation: Generation, asked: dict[str, Any]) -> bytes:
    return csv_bytes(metric_stream(METRIC, generation, **asked))


def file_name(row: dict[str, Any]) -> str:
    """`to-mend-health_reports-timestamp.csv`, and of which reason."""
    about = (row["dataset"], row["column_name"], words.slug(row["reason_kind"]))
    return "-".join(("to-mend", *filter(None, about))) + ".csv"
