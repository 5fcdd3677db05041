"""The careful reading of one record, for every line that SQL was not certain of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etl.fields import NOTHING, TEXT, Value
from etl.read.cells import Malformed, split
from etl.read.dialect import Dialect
from etl.read.records import BLANKS
from etl.read.scan import MAX_LINE_BYTES


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a line is not a row; `column` is None where the line as a whole is at fault."""

    column: str | None
    reason: str


def is_blank(line: str, delimiter: str) -> bool:
    """Does the line hold nothing but delimiters and blanks?"""
    return not line.strip(BLANKS + "\r\v\f" + delimiter)


def examine(line: str, dialect: Dialect) -> list[Value | None] | Rejected:
    """The row's values in the order of the dataset's columns, or why there is no row."""
    if len(line) > MAX_LINE_BYTES or len(line.encode()) > MAX_LINE_BYTES:
        return Rejected(None, f"the line is longer than {MAX_LINE_BYTES:,} bytes")
    cells = split(line, dialect.delimiter)
    if isinstance(cells, Malformed):
        return Rejected(None, cells.reason)
    cells = [cell.strip(BLANKS) for cell in cells]
    if is_header(cells, dialect):
        return Rejected(None, "the header stands here again")
    if len(cells) < dialect.least_width or any(cells[dialect.width :]):
        return Rejected(None, _width_reason(len(cells), dialect))
    values: list[Value | None] = []
    for column, position in zip(dialect.dataset.columns, dialect.positions, strict=True):
        if column.name in dialect.constants:
            values.append(dialect.constants[column.name])
            continue
        text = cells[position] if position is not None else ""
        if text in NOTHING and not (dialect.dataset.by_folder and column.field is TEXT):
            text = ""
        if not text and not column.required:
            values.append(None)
            continue
        name = dialect.cell_names[position] if position is not None else column.name
        if not text:
            return Rejected(name, f"{name} is empty")
        try:
            values.append(column.field.read(text))
        except ValueError as wrong:
            return Rejected(name, str(wrong))
    return values


def is_header(cells: Sequence[str], dialect: Dialect) -> bool:
    """Do a row's cells, without blanks around them, repeat the header?"""
    return dialect.has_header and tuple(cells) == dialect.cell_names


def _width_reason(count: int, dialect: Dialect) -> str:
    cells = "1 cell" if count == 1 else f"{count} cells"
    return f"{cells} where {dialect.width} are expected: {','.join(dialect.cell_names)}"
