"""Records of RFC 4180 that run over physical lines, found in bytes of UTF-8.

A record ends at the first line end outside quotes. Where a quote is not closed within the limits,
or text follows it, the physical line on which the record began stands alone.
"""

from __future__ import annotations

import re
from functools import cache

MAX_RECORD_BYTES = 1_000_000
MAX_RECORD_LINES = 1_000

LINE_END = re.compile(rb"\r?\r?\n|\r")
BLANKS = " \t\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff"

_TO_END = re.compile(rb"[^\r\n]*+")
_ESCAPES = {b"\x1d": b"\x1dd", b"\n": b"\x1dn", b"\r": b"\x1dr"}
_MEANT = {"d": "\x1d", "n": "\n", "r": "\r"}


def end_of_record(text: bytes, start: int, delimiter: str, is_last: bool) -> int | None:
    """Where the record that begins at `start` ends, before its line end; None where more text
    decides. `is_last`: no more text follows.

    One that is malformed or beyond the limits ends with its first physical line.
    """
    record, unfinished = _forms(delimiter)
    found = record.match(text, start)
    if found and (is_last or found.end() < len(text)):
        if _is_within_limits(text, start, found.end()):
            return found.end()
    elif (
        not is_last
        and _is_within_limits(text, start, len(text))
        and (found or unfinished.match(text, start))
    ):
        return None
    return end_of_line(text, start)


def end_of_line(text: bytes, start: int) -> int:
    """Where the physical line ends, before its line end."""
    line = _TO_END.match(text, start)
    assert line is not None
    return line.end()


def _is_within_limits(text: bytes, start: int, end: int) -> bool:
    return (
        end - start <= MAX_RECORD_BYTES
        and sum(1 for _ in LINE_END.finditer(text, start, end)) < MAX_RECORD_LINES
    )


def encoded(record: bytes) -> bytes:
    """A record on one physical line: its line ends, and the escape itself, escaped."""
    return re.sub(rb"[\x1d\r\n]", lambda found: _ESCAPES[found[0]], record)


def decoded(line: str) -> str:
    """The record as it was written."""
    return re.sub("\x1d(.)", lambda found: _MEANT[found[1]], line)


def may_run_over(odd: bool, beside: set[int], delimiter: str) -> bool:
    """May a record of a text with these traits run over lines, or be malformed?"""
    return odd or not beside <= {*delimiter.encode(), *b'\r\n"'}


@cache
def _forms(delimiter: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A whole record, and the beginning of one whose last cell is quoted and still open."""
    edge = re.escape(delimiter.encode())
    blanks = [re.escape(blank.encode()) for blank in BLANKS if blank != delimiter]
    blank = rb"(?:" + rb"|".join(blanks) + rb")*+"
    opened = blank + rb'"[^"]*+(?:""[^"]*+)*+'
    quoted = opened + rb'"' + blank + rb"(?=" + edge + rb"|[\r\n]|\Z)"
    bare = rb"(?!" + blank + rb'")[^\r\n' + edge + rb"]*+"
    cell = rb"(?>" + quoted + rb"|" + bare + rb")"
    return (
        re.compile(cell + rb"(?:" + edge + cell + rb")*+(?=[\r\n]|\Z)"),
        re.compile(rb"(?:" + cell + edge + rb")*+" + opened + rb'(?:"' + blank + rb")?\Z"),
    )
