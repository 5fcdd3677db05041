"""How one cell is read: a careful reader in Python, and a fast one in SQL.

The SQL macro (fields.sql) may answer only where it is certain and gives NULL otherwise;
such rows go to the Python reader, which decides. The forms are those of METRICS.md, general rules.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

MACROS = Path(__file__).with_suffix(".sql").read_text("utf-8")

Value = str | int | bool | dt.datetime


@dataclass(frozen=True, slots=True)
class Field:
    """A kind of cell: SQL type in the lake, name of the fast macro, careful reader.

    `read` takes the stripped, non-empty text and raises ValueError with the reason.
    """

    sql_type: str
    macro: str
    read: Callable[[str], Value]


_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?"
    r"(?:(Z)|( UTC)|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)?",
    re.IGNORECASE | re.ASCII,
)
_SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d+)?[eE][+-]\d+", re.ASCII)
_LOCAL_TIME = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_DAY_SECONDS = 24 * 3600


def read_timestamp(text: str) -> dt.datetime:
    """An instant as naive UTC."""
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{_shown(text)} is not an ISO 8601 timestamp such as 2026-02-15T10:00:00Z"
        )
    year, month, day, hour, minute, second, fraction, _, _, sign, hours, minutes = found.groups()
    try:
        local = dt.datetime(int(year), int(month), int(day), int(hour), int(minute), int(second))
        local += dt.timedelta(microseconds=int((fraction or "0").ljust(6, "0")))
        offset = dt.timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError) as wrong:
        raise ValueError(f"{_shown(text)} is not a date and time that exists") from wrong


def read_identifier(text: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        raise ValueError(
            f"{_shown(text)} is an id that a spreadsheet turned into a rounded number: "
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
    raise ValueError(f"{_shown(text)} is neither true/t/1 nor false/f/0")


def read_store_status(text: str) -> str:
    lowered = text.lower()
    if lowered not in ("active", "inactive"):
        raise ValueError(f"{_shown(text)} is neither active nor inactive")
    return lowered


def read_weekday(text: str) -> int:
    if text not in ("0", "1", "2", "3", "4", "5", "6"):
        raise ValueError(f"{_shown(text)} is not a weekday from 0 (Monday) to 6 (Sunday)")
    return int(text)


def read_local_time(text: str) -> int:
    """Seconds since local midnight; 24:00 is the end of the day."""
    found = _LOCAL_TIME.fullmatch(text)
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (99, 0, 0)
    seconds = hour * 3600 + minute * 60 + second
    if seconds > _DAY_SECONDS:
        raise ValueError(f"{_shown(text)} is not a local time such as 9:30 or 21:00:00")
    return seconds


def read_zone(text: str) -> str:
    if text not in zone_names():
        raise ValueError(f"{_shown(text)} is not a time zone that IANA knows")
    return text


@cache
def zone_names() -> frozenset[str]:
    """The names of IANA; `localtime` is the machine's own zone and `Factory` none at all."""
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def _shown(text: str) -> str:
    return f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"


TIMESTAMP = Field("TIMESTAMP", "fast_timestamp", read_timestamp)
IDENTIFIER = Field("VARCHAR", "fast_identifier", read_identifier)
TEXT = Field("VARCHAR", "fast_text", read_text)
BOOLEAN = Field("BOOLEAN", "fast_boolean", read_boolean)
STORE_STATUS = Field("VARCHAR", "fast_store_status", read_store_status)
WEEKDAY = Field("INTEGER", "fast_weekday", read_weekday)
LOCAL_TIME = Field("INTEGER", "fast_local_time", read_local_time)
ZONE = Field("VARCHAR", "fast_zone", read_zone)
