"""How a file is to be read: which dataset it is, and in which cell each of its columns stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from etl.datasets import Dataset, datasets
from etl.fields import shown
from etl.read import names
from etl.read.header import Header, Unfit


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


def detect(path: PurePosixPath, header: Header) -> Dialect:
    """Decide which dataset a file is. Raises Unfit with what was found and what was expected."""
    found = names.dataset_of(tuple(header.cells))
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


def _headerless(path: PurePosixPath, header: Header) -> Dialect:
    named = names.named_by(path)
    first = shown(header.text)
    nearest = max(datasets().values(), key=lambda d: (names.matched(d, header.cells), d is named))
    matched = names.matched(nearest, header.cells)
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
        if names.fits(named, cells)
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
    if any(names.positions_of(named, [*cells]) is not None for cells in header.rows):
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
    if not names.fits(dataset, cells):
        return False
    for column, cell in zip(dataset.columns, cells, strict=False):
        try:
            if cell or column.required:
                column.field.read(cell)
        except ValueError:
            return False
    return True


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


def _expected() -> str:
    each = (f"{d.name} ({d.shown})" for d in datasets().values() if not d.by_folder)
    return f"Expected one of: {'; '.join(each)}."
