"""How a file is to be read: encoding, delimiter, header or none, and which dataset it is."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from etl.datasets import Dataset, datasets
from etl.read.cells import Malformed, split

DELIMITERS = ",;\t"


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
    """The first line that is not blank: its physical number, cells, and how it is to be read."""

    encoding: str
    delimiter: str
    line: int
    text: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """`positions` gives the cell (from 0) of each of the dataset's columns, None where absent.

    `header_line` is the physical line of the header, 0 without one; `cell_names` are the names in
    the file's own order; `constants` are columns that every row of the file shares.
    """

    dataset: Dataset
    encoding: str
    delimiter: str
    header_line: int
    positions: tuple[int | None, ...]
    cell_names: tuple[str, ...]
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.cell_names)


def read_header(path: PurePosixPath, head: bytes) -> Header:
    """Find the first line and its delimiter in the first bytes of the text. Raises Unfit."""
    if not head:
        raise Unfit("the file is empty: not even a header line")
    encoding = _encoding(head, path)
    lines = re.split("\r\n|\r|\n", _decode(head, encoding))
    number, first = next(((i, line) for i, line in enumerate(lines, 1) if line.strip()), (0, ""))
    if not number:
        raise Unfit("the file holds only blank lines: not even a header")
    delimiter = max(DELIMITERS, key=first.count)
    cells = split(first, delimiter)
    if isinstance(cells, Malformed):
        raise Unfit(f"its first line {first[:120]!r} is not CSV: {cells.reason}")
    cells = [cell.strip() for cell in cells]
    return Header(encoding, delimiter, number, first, cells)


def detect(path: PurePosixPath, header: Header) -> Dialect:
    """Decide which dataset a file is. Raises Unfit with what was found and what was expected."""
    for dataset in datasets().values():
        if (positions := _positions(dataset, header.cells)) is not None:
            return Dialect(
                dataset,
                header.encoding,
                header.delimiter,
                header.line,
                positions,
                tuple(header.cells),
            )
    return _headerless(path, header)


def _positions(dataset: Dataset, cells: list[str]) -> tuple[int | None, ...] | None:
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
    return tuple(found) if sum(p is not None for p in found) == len(cells) else None


def _headerless(path: PurePosixPath, header: Header) -> Dialect:
    named = _named(path)
    first = repr(header.text[:120])
    if named is None:
        raise Unfit(f"its first line {first} is the header of no dataset. {_expected()}")
    known = {name.lower() for column in named.columns for name in column.names}
    required = sum(not column.may_be_absent for column in named.columns)
    if known & {cell.lower() for cell in header.cells}:
        raise Unfit(
            f"its header {first} is not that of {named.name}: expected {named.shown} in any order"
        )
    width = len(header.cells)
    if not required <= width <= len(named.columns):
        raise Unfit(
            f"its first line {first} has {width} cells and no header; "
            f"{named.name} has {len(named.columns)}: {named.shown}",
            headerless=True,
        )
    positions = tuple(i if i < width else None for i in range(len(named.columns)))
    return Dialect(
        named, header.encoding, header.delimiter, 0, positions, named.column_names[:width]
    )


def _named(path: PurePosixPath) -> Dataset | None:
    """The dataset whose name the file or a folder above it bears, the nearest first."""
    stem = path.name.lower().split(".")[0]
    for name in (stem, *(part.lower() for part in reversed(path.parent.parts))):
        if name in datasets() and not datasets()[name].by_folder:
            return datasets()[name]
    return None


def _encoding(head: bytes, path: PurePosixPath) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:1000]
    if sample[1::2].count(0) * 4 > len(sample):
        return "utf-16-le"
    if sample[0::2].count(0) * 4 > len(sample):
        return "utf-16-be"
    if b"\0" in sample.split(b"\n", 1)[0]:
        raise Unfit("its first line holds NUL bytes: not a text file")
    named = _named(path)
    if named and named.encoding != "utf-8" and not _is_utf8(head):
        return named.encoding
    return "utf-8"


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _decode(head: bytes, encoding: str) -> str:
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    if "\ufffd" in text.split("\n", 1)[0]:
        raise Unfit(f"its first line cannot be read as {encoding.upper()}: not a text file?")
    return text


def _expected() -> str:
    each = (f"{d.name} ({d.shown})" for d in datasets().values() if not d.by_folder)
    return f"Expected one of: {'; '.join(each)}."
