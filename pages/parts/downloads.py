"""A table as a file: CSV for people and spreadsheets, Parquet for programs."""

from __future__ import annotations

import io
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import streamlit as st

from pages.parts import words

_FORMULA = r"^[=+\-@\t\r]"


def offer(table: pa.Table, name: str) -> None:
    """Two buttons for the whole of `table`; `name` is the file's, such as `top-devices-2026-02-15`.

    The files are made on the click.
    """
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.download_button(
            f"CSV, {words.counted(table.num_rows, 'row')}",
            partial(csv_bytes, table),
            file_name=f"{name}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"csv {name}",
            help="Text that a spreadsheet would run as a formula starts with an apostrophe.",
        )
        st.download_button(
            "Parquet",
            partial(parquet_bytes, table),
            file_name=f"{name}.parquet",
            mime="application/vnd.apache.parquet",
            on_click="ignore",
            key=f"parquet {name}",
            help=f"The raw values of the same {words.counted(table.num_rows, 'row')}.",
        )


def csv_bytes(table: pa.Table) -> bytes:
    """UTF-8, comma, a header line, LF, NULL as an empty cell, text made safe for spreadsheets."""
    sink = io.BytesIO()
    with pacsv.CSVWriter(sink, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=65_536):
            writer.write_batch(safe(batch))
    return sink.getvalue()


def parquet_bytes(table: pa.Table) -> bytes:
    """The table as it is, zstd-compressed."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def safe(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Put an apostrophe before text that a spreadsheet would run; numbers stay numbers."""
    columns = [
        _quoted(column) if pa.types.is_string(column.type) else column for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _quoted(column: pa.Array) -> pa.Array:
    runs = pc.match_substring_regex(column, _FORMULA)
    return pc.if_else(runs, pc.binary_join_element_wise("'", column, ""), column)
