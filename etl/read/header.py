"""The first record of a file: where it stands, in which encoding and with which delimiter."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from etl.fields import read_timestamp
from etl.read import names
from etl.read.cells import Malformed, split
from etl.read.records import BLANKS, LINE_END, end_of_record
from etl.read.scan import HEAD_BYTES

DELIMITERS = ",;\t|"
WINDOWS = "windows-1252"
SAMPLE = 100

_NO_ROW = re.compile(rf'#.*|"?sep=(.)"?|[{BLANKS}\v\f,;|]*', re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)


class Unfit(Exception):
    """The file as a whole fits no dataset; the text says what was expected.

    `headerless`: its first line is taken for a row.
    """

    def __init__(self, reason: str, headerless: bool = False) -> None:
        super().__init__(reason, headerless)
        self.headerless = headerless

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Header:
    """The first record of a file and how it is to be read.

    It begins on the physical line `starts` and ends on `line`; `cells` is empty where it is
    malformed, which `text` shows. `is_damaged`: it holds NULs, or bytes that are no text. `rows`
    are the cells of the first records after it. `above` is the physical line of a damaged one that
    stands above it, else 0.
    """

    encoding: str
    delimiter: str
    starts: int
    line: int
    text: str
    cells: list[str]
    rows: Sequence[Sequence[str]] = ()
    malformed: str | None = None
    is_damaged: bool = False
    above: int = 0

    @property
    def names(self) -> list[str]:
        """The names of its columns, without the unnamed ones."""
        return [cell for cell in self.cells if cell]


def read_header(path: PurePosixPath, head: bytes, is_windows: bool = False) -> Header:
    """Find the first record and the delimiter in the first bytes of the text. Raises Unfit.

    `is_windows`: the file is Windows-1252.
    """
    if not head:
        raise Unfit("the file is empty: not even a header line")
    encoding = _encoding(head, is_windows)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    plain = text.encode("utf-8", "replace")
    number, at, told = _skip(plain)
    if at == len(plain):
        if len(head) >= HEAD_BYTES:
            raise Unfit(f"its first {len(head):,} bytes are blank lines and comments: no header")
        raise Unfit("the file holds only blank lines: not even a header")
    above = 0
    is_damaged = any(odd in _line(plain, at) for odd in (b"\0", "\ufffd".encode()))
    best = _best(path, plain, at, told)
    first, over = best.records[0]
    if is_damaged and (below := _header_below(path, plain, at)):
        best, place = below
        above = number
        number += sum(1 + extra for _, extra in best.records[:place])
        best = replace(best, records=best.records[place:], cells=best.cells[place:])
        (first, over), is_damaged = best.records[0], False
    cells = split(first.replace("\0", ""), best.delimiter)
    malformed = cells.reason if isinstance(cells, Malformed) else None
    return Header(
        encoding,
        best.delimiter,
        number,
        number + over,
        first,
        [] if isinstance(cells, Malformed) else [cell.strip(BLANKS) for cell in cells],
        [cells for cells in best.cells[1:] if cells],
        malformed,
        is_damaged,
        above,
    )


def _header_below(path: PurePosixPath, text: bytes, at: int) -> tuple[_Sample, int] | None:
    """The records in which a header stands below a damaged line, which costs itself, and where."""
    for delimiter in () if names.is_customers(path) else DELIMITERS:
        sample = _sample(text, at, delimiter)
        for place, cells in enumerate(sample.cells):
            if names.dataset_of(tuple(cells)):
                return sample, place
    return None


def _best(path: PurePosixPath, text: bytes, at: int, told: str | None) -> _Sample:
    """The first records under the delimiter for which most speaks.

    Where a header whose names are all known, or a customer's, holds one of them only, no other can
    win, and the rows need not be looked at.
    """
    first = _line(text, at).decode("utf-8", "replace")
    held = [delimiter for delimiter in DELIMITERS if delimiter in first or delimiter == told]
    if len(held) == 1:
        only = _sample(text, at, held[0], most=1)
        if names.is_customers(path) or (
            only.cells[0] and names.known(only.cells[0]) == len(only.cells[0])
        ):
            return only
    samples = [_sample(text, at, delimiter) for delimiter in DELIMITERS]
    return max(samples, key=lambda sample: _evidence(path, sample, told))


def _skip(text: bytes) -> tuple[int, int, str | None]:
    """Number and place of the first line that may be a header or a row, and the delimiter that
    a line before it names."""
    number, at, told = 1, 0, None
    while at < len(text):
        found = _NO_ROW.fullmatch(_line(text, at).decode("utf-8", "replace"))
        if not found:
            break
        told = found[1] or told
        end = LINE_END.search(text, at)
        at = end.end() if end else len(text)
        number += 1
    return number, at, told


def is_no_row(line: bytes) -> bool:
    """Is a line above the header blank, a comment or `sep=`?"""
    return bool(_NO_ROW.fullmatch(line.decode("utf-8", "replace")))


def _line(text: bytes, at: int) -> bytes:
    end = LINE_END.search(text, at)
    return text[at : end.start() if end else len(text)]


@dataclass(frozen=True, slots=True)
class _Sample:
    """The first records under one delimiter, each with its lines after the first one, and their
    cells; none where a record is malformed."""

    delimiter: str
    records: list[tuple[str, int]]
    cells: list[list[str]]


def _sample(text: bytes, at: int, delimiter: str, most: int = SAMPLE) -> _Sample:
    records = list(_records(text, at, delimiter, most))
    found = [split(record, delimiter) for record, _ in records]
    cells = [[] if isinstance(c, Malformed) else [cell.strip(BLANKS) for cell in c] for c in found]
    return _Sample(delimiter, records, cells)


def _records(text: bytes, at: int, delimiter: str, most: int) -> Iterator[tuple[str, int]]:
    if b'"' not in text:
        lines = LINE_END.split(text[at:], most)[:most]
        last = len(lines) - (len(lines) > 1 and not lines[-1])
        yield from ((line.decode("utf-8", "replace"), 0) for line in lines[:last])
        return
    for _ in range(most):
        end = end_of_record(text, at, delimiter, is_last=True)
        assert end is not None
        record = text[at:end]
        yield record.decode("utf-8", "replace"), len(LINE_END.findall(record))
        feed = LINE_END.match(text, end)
        if not feed or feed.end() == len(text):
            return
        at = feed.end()


def _evidence(path: PurePosixPath, sample: _Sample, told: str | None) -> tuple[float, ...]:
    """What speaks for a delimiter, the strongest first: a header that is known, then rows that
    have its width, then cells that are instants or numbers."""
    header, *rows = sample.cells
    rows = [cells for cells in rows if any(cells)]
    named = None if names.is_customers(path) else names.named_by(path)
    known = 0 if names.is_customers(path) else names.known(header)
    width = len(_trimmed(header))
    if named and not known:
        fit = sum(names.fits(named, cells) for cells in [header, *rows]) / (1 + len(rows))
    else:
        fit = sum(len(_trimmed(cells)) == width for cells in rows) / max(len(rows), 1)
    cells = [cell for row in rows for cell in row if cell]
    typed = sum(map(_is_typed, cells)) / max(len(cells), 1)
    return (known, sample.delimiter == told, width > 1 or bool(named), fit, typed, width)


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end, where there is one too many."""
    return cells[:-1] if len(cells) > 1 and not cells[-1] else cells


def _is_typed(cell: str) -> bool:
    if _NUMBER.fullmatch(cell):
        return True
    if not cell[:4].isdigit():
        return False
    try:
        read_timestamp(cell)
    except ValueError:
        return False
    return True


def _encoding(head: bytes, is_windows: bool) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:1000]
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    nearly_all, hardly_any = len(sample) // 2 * 0.8, len(sample) // 2 * 0.1
    if second >= nearly_all and second and first <= hardly_any:
        return "utf-16-le"
    if first >= nearly_all and first and second <= hardly_any:
        return "utf-16-be"
    return WINDOWS if is_windows else "utf-8"
