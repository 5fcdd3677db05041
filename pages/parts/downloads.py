"""A table as a file, whole: CSV for people and spreadsheets, Parquet for programs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import streamlit as st

from pages.parts import answers, words
from warehouse import Generation, metric_stream, metrics
from warehouse.export import csv_bytes, parquet_bytes

HELD_ROWS = 150_000  # what a click makes in memory; more comes streamed from the API
RAW = "The same rows with their raw values"
SAFE = "Text that a spreadsheet would run as a formula starts with an apostrophe."


def offer(
    table: pa.Table,
    name: str,
    key: str | None = None,
    *,
    decimals: Mapping[str, int] | None = None,
    csv_help: str = SAFE,
    parquet_help: str = RAW,
) -> None:
    """Two buttons for all of `table`; `name` is the file's, such as `top-devices-2026-02-15`.

    With a `key` the buttons stay the same ones when the name changes. Files are made on the click.
    """
    with _row():
        label, csv = f"CSV, {_rows(table.num_rows)}", partial(csv_bytes, table, decimals)
        _button(label, csv, f"{name}.csv", key, csv_help)
        _button("Parquet", partial(parquet_bytes, table), f"{name}.parquet", key, parquet_help)


def offer_metric(metric: str, rows: int, name: str, **params: Any) -> None:
    """The same for all rows of a metric of the generation shown, however many."""
    if rows > HELD_ROWS:
        _links(metric, rows, params)
        return
    source = (metric, answers.pinned(), params)
    with _row():
        _button(f"CSV, {_rows(rows)}", partial(_csv, *source), f"{name}.csv", metric, SAFE)
        _button("Parquet", partial(_parquet, *source), f"{name}.parquet", metric, RAW)


def _row() -> Any:
    return st.container(horizontal=True, gap="small", width="content")


def _button(label: str, made: partial[bytes], file_name: str, key: str | None, help: str) -> None:
    csv = file_name.endswith(".csv")
    st.download_button(
        label,
        made,
        file_name=file_name,
        mime="text/csv" if csv else "application/vnd.apache.parquet",
        on_click="ignore",
        key=f"{'csv' if csv else 'parquet'} {key or file_name}",
        help=help,
    )


def _links(metric: str, rows: int, params: dict[str, Any]) -> None:
    given = {key: value for key, value in params.items() if value is not None}
    with _row():
        for label, form in ((f"CSV, {_rows(rows)}", "csv"), ("Parquet", "parquet")):
            query = urlencode({**given, "format": form})
            st.link_button(label, f"/api/v1/metrics/{metric}?{query}", key=f"{form} {metric}")


def _csv(metric: str, generation: Generation, params: dict[str, Any]) -> bytes:
    return csv_bytes(metric_stream(metric, generation, **params), metrics()[metric].decimals)


def _parquet(metric: str, generation: Generation, params: dict[str, Any]) -> bytes:
    return parquet_bytes(metric_stream(metric, generation, **params))


def _rows(number: int) -> str:
    return words.counted(number, "row")
