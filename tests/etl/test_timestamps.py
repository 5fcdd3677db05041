"""The fast reader of timestamps against the careful one, over every near miss of each form."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest

from etl.fields import MACROS, read_timestamp
from warehouse.database import connect

FORMS = (
    "2024-02-29T10:00:09Z",
    "2024-02-29T10:00:09",
    "2024-02-29 10:00:09",
    "2024-02-29 10:00:09.1",
    "2024-02-29 10:00:09.123456",
    "2024-02-29 10:00:09.123456 UTC",
    "2024-02-29T10:00:09.123+05:30",
)
ODD = " \t\x0b\x0c\u00a0TZC.,+-:/0396"


def near_misses(form: str) -> set[str]:
    """The form with characters left out, put in or replaced, at two places at most."""
    once = changed(form)
    shorter = {text for text in once if len(text) < len(form)}
    return once.union(*map(changed, shorter))


def changed(text: str) -> set[str]:
    found = {text}
    for place in range(len(text) + 1):
        head, tail = text[:place], text[place:]
        found.add(head + tail[1:])
        for odd in ODD:
            found |= {head + odd + tail, head + odd + tail[1:]}
    return found


@pytest.mark.parametrize("form", FORMS)
def test_no_near_miss_of_a_timestamp_is_read_otherwise(form: str) -> None:
    cells = sorted(near_misses(form))
    with connect() as connection:
        connection.execute(MACROS)
        connection.execute("create table cells as select unnest(?) as cell", [cells])
        query = "select cell, fast_timestamp(cell) from cells"
        fast: dict[str, dt.datetime] = dict(connection.execute(query).fetchall())
    assert fast[form] == read_timestamp(form)
    for cell, value in fast.items():
        careful = None
        with contextlib.suppress(ValueError):
            careful = read_timestamp(cell.strip(" \t"))
        assert value in (None, careful), cell
