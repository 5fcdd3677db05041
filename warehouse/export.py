"""A metric's rows as a file: CSV for people and spreadsheets, Parquet for programs.

CSV is UTF-8 with a header line, commas, LF, quotes only where they are needed and NULL as an empty
cell (an empty text is `""`). Instants are UTC and say so: `2026-02-15T10:00:00.5Z`. Text that a
spreadsheet would run as a formula gets an apostrophe in front, but a plain number such as `-18.2`
is no formula; Parquet keeps every value as it is.
"""

from __future__ import annotations

import codecs
import datetime as dt
import io
import json
import os
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.instants import written

BOM = "FLEETPULSE_CSV_BOM"  # set to anything: spreadsheets then read UTF-8 without being asked

CSV_ROWS = 16_384
PARQUET_ROWS = 262_144

Rows: TypeAlias = pa.Table | pa.RecordBatchReader
TEXT = pa.large_string()  # offsets of 64 bits: a batch of long cells may exceed 2 GiB

_FORMULA = r"^[=+\-@\t\r]"
_PLAIN_NUMBER = r"^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$"
_SPECIAL = '[",\r\n]'
_ZEROS = r"\.0+$|(\.[0-9]*[1-9])0+$"
_INSTANT = r"^(\S+) (\S+)$"


def csv_chunks(rows: Rows, decimals: Mapping[str, int] | None = None) -> Iterator[bytes]:
    """The CSV in pieces: first the header line, then one piece for each batch of rows.

    `decimals` (a metric's own) rounds columns of DOUBLEs by their names, half away from zero.
    """
    if os.environ.get(BOM):
        yield codecs.BOM_UTF8
    names = rows.schema.names
    places = [(decimals or {}).get(name) for name in names]
    yield _lines([pa.array([name]) for name in names])
    for batch in _batches(rows, CSV_ROWS):
        columns = zip(batch.columns, places, strict=True)
        yield _lines([_rounded(column, places) for column, places in columns])


def csv_bytes(rows: Rows, decimals: Mapping[str, int] | None = None) -> bytes:
    """The whole CSV at once."""
    return b"".join(csv_chunks(rows, decimals))


def parquet_chunks(rows: Rows) -> Iterator[bytes]:
    """A Parquet file in pieces, zstd-compressed, values untouched."""
    pipe = _Pipe()
    with pq.ParquetWriter(pipe, rows.schema, compression="zstd") as writer:
        for batch in _batches(rows, PARQUET_ROWS):
            writer.write_batch(batch, row_group_size=PARQUET_ROWS)
            yield pipe.drained()
    yield pipe.drained()


def parquet_bytes(rows: Rows) -> bytes:
    """The whole Parquet file at once."""
    return b"".join(parquet_chunks(rows))


class _Pipe(io.RawIOBase):
    """Takes what a writer writes and hands it on; its position counts all that ever passed."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._passed = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: object, /) -> int:
        held = bytes(memoryview(piece))  # type: ignore[arg-type]
        self._held.append(held)
        self._passed += len(held)
        return len(held)

    def tell(self) -> int:
        return self._passed

    def drained(self) -> bytes:
        held, self._held = b"".join(self._held), []
        return held


def _batches(rows: Rows, size: int) -> Iterator[pa.RecordBatch]:
    for batch in rows.to_batches(size) if isinstance(rows, pa.Table) else rows:
        for start in range(0, batch.num_rows, size):
            yield batch.slice(start, size)


def _lines(columns: list[pa.Array]) -> bytes:
    """Equally long columns as CSV lines, with a line feed after each."""
    cells = [_cells(column) for column in columns]
    joined = _joined(*cells, between=",")
    if len(cells) == 1:  # an empty line would be no row
        joined = pc.if_else(pc.equal(joined, ""), '""', joined)
    return _contents(_joined(joined, "\n"))


def _contents(texts: pa.Array) -> bytes:
    """The texts one after the other."""
    _, offsets, data = texts.buffers()
    ends = memoryview(offsets).cast("q")
    return bytes(data[ends[texts.offset] : ends[texts.offset + len(texts)]]) if data else b""


def _rounded(column: pa.Array, decimals: int | None) -> pa.Array:
    if decimals is None or not pa.types.is_floating(column.type):
        return column
    return pc.round(column, decimals, "half_towards_infinity")


def _cells(column: pa.Array) -> pa.Array:
    """The values as CSV cells; NULL stays NULL."""
    kind = column.type
    if pa.types.is_nested(kind):
        return _quoted(pa.array(map(_json, column.to_pylist()), TEXT))
    texts = pc.cast(column, TEXT)
    if pa.types.is_timestamp(kind):
        short = pc.replace_substring_regex(texts, _ZEROS, r"\1")
        return pc.replace_substring_regex(short, _INSTANT, r"\1T\2Z")
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _quoted(_safe(texts))
    return texts


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=plain)


def plain(value: object) -> str:
    """A value inside a list as JSON has it, where that knows no such type."""
    return written(value) if isinstance(value, dt.datetime) else str(value)


def _safe(texts: pa.Array) -> pa.Array:
    """Texts with an apostrophe before what a spreadsheet would run."""
    runs = pc.and_not(
        pc.match_substring_regex(texts, _FORMULA), pc.match_substring_regex(texts, _PLAIN_NUMBER)
    )
    return pc.if_else(runs, _joined("'", texts), texts)


def _quoted(texts: pa.Array) -> pa.Array:
    special = pc.or_(pc.match_substring_regex(texts, _SPECIAL), pc.equal(texts, ""))
    return pc.if_else(special, _joined('"', pc.replace_substring(texts, '"', '""'), '"'), texts)


def _joined(*parts: pa.Array | str, between: str = "") -> pa.Array:
    """Texts joined row by row; NULL counts as empty."""
    texts = [pa.scalar(part, TEXT) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(
        *texts, pa.scalar(between, TEXT), null_handling="replace", null_replacement=""
    )
