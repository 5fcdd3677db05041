"""The fast reader of each kind of cell against the careful one, which decides."""

from __future__ import annotations

import contextlib
from functools import cache

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import fields
from etl.fields import MACROS, Field, Value
from warehouse.database import connect

KINDS: dict[str, tuple[Field, str]] = {
    "integer": (fields.INTEGER, "+-0123456789. e"),
    "stars": (fields.integer(1, 5), "+-01567"),
    "decimal": (fields.decimal(8, 2), "+-.0123456789e"),
    "date": (fields.DATE, "-0123489"),
    "word": (fields.one_of("open", "o'pen", "paid"), "openPAID' İıK"),
    "weekday": (fields.WEEKDAY, "01678"),
    "boolean": (fields.BOOLEAN, "truefalsTF10"),
}
EXAMPLES = {
    "integer": ["9223372036854775807", "9223372036854775808", "-1", "007", "1_0", "１２"],
    "decimal": ["123456.78", "1234567.8", "0.005", "-0", ".5", "5.", "000123456.780"],
    "date": ["2026-02-29", "2024-02-29", "0000-01-01", "9999-12-31", "2026-2-1"],
}


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_the_fast_reader_never_disagrees(name: str, data: st.DataObject) -> None:
    field, letters = KINDS[name]
    near = st.text(letters, min_size=1, max_size=12)
    cells = data.draw(st.lists(near, min_size=20, max_size=60)) + EXAMPLES.get(name, [])
    cells = [cell.strip() for cell in cells if cell.strip()]
    query = f"select cell, {field.fast('cell')} from (select unnest(?) as cell)"
    found = database().execute(query, [cells]).fetchall()
    for cell, fast in found:
        assert fast is None or fast == careful(field, cell), cell


@cache
def database() -> duckdb.DuckDBPyConnection:
    """One for all examples: opening it costs more than an example."""
    made = connect()
    made.execute(MACROS)
    return made


def careful(field: Field, cell: str) -> Value | None:
    with contextlib.suppress(ValueError):
        return field.read(cell)
    return None
