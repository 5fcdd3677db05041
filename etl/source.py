"""One file on its way in: how its text is read, and whether its lines add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from etl.dialect import Dialect
from etl.scan import MAX_LINE_BYTES, blank_lines, blocks, open_text
from warehouse.database import glob_literal

SQL = Path(__file__).parent / "sql"
READ_LINES = (SQL / "lines.sql").read_text("utf-8")


class Unreconciled(Exception):
    """The parser and the independent count disagree about a file; none of its rows are kept."""


@dataclass(slots=True)
class Source:
    """A file on its way in: where its plain text lies and what is known of its lines.

    `padding`: blanks that may stand around cells; `is_padded`: they do, as a habit.
    """

    source_id: str
    path: str
    bytes: int
    text: Path
    compression: str
    dialect: Dialect
    lines: int
    has_quotes: bool
    padding: str
    is_padded: bool
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    parallel: bool = True
    blank: int | None = None
    first_rowid: int = 0
    loaded: int = 0
    rejected: int = 0

    @property
    def reader_values(self) -> dict[str, str | int | bool]:
        """What READ_LINES is bound to."""
        return {
            "text": glob_literal(self.text),
            "compression": self.compression,
            "header_line": self.dialect.header_line,
            "parallel": self.parallel,
        }

    def unpack(self, folder: Path) -> None:
        """Put the plain text into `folder`, to be read from there.

        Raises Unreadable where the compressed stream is broken.
        """
        plain = folder / f"{self.source_id}.csv"
        with self.text.open("rb") as stored, plain.open("wb") as unpacked:
            unpacked.writelines(blocks(open_text(self.text, stored)))
        self.text, self.compression = plain, "none"

    @property
    def first_line(self) -> int:
        """The physical line of the first row."""
        return self.dialect.header_line + 1


def insert_sql(source: Source) -> str:
    """insert … select typed cells, raw where any of them is uncertain."""
    dialect = source.dialect
    line = "without_quotes(line, $separator)" if source.has_quotes else "line"
    typed: list[str] = []
    certain = [f"len(cells) = {dialect.width}"]
    edges = [(blank, edge) for blank in source.padding for edge in ("starts", "ends")]
    for column, position in zip(dialect.dataset.columns, dialect.positions, strict=True):
        if column.name in dialect.constants:
            typed.append(f'$constant_{column.name} as "{column.name}"')
        elif position is None:
            typed.append(f'null::{column.field.sql_type} as "{column.name}"')
        else:
            cell = f"cells[{position + 1}]"
            cell = f"trim({cell}, ' \t')" if source.is_padded else cell
            typed.append(f'{column.field.macro}({cell}) as "{column.name}"')
            known = f'"{column.name}" is not null'
            certain.append(known if column.required else f"({known} or {cell} = '')")
            if column.field.sql_type == "VARCHAR" and not source.is_padded:
                certain += [f"not {edge}_with({cell}, '{blank}')" for blank, edge in edges]
    names = ", ".join(f'"{name}"' for name in dialect.dataset.column_names)
    return f"""
        insert into staged_{dialect.dataset.name}
        with lines as ({READ_LINES}),
        split as (select line, string_split({line}, $separator) as cells from lines),
        typed as (select line, cells, {", ".join(typed)} from split)
        select {names},
            case when {" and ".join(certain)} and strlen(line) <= {MAX_LINE_BYTES} then null
            else coalesce(line, '') end,
            $source_id::source
        from typed
    """


def reconcile(source: Source, blank: int) -> None:
    """Hold the fates of a file's lines against the lines counted before parsing.

    Raises Unreconciled. Lines that were refused before parsing stand as blank lines in the text.
    """
    blank -= len(source.refused)
    if blank and source.blank is None:
        source.blank = blank_lines(source.text, source.dialect.header_line)
    counted = source.lines - source.dialect.header_line - (source.blank or 0)
    if source.loaded + source.rejected != counted:
        raise Unreconciled(
            f"{counted:,} rows were counted, but {source.loaded:,} accepted "
            f"and {source.rejected:,} rejected"
        )
