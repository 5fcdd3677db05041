"""One record split into its cells, by RFC 4180.

Where a record ends is decided before (records.py): a quote that is still open at the end is broken.
Blanks around a quoted cell are ignored, a doubled quote inside it is one quote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from etl.read.records import BLANKS


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why a line cannot be split."""

    reason: str


def split(line: str, delimiter: str) -> list[str] | Malformed:
    """The cells of one line, as they stand between delimiters and quotes."""
    if '"' not in line:
        return line.split(delimiter)
    quoted, opened = _forms(delimiter)
    cells = []
    at = 0
    while True:
        if found := quoted.match(line, at):
            cells.append(found[1].replace('""', '"'))
            at = found.end()
        elif opened.match(line, at):
            closed = line.find('"', line.index('"', at) + 1) >= 0
            return Malformed(
                "text follows a closing quote" if closed else "a quote is opened and not closed"
            )
        else:
            end = line.find(delimiter, at)
            end = len(line) if end < 0 else end
            cells.append(line[at:end])
            at = end
        if at == len(line):
            return cells
        at += 1


@cache
def _forms(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A whole quoted cell up to the delimiter or the end, and the beginning of one."""
    padding = f"[{BLANKS}]*".replace(delimiter, "")
    end = re.escape(delimiter)
    return (
        re.compile(rf'{padding}"([^"]*+(?:""[^"]*+)*+)"{padding}(?={end}|\Z)'),
        re.compile(rf'{padding}"'),
    )
