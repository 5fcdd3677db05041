"""A metric's rows as a file: every value comes back, and no spreadsheet runs one."""

import csv
import datetime as dt
import io

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.fields import read_timestamp
from warehouse.export import csv_bytes, csv_chunks, parquet_bytes, parquet_chunks

TEXTS = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), max_size=20)


def asked(sql: str) -> duckdb.DuckDBPyRelation:
    found = duckdb.sql(sql)
    assert found is not None
    return found


def cells(table: pa.Table) -> list[list[str]]:
    """What a CSV reader makes of it, without the header."""
    text = csv_bytes(table).decode()
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:]


@pytest.mark.parametrize("start", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "-", "+-1"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert cells(pa.table({"name": [start, f"a{start}"]})) == [[f"'{start}"], [f"a{start}"]]


def test_instants_say_that_they_are_utc_and_come_back_through_the_loader() -> None:
    instants = [
        dt.datetime(2026, 10, 28, 23, 58, 41, 266_730),
        dt.datetime(2026, 10, 28, 23, 50),
        dt.datetime(1, 1, 1),
        None,
    ]
    found = [cell for (cell,) in cells(pa.table({"at": pa.array(instants, pa.timestamp("us"))}))]
    assert found[:2] == ["2026-10-28T23:58:41.26673Z", "2026-10-28T23:50:00Z"]
    assert [read_timestamp(cell) if cell else None for cell in found] == instants


@pytest.mark.parametrize("number", ["-18.20", "+3", "-1e-5"])
def test_a_plain_number_is_no_formula(number: str) -> None:
    assert cells(pa.table({"name": [number]})) == [[number]]


def test_values_read_as_people_and_duckdb_write_them() -> None:
    table = asked(
        """
        select timestamp '2026-02-15 10:00:00' as whole, timestamp '2026-02-15 10:00:00.12' as part,
        date '2026-02-15' as day, 2.5 as ratio, true as flag, null::bigint as absent,
        123456789012345678901234567890::hugeint as huge, ['a', 'b'] as names
        """
    ).to_arrow_table()
    assert cells(table) == [
        [
            *("2026-02-15T10:00:00Z", "2026-02-15T10:00:00.12Z", "2026-02-15", "2.5", "true", ""),
            *("123456789012345678901234567890", '["a", "b"]'),
        ]
    ]


def test_only_the_csv_is_rounded() -> None:
    table = pa.table({"hours": [1.0455, -0.125, None], "stores": [1, 2, 3]})
    assert csv_bytes(table, decimals={"hours": 2}) == b"hours,stores\n1.05,1\n-0.13,2\n,3\n"
    assert pq.read_table(io.BytesIO(parquet_bytes(table))).equals(table)


def test_pieces_are_small_and_together_the_whole() -> None:
    rows = asked("select range as n, 'x' || range as name from range(100_000)")
    pieces = list(csv_chunks(rows.to_arrow_reader(10_000)))
    assert len(pieces) == 11
    assert b"".join(pieces) == csv_bytes(rows.to_arrow_table())
    streamed = b"".join(parquet_chunks(rows.to_arrow_reader(10_000)))
    assert pq.read_table(io.BytesIO(streamed)).equals(rows.to_arrow_table())


@given(TEXTS, TEXTS)
def test_any_text_comes_back(left: list[str | None], right: list[str | None]) -> None:
    count = min(len(left), len(right))
    columns = {"left": left[:count], "right": right[:count]}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    read = cells(table)
    assert len(read) == count
    for row, given_row in zip(read, zip(*columns.values(), strict=True), strict=True):
        for cell, value in zip(row, given_row, strict=True):
            assert cell in ((value or ""), f"'{value}")


def test_no_rows_are_a_header() -> None:
    assert csv_bytes(pa.table({"a": pa.array([], pa.string()), "b": []})) == b"a,b\n"
    assert csv_bytes(pa.table({"a": ["", None, "x"]})) == b'a\n""\n""\nx\n'


def test_a_byte_order_mark_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    table = pa.table({"name": ["Müsli"]})
    monkeypatch.setenv("FLEETPULSE_CSV_BOM", "1")
    assert csv_bytes(table) == "\ufeffname\nMüsli\n".encode()
    monkeypatch.delenv("FLEETPULSE_CSV_BOM")
    assert csv_bytes(table) == "name\nMüsli\n".encode()
