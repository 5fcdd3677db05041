"""A metric's rows as an HTTP answer, streamed: JSON, CSV or Parquet."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from fastapi.responses import StreamingResponse

from warehouse.export import csv_chunks, parquet_chunks, plain


class Format(StrEnum):
    """How rows are written."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"

    @classmethod
    def _missing_(cls, value: object) -> Format | None:
        """The letter case does not matter."""
        return next((form for form in cls if form.value == str(value).lower()), None)


MEDIA = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
}
SAFE = (
    "in CSV a text that a spreadsheet would run (it starts with =, +, -, @, a tab or a carriage "
    "return and is no number) has an apostrophe in front, JSON and Parquet hold it as it is"
)
CONTENT: dict[str, Any] = {
    "application/json": {},
    "text/csv": {"schema": {"type": "string"}},
    "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
}


def answer(
    rows: pa.RecordBatchReader,
    form: Format,
    name: str,
    head: dict[str, Any],
    decimals: Mapping[str, int] | None = None,
) -> StreamingResponse:
    """The rows as a response; `head` is what the JSON says beside them, `name` the file's.

    The first piece is made before anything is sent, so that what fails at once has its own status.
    """
    if form is Format.JSON:
        pieces = json_chunks(rows, head)
    elif form is Format.CSV:
        pieces = csv_chunks(rows, decimals)
    else:
        pieces = parquet_chunks(rows)
    first = list(_take(pieces, 2))
    headers = {"X-Fleetpulse-Generation": str(head["generation"])}
    if form is not Format.JSON:
        headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return StreamingResponse(chain(first, pieces), headers=headers, media_type=MEDIA[form])


def json_chunks(rows: pa.RecordBatchReader, head: dict[str, Any]) -> Iterator[bytes]:
    """`head` with the rows as a list of objects under `rows`; instants in ISO 8601 with Z."""
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "rows": ['
    comma = b""
    for batch in rows:
        records = json_ready(batch)
        if records:
            text = json.dumps(records, ensure_ascii=False, default=plain)
            yield comma + text[1:-1].encode()
            comma = b", "
    yield b"]}"


def json_ready(rows: pa.Table | pa.RecordBatch) -> list[dict[str, Any]]:
    """Rows of values that JSON knows."""
    columns = [_json_column(column) for column in rows.columns]
    return [dict(zip(rows.schema.names, row, strict=True)) for row in zip(*columns, strict=True)]


def _json_column(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        texts = pc.cast(column, pa.string()).to_pylist()
        return [None if t is None else _iso(t) for t in texts]
    if pa.types.is_date(kind) or pa.types.is_time(kind):
        return list(pc.cast(column, pa.string()).to_pylist())
    values = column.to_pylist()
    if pa.types.is_floating(kind):
        return [v if v is None or math.isfinite(v) else None for v in values]
    if pa.types.is_decimal(kind):
        return [None if v is None else int(v) if v == int(v) else float(v) for v in values]
    return list(values)


def _iso(text: str) -> str:
    whole, _, fraction = text.removesuffix("Z").partition(".")
    fraction = fraction.rstrip("0")
    return whole.replace(" ", "T") + (f".{fraction}" if fraction else "") + "Z"


def _take(pieces: Iterator[bytes], count: int) -> Iterator[bytes]:
    for _, piece in zip(range(count), pieces, strict=False):
        yield piece
