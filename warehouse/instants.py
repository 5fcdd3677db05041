"""Instants in text: read in all the forms of METRICS.md (general rules), written in one."""

from __future__ import annotations

import datetime as dt
import re

EXAMPLE = "2026-02-15T10:00:00Z"

_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
    r"(?: ?(?:Z|UTC|GMT|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?))?",
    re.IGNORECASE | re.ASCII,
)
_DAY = r"\d{4}-\d\d-\d\d"
_CLOCK = rf"{_DAY}[T ]\d\d:\d\d"
_REFUSED = [
    (
        rf"{_CLOCK}(:\d\d([.,]\d+)?)? *[a-z+-].*",
        "does not end in a zone (Z, UTC, GMT or +02:00, after one blank at most)",
    ),
    (rf"{_CLOCK}[.,].*", "has a fraction of a minute"),
    (rf"{_CLOCK}:\d\d[.,]\D*", "has a fraction without digits"),
    (_DAY, "is a day without a time"),
    (r"[+-]?\d{9,11}([.,]\d+)?", "is a number, perhaps seconds since 1970"),
    (r"[+-]?\d{12,14}([.,]\d+)?", "is a number, perhaps milliseconds since 1970"),
    (r"[+-]?\d{15,20}([.,]\d+)?", "is a number, perhaps micro- or nanoseconds since 1970"),
    (r"\d{5}([.,]\d+)?", "is a number, perhaps the day of a spreadsheet"),
    (r"\d{8}T\d{4,6}.*", "lacks the separators"),
    (
        rf"(?!{_CLOCK})\d{{4}}-\d{{1,2}}-\d{{1,2}}[T ]\d{{1,2}}:\d{{1,2}}.*",
        "lacks a zero before a single digit",
    ),
    (
        rf"(?!{_DAY})\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{1,4}}.*",
        "has a date that is not year-month-day",
    ),
    (r"(mon|tue|wed|thu|fri|sat|sun)\w*,? .*", "is written for people or mail"),
    (r"[+-]?inf(inity)?", "is no moment"),
]  # what other programs write, and what is wrong with it


def read_instant(text: str) -> dt.datetime:
    """An instant as naive UTC, kept to the microsecond.

    Raises ValueError with what is wrong, as the rest of a sentence that begins with the text.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError(_fault(text))
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = found.groups()
    if second == "60":
        raise ValueError("is not a date and time that exists: leap seconds are not counted")
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    ends_day = hour == "24" and int(minute) == int(second or 0) == 0 and fraction is None
    try:
        day_begins = dt.datetime(int(year), int(month), int(day))
        clock = dt.time(0 if ends_day else int(hour), int(minute), int(second or 0), microsecond)
        local = dt.datetime.combine(day_begins, clock) + dt.timedelta(days=ends_day)
        offset = dt.timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError) as wrong:
        raise ValueError("is not a date and time that exists") from wrong


def written(instant: dt.datetime) -> str:
    """A naive UTC instant as CSVs and the API write it: `2026-02-15T10:00:00.5Z`."""
    whole, _, fraction = instant.isoformat().partition(".")
    fraction = fraction.rstrip("0")
    return whole + (f".{fraction}" if fraction else "") + "Z"


def _fault(text: str) -> str:
    for form, fault in _REFUSED:
        if re.fullmatch(form, text, re.IGNORECASE | re.ASCII):
            return f"is not an ISO 8601 timestamp such as {EXAMPLE}: it {fault}"
    return f"is not an ISO 8601 timestamp such as {EXAMPLE}"
