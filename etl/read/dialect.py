"""How a file is to be read: encoding, delimiter, header or none, and which dataset it is."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePosixPath

from etl.datasets import Dataset, datasets
from etl.fields import read_timestamp, shown
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


@dataclass(frozen=True, slots=True)
class Dialect:
    """`positions` gives the cell (from 0) of each of the dataset's columns, None where absent.

    Rows begin after the physical line `header_line`; without a header that is 0, or the last line
    that is no row. `cell_names` are the names in the file's own order, empty for unnamed columns;
    `constants` are columns that every row of the file shares; `header_at` is the physical line on
    which the header begins, 0 without one. From the line `above`, if not 0, to the header each line
    is a rejected row or blank.
    """

    dataset: Dataset
    encoding: str
    delimiter: str
    header_line: int
    positions: tuple[int | None, ...]
    cell_names: tuple[str, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    header_at: int = 0
    above: int = 0

    @property
    def has_header(self) -> bool:
        return self.header_at > 0

    @property
    def tells_time(self) -> bool:
        """Is there a cell for the last column, which in customers' tables is the instant?"""
        return self.positions[-1] is not None

    @property
    def skipped(self) -> int:
        """The lines before the first record, which are no rows and may hold any quotes."""
        return self.header_at - 1 if self.has_header else self.header_line

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.cell_names)

    @property
    def least_width(self) -> int:
        """The same without the unnamed columns at its end."""
        named = [at for at, name in enumerate(self.cell_names, 1) if name]
        return named[-1] if named else self.width

    @property
    def ignored(self) -> list[str]:
        """The names of the columns that are not read."""
        used = {at for at in self.positions if at is not None}
        return [name for at, name in enumerate(self.cell_names) if name and at not in used]

    @property
    def read_as(self) -> str:
        """How the file is read, for people; its compression is not known here."""
        delimiter = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}[self.delimiter]
        told = [self.encoding.removesuffix("-sig"), delimiter]
        told.append(f"header on line {self.header_at}" if self.has_header else "no header")
        if self.ignored:
            told.append(f"ignored: {', '.join(map(shown, self.ignored))}")
        return ", ".join(told)


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
    for delimiter in () if _is_customers(path) else DELIMITERS:
        sample = _sample(text, at, delimiter)
        for place, cells in enumerate(sample.cells):
            if _dataset_of(tuple(cells)):
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
        if _is_customers(path) or (only.cells[0] and _known(only.cells[0]) == len(only.cells[0])):
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
    named = None if _is_customers(path) else _named(path)
    known = 0 if _is_customers(path) else _known(header)
    width = len(_trimmed(header))
    if named and not known:
        fit = sum(_fits(named, cells) for cells in [header, *rows]) / (1 + len(rows))
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


def detect(path: PurePosixPath, header: Header) -> Dialect:
    """Decide which dataset a file is. Raises Unfit with what was found and what was expected."""
    found = _dataset_of(tuple(header.cells))
    if not found:
        return _headerless(path, header)
    name, positions = found
    return Dialect(
        datasets()[name],
        header.encoding,
        header.delimiter,
        header.starts - 1 if header.is_damaged else header.line,  # so that it costs its line
        positions,
        tuple(header.cells),
        header_at=header.starts,
        above=header.above,
    )


@lru_cache(1_000)  # since most files have the header of one before
def _dataset_of(cells: tuple[str, ...]) -> tuple[str, tuple[int | None, ...]] | None:
    """The dataset of which a header names most columns, and where each stands."""
    found = [
        (sum(at is not None for at in positions), dataset.name, positions)
        for dataset in datasets().values()
        if (positions := positions_of(dataset, cells)) is not None
    ]
    return max(found, key=lambda each: each[0])[1:] if found else None


def positions_of(dataset: Dataset, cells: Sequence[str]) -> tuple[int | None, ...] | None:
    """Where each column stands in this header; None if the header is not this dataset's."""
    if dataset.by_folder:
        return None
    lowered = [cell.lower() for cell in cells]
    found: list[int | None] = []
    for column in dataset.columns:
        at = [i for i, cell in enumerate(lowered) if cell in map(str.lower, column.names)]
        if len(at) > 1 or (not at and not column.may_be_absent):
            return None
        found.append(at[0] if at else None)
    return tuple(found)


def _matched(dataset: Dataset, cells: Sequence[str]) -> int:
    """How many of a dataset's columns a header names."""
    if dataset.by_folder:
        return 0
    lowered = {cell.lower() for cell in cells}
    return sum(bool(lowered & set(map(str.lower, c.names))) for c in dataset.columns)


def _known(cells: Sequence[str]) -> int:
    """How many columns of a dataset a header names, of the one that it fits best."""
    return _most_matched(tuple(cells))


@lru_cache(1_000)
def _most_matched(cells: tuple[str, ...]) -> int:
    return max(_matched(dataset, cells) for dataset in datasets().values())


def _headerless(path: PurePosixPath, header: Header) -> Dialect:
    named = _named(path)
    first = shown(header.text)
    nearest = max(datasets().values(), key=lambda d: (_matched(d, header.cells), d is named))
    matched = _matched(nearest, header.cells)
    if matched and (named or matched > 1):
        raise Unfit(
            f"its header {first} is not that of {nearest.name}: {_at_fault(nearest, header)}; "
            f"expected {nearest.shown} in any order"
        )
    if named is None:
        if header.malformed:
            raise Unfit(f"its first line {first} is not CSV: {header.malformed}")
        raise Unfit(f"its first line {first} is the header of no dataset. {_expected()}")
    _check_is_no_header(named, header)
    fitting = Counter(
        min(len(cells), len(named.columns))
        for cells in [header.cells, *header.rows]
        if _fits(named, cells)
    )
    if not fitting:
        raise Unfit(
            f"its first line {first} has {len(header.cells)} cells and no header; "
            f"{named.name} has {len(named.columns)}: {named.shown}",
            headerless=True,
        )
    width = fitting.most_common(1)[0][0]
    positions = tuple(i if i < width else None for i in range(len(named.columns)))
    return Dialect(
        named,
        header.encoding,
        header.delimiter,
        header.starts - 1,
        positions,
        named.column_names[:width],
    )


def _check_is_no_header(named: Dataset, header: Header) -> None:
    """Raise Unfit where a header stands in a file of this dataset, but not one that can be used:
    its rows would be read by position, as those of a file without one."""
    first = shown(header.text)
    if any(positions_of(named, [*cells]) is not None for cells in header.rows):
        raise Unfit(f"its header stands below its first line {first}; remove that line")
    words = set(re.findall(r"\w+", header.text.lower()))
    columns = sum(bool(words & set(map(str.lower, c.names))) for c in named.columns)
    if columns > 1 and (header.malformed or header.is_damaged):
        why = header.malformed or "it holds NULs or bytes that are no text"
        raise Unfit(f"its header {first} cannot be read: {why}")
    is_named = bool(header.cells) and not re.search(r"\d", header.text)
    if is_named and not header.is_damaged and not _is_row(named, header.cells):
        raise Unfit(
            f"its first line {first} names no column of {named.name} and is no row of it; "
            f"expected {named.shown} in any order, or rows alone"
        )


def _is_row(dataset: Dataset, cells: Sequence[str]) -> bool:
    """Can all cells be read, in the order of the columns?"""
    if not _fits(dataset, cells):
        return False
    for column, cell in zip(dataset.columns, cells, strict=False):
        try:
            if cell or column.required:
                column.field.read(cell)
        except ValueError:
            return False
    return True


def _fits(dataset: Dataset, cells: Sequence[str]) -> bool:
    """May a row of a dataset without a header have these cells?"""
    required = sum(not column.may_be_absent for column in dataset.columns)
    return len(cells) >= required and not any(cells[len(dataset.columns) :])


def _at_fault(dataset: Dataset, header: Header) -> str:
    """What is wrong with a header that is nearly this dataset's."""
    lowered = [cell.lower() for cell in header.cells]
    known = {name.lower() for column in dataset.columns for name in column.names}
    others = [cell for cell in header.names if cell.lower() not in known]
    for column in dataset.columns:
        names = [name.lower() for name in column.names]
        count = sum(cell in names for cell in lowered)
        if count > 1:
            return f"the column {column.shown} stands in it {count} times, keep one"
        if not count and not column.may_be_absent:
            instead = f", perhaps under the name {shown(others[0])}" if others else ""
            return f"the column {column.shown} is missing{instead}; name it {column.shown}"
    return "its columns differ"


def _is_customers(path: PurePosixPath) -> bool:
    return path.parts[0] in datasets() and datasets()[path.parts[0]].by_folder


def _named(path: PurePosixPath) -> Dataset | None:
    """The dataset whose name the file or a folder above it bears, the nearest first."""
    stem = path.name.lower().split(".")[0]
    for name in (stem, *(part.lower() for part in reversed(path.parent.parts))):
        if name in datasets() and not datasets()[name].by_folder:
            return datasets()[name]
    return None


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


def _expected() -> str:
    each = (f"{d.name} ({d.shown})" for d in datasets().values() if not d.by_folder)
    return f"Expected one of: {'; '.join(each)}."
