"""The careful reading of one record, for every line that SQL was not certain of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from etl.datasets.spec import FUTURE
from etl.fields import NOTHING, TEXT, Value, shown
from etl.read.cells import Malformed, split
from etl.read.dialect import Dialect
from etl.read.records import BLANKS
from etl.read.scan import MAX_LINE_BYTES


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a line is not a row; `column` is None where the line as a whole is at fault. `subject` is
    whom it is about, where that can be read."""

    column: str | None
    reason: str
    subject: str | None = None


def is_blank(line: str, delimiter: str) -> bool:
    """Does the line hold nothing but delimiters and blanks?"""
    return not line.strip(BLANKS + "\r\v\f" + delimiter)


def examine(
    line: str, dialect: Dialect, latest: dt.datetime = dt.datetime.max
) -> list[Value | None] | Rejected:
    """The row's values in the order of the dataset's columns, or why there is no row.

    `latest` is the last moment (naive UTC) that can have happened.
    """
    if len(line) > MAX_LINE_BYTES or len(line.encode()) > MAX_LINE_BYTES:
        return Rejected(None, f"the line is longer than {MAX_LINE_BYTES:,} bytes")
    cells = split(line, dialect.delimiter)
    if isinstance(cells, Malformed):
        return Rejected(None, cells.reason)
    cells = [cell.strip(BLANKS) for cell in cells]
    found = _row(cells, dialect, latest)
    if isinstance(found, Rejected):
        return replace(found, subject=_subject(cells, dialect))
    return found


def _row(cells: list[str], dialect: Dialect, latest: dt.datetime) -> list[Value | None] | Rejected:
    if is_header(cells, dialect):
        return Rejected(None, "the header stands here again")
    if not fits(cells, dialect):
        return Rejected(None, _width_reason(len(cells), dialect))
    dataset = dialect.dataset
    values: dict[str, Value | None] = {}
    for column, position in zip(dataset.columns, dialect.positions, strict=True):
        if column.name in dialect.constants:
            values[column.name] = dialect.constants[column.name]
            continue
        name = dialect.cell_names[position] if position is not None else column.name
        text = cells[position] if position is not None else ""
        if text in NOTHING and not (dataset.by_folder and column.field is TEXT):
            text = ""
        if not text and column.required:
            return Rejected(name, f"{name} is empty")
        try:
            value = values[column.name] = column.field.read(text) if text else None
        except ValueError as wrong:
            return Rejected(name, str(wrong))
        if column.name == dataset.happened_at and isinstance(value, dt.datetime) and value > latest:
            return Rejected(name, _future_reason(text, latest))
    empty = [c for c in dataset.columns if c.name in dataset.together and values[c.name] is None]
    if 0 < len(empty) < len(dataset.together):
        return Rejected(empty[0].shown, f"{empty[0].shown} is empty")
    return list(values.values())


def _subject(cells: list[str], dialect: Dialect) -> str | None:
    """The cell that names whom a row is about, if it is an id."""
    for column, position in zip(dialect.dataset.columns, dialect.positions, strict=True):
        if column.name == dialect.dataset.subject and position is not None:
            text = cells[position] if position < len(cells) else ""
            with suppress(ValueError):
                return str(column.field.read(text)) if text and text not in NOTHING else None
    return None


def _future_reason(text: str, latest: dt.datetime) -> str:
    hours = FUTURE // dt.timedelta(hours=1)
    return (
        f"{shown(text)} is more than {hours} hours after this load "
        f"({latest - FUTURE:%Y-%m-%d %H:%M} UTC): is the clock right of what wrote it?"
    )


def fits(cells: Sequence[str], dialect: Dialect) -> bool:
    """Has a row a cell for each named column, and beyond the header's nothing but empty ones?"""
    beyond = cells[dialect.width :]
    return len(cells) >= dialect.least_width and all(not c or c in NOTHING for c in beyond)


def is_header(cells: Sequence[str], dialect: Dialect) -> bool:
    """Do a row's cells, without blanks around them, repeat the header?"""
    return dialect.has_header and tuple(cells) == dialect.cell_names


def _width_reason(count: int, dialect: Dialect) -> str:
    cells = "1 cell" if count == 1 else f"{count} cells"
    return f"{cells} where {dialect.width} are expected: {','.join(dialect.cell_names)}"
