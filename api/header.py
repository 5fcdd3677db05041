"""The column names of an uploaded CSV, read from its first bytes by the loader's own rules.

The loader decides in the end; a file that it would refuse can so be refused at once.
"""

from __future__ import annotations

import codecs
import csv
import re

DELIMITERS = ",;\t"
MAX_COLUMNS = 5
HEAD_BYTES = 64 * 1024


class NoHeader(Exception):
    """The text has no header that a customer's table can have; says why."""


def column_names(head: bytes) -> list[str]:
    """The names in the file's order, without the spaces around them. Raises NoHeader."""
    line = _first_line(head)
    delimiter = max(DELIMITERS, key=line.count)
    try:
        names = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
    except csv.Error as wrong:
        raise NoHeader(f"its header line cannot be read: {wrong}") from wrong
    if len(names) > MAX_COLUMNS:
        raise NoHeader(f"it has {len(names)} columns; a customer's table has 1 to {MAX_COLUMNS}")
    if "" in names:
        raise NoHeader(f"column {names.index('') + 1} of its header has no name")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise NoHeader(f"its header names the column {twice!r} more than once")
    return names


def _first_line(head: bytes) -> str:
    if not head:
        raise NoHeader("the file is empty: not even a header line")
    encoding = _encoding(head)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    line = next((line for line in re.split("\r\n|\r|\n", text) if line.strip()), None)
    if line is None:
        raise NoHeader("the file holds only blank lines: not even a header")
    if "\ufffd" in line:
        raise NoHeader(f"its first line cannot be read as {encoding.upper()}: not a text file?")
    return line


def _encoding(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:1000]
    if sample[1::2].count(0) * 4 > len(sample):
        return "utf-16-le"
    if sample[0::2].count(0) * 4 > len(sample):
        return "utf-16-be"
    if b"\0" in sample:
        raise NoHeader("it holds NUL bytes: not a text file")
    return "utf-8"
