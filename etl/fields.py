"""How one cell is read: a careful reader in Python, and a fast one in SQL.

The SQL macro (fields.sql) may answer only where it is certain and gives NULL otherwise;
such rows go to the Python reader, which decides. The forms are those of METRICS.md, general rules.
"""

from __future__ import annotations

import calendar
import datetime as dt
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from zoneinfo import available_timezones

from warehouse.instants import read_instant

MACROS = Path(__file__).with_suffix(".sql").read_text("utf-8")

NOTHING = frozenset(
    ["\\N", "NULL", "null", "(null)", "<NA>", "NaN", "nan", "NaT", "None"]
)  # what programs write for an empty cell

Value = str | int | bool | Decimal | dt.date | dt.datetime


@dataclass(frozen=True, slots=True)
class Field:
    """A kind of cell: SQL type in the lake, fast reader, careful reader.

    `sql` is the fast reader, an expression of `{cell}`. `read` takes the stripped, non-empty text
    and raises ValueError with the reason; None is an empty cell in other words.
    """

    sql_type: str
    sql: str
    read: Callable[[str], Value | None]

    def fast(self, cell: str) -> str:
        """The fast reader of a cell, which is given as an SQL expression."""
        return self.sql.replace("{cell}", cell)


_SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d+)?[eE][+-]\d+", re.ASCII)
_LOCAL_TIME = re.compile(
    r"(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:\.0+)?)?(?:[ \u00a0\u2007\u202f]?([AP])M)?",
    re.IGNORECASE | re.ASCII,
)
_PART_OF_DAY = re.compile(r"[01]?\.\d+|[01]", re.ASCII)
_CLOCK_DIGITS = re.compile(r"([01]?\d|2[0-4])([0-5]\d)", re.ASCII)
_CLOSED = "closed"
_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,60}(\.\d{1,60})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DAY_SECONDS = 24 * 3600


def read_timestamp(text: str) -> dt.datetime:
    """An instant as naive UTC."""
    try:
        return read_instant(text)
    except ValueError as wrong:
        raise ValueError(f"{shown(text)} {wrong}") from wrong


def read_identifier(text: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        raise ValueError(
            f"{shown(text)} is an id that a spreadsheet turned into a rounded number: "
            "its digits are lost"
        )
    return text


def read_text(text: str) -> str:
    return text


def read_boolean(text: str) -> bool:
    lowered = text.lower()
    if lowered in ("true", "t", "1"):
        return True
    if lowered in ("false", "f", "0"):
        return False
    raise ValueError(f"{shown(text)} is neither true/t/1 nor false/f/0")


def read_integer(text: str, least: int, most: int) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a whole number such as 42")
    number = int(text)
    if not least <= number <= most:
        raise ValueError(f"{shown(text)} is not a whole number from {least} to {most}")
    return number


def read_decimal(text: str, digits: int, decimals: int) -> Decimal:
    """An exact number: one with more digits than fit is rejected, never rounded."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a number such as 1234.5, with a point")
    whole, _, fraction = text.lstrip("+-").partition(".")
    if len(whole.lstrip("0")) > digits - decimals or len(fraction.rstrip("0")) > decimals:
        raise ValueError(
            f"{shown(text)} has more than {digits - decimals} digits before the point or "
            f"{decimals} behind it"
        )
    return Decimal(text)


def read_date(text: str) -> dt.date:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError as wrong:
        raise ValueError(f"{shown(text)} is not a date such as 2026-02-15") from wrong


def read_word(text: str, words: tuple[str, ...]) -> str:
    lowered = text.lower()
    if lowered not in words:
        listed = " nor ".join([", ".join(words[:-1]), words[-1]]) if words[1:] else words[0]
        raise ValueError(f"{shown(text)} is neither {listed}")
    return lowered


def read_weekday(text: str) -> int:
    if text not in ("0", "1", "2", "3", "4", "5", "6"):
        raise ValueError(
            f"{shown(text)} is not a weekday from 0 (Monday) to 6 (Sunday){_weekday_hint(text)}"
        )
    return int(text)


def _weekday_hint(text: str) -> str:
    name = text.lower()
    for number, day in enumerate(calendar.day_name):
        if len(name) > 1 and day.lower().startswith(name):
            return f"; write {number}"
    return ""


def read_local_time(text: str) -> int:
    """Seconds since local midnight; 24:00 is the end of the day."""
    found = _LOCAL_TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{shown(text)} is not a local time such as 9:30{_time_hint(text)}")
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    if half := found[4]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{shown(text)} is not a local time: {half}M goes with hours 1 to 12")
        hour = hour % 12 + 12 * (half in "Pp")
    seconds = hour * 3600 + minute * 60 + second
    if seconds > _DAY_SECONDS:
        raise ValueError(f"{shown(text)} is not a local time such as 9:30: a day ends at 24:00")
    return seconds


def _time_hint(text: str) -> str:
    if _PART_OF_DAY.fullmatch(text) and float(text) <= 1:
        minutes = round(float(text) * _DAY_SECONDS / 60)
        return f", but the part of a day that spreadsheets keep; write {_clock(minutes)}"
    if digits := _CLOCK_DIGITS.fullmatch(text):
        return f"; write {digits[1]}:{digits[2]}"
    return ", 21:00:00 or 9:30 PM"


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def read_opening_time(text: str) -> int | None:
    """The same; None where it says that the day is closed."""
    return None if text.lower() == _CLOSED else read_local_time(text)


def read_zone(text: str) -> str:
    if text not in zone_names():
        raise ValueError(f"{shown(text)} is not a time zone that IANA knows{_zone_hint(text)}")
    return text


def _zone_hint(text: str) -> str:
    """The nearest name; a blank stands for a low line."""
    names = {name.lower(): name for name in sorted(zone_names())}
    wanted = text.lower().replace(" ", "_")
    near = (
        [wanted] if wanted in names else difflib.get_close_matches(wanted, names, n=1, cutoff=0.85)
    )
    return f"; perhaps {names[near[0]]}" if near else ""


@cache
def zone_names() -> frozenset[str]:
    """The names of IANA; `localtime` is the machine's own zone and `Factory` none at all."""
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def shown(text: str) -> str:
    """A cell in a reason: cut short, with code points for what cannot be seen."""
    text = text if len(text) <= 120 else f"{text[:117]}..."
    return "'" + "".join(c if c.isprintable() else _code_point(c) for c in text) + "'"


def _code_point(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 128 else f"\\u{number:04x}"


def integer(least: int = -(2**63), most: int = 2**63 - 1) -> Field:
    """Whole numbers from `least` to `most`."""
    sql = f"fast_integer({{cell}}, {max(least, -(10**18))}, {min(most, 10**18)})"
    return Field("BIGINT", sql, partial(read_integer, least=least, most=most))


def decimal(digits: int = 18, decimals: int = 6) -> Field:
    """Exact numbers of so many digits, `decimals` of them behind the point."""
    sql = (
        f"case when fast_is_decimal({{cell}}, {digits - decimals}, {decimals}) "
        f"then {{cell}}::decimal({digits}, {decimals}) end"
    )
    read = partial(read_decimal, digits=digits, decimals=decimals)
    return Field(f"DECIMAL({digits},{decimals})", sql, read)


def one_of(*words: str) -> Field:
    """One of a list of lower-case words, in any letter case."""
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
    return Field("VARCHAR", f"fast_word({{cell}}, [{listed}])", partial(read_word, words=words))


TIMESTAMP = Field("TIMESTAMP", "fast_timestamp({cell})", read_timestamp)
IDENTIFIER = Field("VARCHAR", "fast_identifier({cell})", read_identifier)
TEXT = Field("VARCHAR", "fast_text({cell})", read_text)
BOOLEAN = Field("BOOLEAN", "fast_boolean({cell})", read_boolean)
DATE = Field("DATE", "fast_date({cell})", read_date)
INTEGER = integer()
DECIMAL = decimal()
STORE_STATUS = one_of("active", "inactive")
WEEKDAY = Field("INTEGER", "fast_weekday({cell})", read_weekday)
LOCAL_TIME = Field("INTEGER", "fast_local_time({cell})", read_local_time)
OPENING_TIME = Field("INTEGER", "fast_local_time({cell})", read_opening_time)
ZONE = Field("VARCHAR", "fast_zone({cell})", read_zone)
