"""Records of RFC 4180 that run over physical lines, found in bytes of UTF-8.

A record ends at the first line end outside quotes. Where a quote is not closed within the limits,
or text follows it, the physical line on which the record began stands alone.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

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


def doubtful_lines(text: bytes, delimiter: str) -> list[int]:
    """Where lines begin whose quotes do more than wrap cells of that line; others are records.

    Those have an odd number of quotes, or one that neither opens nor closes a cell nor is doubled.
    Lines end with LF or CRLF here.
    """
    odd, bytes_beside, quotes, feeds = _quotes(text)
    misplaced = ~_may_be_beside(delimiter)[bytes_beside]
    which = np.searchsorted(feeds, quotes[misplaced.ravel()])
    lines = np.union1d(odd, which)
    starts = np.concatenate(([0], feeds + 1))
    return [int(at) for at in starts[lines]]


def quote_traits(text: bytes) -> tuple[bool, set[int]]:
    """Has a line of this text an odd number of quotes, and which bytes stand before quotes that
    should open and behind those that should close."""
    odd, beside, _, _ = _quotes(text)
    return bool(len(odd)), set(np.flatnonzero(np.bincount(beside, minlength=256)).tolist())


def may_run_over(odd: bool, beside: set[int], delimiter: str) -> bool:
    """May a record of a text with these traits run over lines, or be malformed?"""
    return odd or not beside <= {*delimiter.encode(), *b'\r\n"'}


def _quotes(text: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of lines with an odd number of quotes; for each quote the byte beside it on its
    outer side; where the quotes and the line feeds are."""
    at = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(at == 34)
    feeds = np.flatnonzero(at == 10)
    before = np.concatenate(([0], np.searchsorted(quotes, feeds), [len(quotes)]))
    odd = np.flatnonzero(np.diff(before) & 1)
    number = np.arange(len(quotes))
    if len(odd):  # a quote's place within its own line tells whether it opens
        number -= before[np.searchsorted(feeds, quotes)]
    beside = quotes - 1 + 2 * (number & 1)
    padded = np.concatenate((at, np.array([10], np.uint8)))  # also what at[-1] finds
    return odd, padded[beside], quotes, feeds


@cache
def _may_be_beside(delimiter: str) -> np.ndarray:
    table = np.zeros(256, bool)
    table[list(delimiter.encode() + b'\r\n"')] = True
    return table


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
