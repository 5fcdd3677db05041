"""The fast reader of each kind of cell against the careful one, which decides."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
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
    "local time": (fields.LOCAL_TIME, "0123459:. AMPmp"),
}
EXAMPLES = {
    "integer": ["9223372036854775807", "9223372036854775808", "-1", "007", "1_0", "１２"],
    "decimal": ["123456.78", "1234567.8", "0.005", "-0", ".5", "5.", "000123456.780"],
    "local time": ["9:00", "24:00", "12:00 AM", "12:30pm", "09:00:00.000", "0:00 PM", "23:59:59"],
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


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("9:00", (9, 0, 0)),
        ("09:00:05.000", (9, 0, 5)),
        ("9:00:00 AM", (9, 0, 0)),
        ("9:00pm", (21, 0, 0)),
        ("12:15 am", (0, 15, 0)),
        ("12:15 Pm", (12, 15, 0)),
        ("24:00", (24, 0, 0)),
        ("24:00:00.0", (24, 0, 0)),
    ],
)
def test_a_local_time(text: str, clock: tuple[int, int, int]) -> None:
    hour, minute, second = clock
    assert fields.read_local_time(text) == hour * 3600 + minute * 60 + second


@pytest.mark.parametrize(
    ("read", "text", "reason"),
    [
        (fields.read_local_time, "0.375", "write 9:00$"),
        (fields.read_local_time, "0.708333333", "write 17:00$"),
        (fields.read_local_time, "0900", "write 09:00$"),
        (fields.read_local_time, "13:00 PM", "hours 1 to 12"),
        (fields.read_local_time, "0:30 AM", "hours 1 to 12"),
        (fields.read_local_time, "24:01", "ends at 24:00"),
        (fields.read_local_time, "9:00:00.5", "not a local time"),
        (fields.read_local_time, "9:00  AM", "not a local time"),
        (fields.read_weekday, "Monday", "write 0$"),
        (fields.read_weekday, "sun", "write 6$"),
        (fields.read_weekday, "7", r"6 \(Sunday\)$"),
        (fields.read_zone, "america/new_york", "America/New_York$"),
        (fields.read_zone, "America/New York", "America/New_York$"),
        (fields.read_zone, "Europe/Berln", "Europe/Berlin$"),
        (fields.read_zone, "Mars", "IANA knows"),
    ],
)
def test_a_reason_says_what_to_write(read: Callable[[str], Value], text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(text)
