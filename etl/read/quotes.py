"""What the quotes of a text do, looked at all at once with numpy.

It is imported only where a text has quotes, since numpy takes a third of the loader's start.
"""

from __future__ import annotations

from functools import cache

import numpy as np


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
