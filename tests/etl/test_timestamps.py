"""The fast reader of timestamps against the careful one, over every near miss of each form."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest

from etl.fields import MACROS, read_timestamp
from warehouse import BadParameter, metrics
from warehouse.database import connect
from warehouse.metric import check

FORMS = (
    "2024-02-29T10:00:09Z",
    "2024-02-29T10:00:09",
    "2024-02-29 10:00:09",
    "2024-02-29 10:00:09.1",
    "2024-02-29 10:00:09.123456",
    "2024-02-29 10:00:09.123456 UTC",
    "2024-02-29T10:00:09.123+05:30",
    "2024-02-29 10:00:09,1234567 +05",
    "2024-02-29T10:00 GMT",
)
LEFT_TO_THE_CAREFUL = ("2024-02-29t24:00z",)
ODD = " \t\x0b\x0c\u00a0TZC.,+-:/0396"
READ = {
    "2024-02-29T10:00Z": "2024-02-29 10:00:00",
    "2024-02-29 10:00": "2024-02-29 10:00:00",
    "2024-02-29 10:00 utc": "2024-02-29 10:00:00",
    "2024-02-29t10:00:09z": "2024-02-29 10:00:09",
    "2024-02-29 10:00:09,5": "2024-02-29 10:00:09.500000",
    "2024-02-29 10:00:09.9999999 Gmt": "2024-02-29 10:00:09.999999",
    "2024-02-29 10:00:09 -0130": "2024-02-29 11:30:09",
    "2024-02-29 10:00:09+23:59": "2024-02-28 10:01:09",
    "2024-02-28T24:00:00-02": "2024-02-29 02:00:00",
    "2024-02-28 24:00": "2024-02-29 00:00:00",
}
REFUSED = {
    "2024-02-29": "a day without a time",
    "03/04/2025": "year-month-day",
    "03/04/2025 10:00": "year-month-day",
    "infinity": "is no moment",
    "1735787045": "seconds since 1970",
    "1735787045123": "milliseconds since 1970",
    "1735787045123456": "micro- or nanoseconds since 1970",
    "45678.5": "spreadsheet",
    "2016-12-31T23:59:60Z": "leap seconds",
    "2024-02-29 10:00:09 UTC+2": "zone",
    "2024-02-29 10:00:09  Z": "zone",
    "2024-02-29 10:00:09+24:00": "zone",
    "2024-02-29 10:00:09 EST": "zone",
    "2024-02-29 10:00.5": "fraction of a minute",
    "2024-02-29 10:00:09.": "fraction without digits",
    "2024-02-29 24:00:01": "exists",
    "2024-02-29 10:60": "exists",
    "2025-02-29 10:00": "exists",
    "9999-12-31 24:00": "exists",
    "0001-01-01 00:00+01": "exists",
    "20240229T100009Z": "separators",
    "Thu, 29 Feb 2024 10:00:09 GMT": "people or mail",
    "yesterday": "is not an ISO 8601 timestamp",
}


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


@pytest.mark.parametrize("form", [*FORMS, *LEFT_TO_THE_CAREFUL])
def test_no_near_miss_of_a_timestamp_is_read_otherwise(form: str) -> None:
    cells = sorted(near_misses(form))
    with connect() as connection:
        connection.execute(MACROS)
        connection.execute("create table cells as select unnest(?) as cell", [cells])
        query = "select cell, fast_timestamp(cell) from cells"
        fast: dict[str, dt.datetime] = dict(connection.execute(query).fetchall())
    assert fast[form] == (read_timestamp(form) if form in FORMS else None)
    for cell, value in fast.items():
        careful = None
        with contextlib.suppress(ValueError):
            careful = read_timestamp(cell.strip(" \t"))
        assert value in (None, careful), cell


@pytest.mark.parametrize("text", READ)
def test_a_form_that_a_program_writes_is_read(text: str) -> None:
    assert str(read_timestamp(text)) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_a_refused_form_is_told_why(text: str) -> None:
    with pytest.raises(ValueError, match=REFUSED[text]) as refused:
        read_timestamp(text)
    assert str(refused.value).startswith(f"'{text}' ")


@pytest.mark.parametrize("text", [*READ, *REFUSED])
def test_the_metrics_take_exactly_the_same_forms(text: str) -> None:
    spec = metrics()["store_uptime"]
    if text in READ:
        assert str(check(spec, {"as_of": text})["as_of"]) == READ[text]
    else:
        with pytest.raises(BadParameter):
            check(spec, {"as_of": text})
