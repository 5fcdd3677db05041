"""One file on its way in: how its text is read, and whether its lines add up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from etl.arrivals import Arrival
from etl.fields import NOTHING
from etl.read.dialect import Dialect
from etl.read.records import BLANKS
from etl.read.rewrite import rewrite
from etl.read.scan import MAX_LINE_BYTES, Scan, blank_lines, blocks, compression, open_text
from warehouse.database import glob_literal

_NOTHING = ", ".join(f"'{mark}'" for mark in sorted(NOTHING))
READ_LINES = (Path(__file__).parent / "lines.sql").read_text("utf-8")


class Unreconciled(Exception):
    """The parser and the independent count disagree about a file; none of its rows are kept."""


@dataclass(slots=True)
class Source:
    """A file on its way in: where its plain text lies and what is known of its lines.

    `skipped`: the file's lines between its header and the first of the text, a range of it.
    `padding`: blanks that may stand around cells; `is_padded`: they do, as a habit.
    """

    source_id: str
    path: str
    bytes: int
    text: Path
    compression: str
    dialect: Dialect
    lines: int
    has_returns: bool
    has_quotes: bool
    padding: str
    is_padded: bool
    rejected_lines: list[tuple[int, str, str]] = field(default_factory=list)
    spans: set[int] = field(default_factory=set)
    continued: int = 0
    packed: str = "none"
    parallel: bool = True
    blank: int | None = None
    skipped: int = 0
    first_rowid: int = 0
    loaded: int = 0
    rejected: int = 0

    @property
    def read_as(self) -> str:
        """How the file is read, for people."""
        packed = "" if self.packed == "none" else f", {self.packed}"
        return self.dialect.read_as + packed

    @property
    def reader_values(self) -> dict[str, object]:
        """What READ_LINES is bound to."""
        return {
            "text": glob_literal(self.text),
            "compression": self.compression,
            "header_line": self.dialect.header_line,
            "parallel": self.parallel,
        }

    @property
    def form(self) -> tuple[object, ...]:
        """What files must have in common to be parsed by one statement."""
        dialect = self.dialect
        return (
            (dialect.dataset.name, dialect.encoding, dialect.delimiter, dialect.header_line),
            (dialect.positions, dialect.cell_names, sorted(dialect.constants)),
            (self.compression, self.has_returns, self.has_quotes, self.padding, self.is_padded),
            bool(self.spans),
        )

    @property
    def rows(self) -> int:
        """The lines after the header, blank ones too."""
        return self.lines - self.dialect.header_line

    def ease(self, failed: duckdb.Error, folder: Path) -> bool:
        """Make the file easier for a reader that failed; False where there is no other way.

        DuckDB's gives up on some files only because of where its buffers end (its issue 24237):
        one thread reads them. Compressed ones with padding after their end are unpacked to
        `folder`. Raises Unreadable where the compressed stream is broken.
        """
        if self.parallel and isinstance(failed, duckdb.NotImplementedException):
            self.parallel = False
            return True
        if self.compression != "none" and isinstance(failed, duckdb.IOException):
            self._unpack(folder)
            return True
        return False

    def _unpack(self, folder: Path) -> None:
        plain = folder / f"{self.source_id}.csv"
        with self.text.open("rb") as stored, plain.open("wb") as unpacked:
            unpacked.writelines(blocks(open_text(self.text, stored)))
        self.text, self.compression = plain, "none"

    @property
    def first_line(self) -> int:
        """The physical line of the first row."""
        return self.dialect.header_line + 1 + self.skipped


def plain(arrival: Arrival, scan: Scan, dialect: Dialect, folder: Path) -> Source:
    """The file as the parser gets it: as it is where its text is plain, else rewritten."""
    source = Source(
        source_id=scan.source_id,
        path=arrival.path,
        bytes=scan.stored_bytes,
        text=arrival.file,
        compression=(packed := compression(arrival.file)),
        packed=packed,
        dialect=dialect,
        lines=scan.lines,
        has_returns=scan.has_returns,
        has_quotes=scan.has_quotes,
        padding=scan.padding.replace(dialect.delimiter, ""),
        is_padded=bool(scan.padding) and _is_padded(scan.head, dialect.delimiter),
    )
    if not is_plain(scan, dialect):
        target = folder / f"{scan.source_id}.csv"
        copy = rewrite(arrival.file, target, dialect)
        source.text, source.compression = copy.path, "none"
        source.rejected_lines, source.spans, source.continued = (
            copy.rejected_lines,
            copy.spans,
            copy.continued,
        )
        if dialect.encoding.startswith("utf-16"):  # whose bytes are no lines
            source.lines = copy.lines
        source.has_returns = False
        source.has_quotes, source.padding = True, BLANKS.replace(dialect.delimiter, "")
    elif not _is_text(arrival.file):
        source.text = folder / f"{scan.source_id}{arrival.file.suffix}"
        source.text.unlink(missing_ok=True)
        source.text.symlink_to(arrival.file.resolve())
    return source


def is_plain(scan: Scan, dialect: Dialect) -> bool:
    """Can a CSV reader be given the text as it is?"""
    return not (
        scan.has_odd_bytes
        or dialect.above
        or dialect.encoding not in ("utf-8", "utf-8-sig")
        or scan.may_run_over(dialect.delimiter)
    )


def _is_text(path: Path) -> bool:
    """Can the database be told this name? It takes UTF-8 only."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_padded(head: bytes, delimiter: str) -> bool:
    """Do blanks stand around cells as a habit? Then they are cut off before anything is read."""
    edge = re.escape(delimiter.encode())
    blank = b"[ \t]".replace(delimiter.encode(), b"")
    beside = b"(?m)(^|" + edge + b")" + blank + b"|" + blank + b"($|\r|" + edge + b")"
    return len(re.findall(beside, head)) > head.count(b"\n") // 10


def insert_values(sources: Sequence[Source], latest: dt.datetime) -> dict[str, object]:
    """What insert_sql is bound to; all sources have the form of the first. What has happened has
    not done so after `latest`."""
    first = sources[0]
    of_files: dict[str, list[str]] = {"source_id": [source.source_id for source in sources]}
    for name in first.dialect.constants:
        of_files[f"constant_{name}"] = [source.dialect.constants[name] for source in sources]
    values: dict[str, object] = {**first.reader_values, "separator": first.dialect.delimiter}
    if first.dialect.dataset.happened:
        values["latest"] = latest
    if first.dialect.dataset.by_folder:
        values["first_name"] = first.dialect.cell_names[0]
    if len(sources) == 1:
        return values | {name: only for name, (only,) in of_files.items()}
    values["text"] = [glob_literal(source.text) for source in sources]
    values["files"] = [str(source.text) for source in sources]
    return values | of_files


def insert_sql(sources: Sequence[Source]) -> str:
    """insert … select typed cells, raw where any of them is uncertain."""
    source = sources[0]
    dialect = source.dialect

    def of_file(name: str) -> str:  # a join would not keep the order of the lines
        return (
            f"${name}"
            if len(sources) == 1
            else f"map_extract_value(map($files, ${name}), filename)"
        )

    line = "without_quotes(line, $separator)" if source.has_quotes else "line"
    typed: list[str] = []
    certain = [f"len(cells) = {dialect.width}"]
    edges = [(blank, edge) for blank in source.padding for edge in ("starts", "ends")]
    for column, position in zip(dialect.dataset.columns, dialect.positions, strict=True):
        if column.name in dialect.constants:
            typed.append(f'{of_file(f"constant_{column.name}")} as "{column.name}"')
        elif position is None:
            typed.append(f'null::{column.field.sql_type} as "{column.name}"')
        else:
            cell = f"cells[{position + 1}]"
            cell = f"trim({cell}, '{source.padding}')" if source.is_padded else cell
            typed.append(f'{column.field.fast(cell)} as "{column.name}"')
            known = f'"{column.name}" is not null'
            needed = column.required or column.name in dialect.dataset.together
            certain.append(known if needed else f"({known} or {cell} = '')")
            text = f'"{column.name}"' if needed else cell  # a value that is there costs less
            if column.field.sql_type == "VARCHAR" and not source.is_padded:
                certain += [f"not {edge}_with({text}, '{blank}')" for blank, edge in edges]
            if column.field.sql_type == "VARCHAR" and not dialect.dataset.by_folder:
                certain.append(f"{text} not in ({_NOTHING})")
    if moment := dialect.dataset.happened_at:
        certain.append(f'"{moment}" <= $latest')
    if all(c.name in dialect.constants for c in dialect.dataset.columns if c.required):
        certain.append(f"trim(line, $separator || '{BLANKS}' || e'\\x0b\\x0c') <> ''")  # blank
    if dialect.dataset.by_folder:  # else a timestamp, a number or a word tells it from a row
        certain.append(f"trim(cells[1], '{source.padding}') <> $first_name")
    if source.spans:
        certain.append("not contains(line, e'\\x1d')")  # line ends within quotes stand escaped
    names = ", ".join(f'"{name}"' for name in dialect.dataset.column_names)
    return f"""
        insert into staged_{dialect.dataset.name}
        with lines as ({READ_LINES}),
        split as (select line, filename, string_split({line}, $separator) as cells from lines),
        typed as (select line, filename, cells, {", ".join(typed)} from split)
        select {names},
            case when {" and ".join(certain)} and strlen(line) <= {MAX_LINE_BYTES} then null
            else coalesce(line, '') end,
            {of_file("source_id")}::source
        from typed
    """


def reconcile(source: Source, blank: int) -> None:
    """Hold the fates of a file's lines against the lines counted before parsing.

    Raises Unreconciled. Blank lines stand in the text for lines that were rejected before parsing
    and for those that continue a record.
    """
    header_line = source.dialect.header_line
    above = sum(line <= header_line for line, *_ in source.rejected_lines)  # the header
    emptied = len(source.rejected_lines) - above + source.continued
    if blank != emptied and source.blank is None:
        dialect = source.dialect
        found = blank_lines(source.text, dialect.header_line, dialect.delimiter)
        source.blank = found - emptied
    counted = source.lines - header_line + above - source.continued - (source.blank or 0)
    if source.loaded + source.rejected != counted:
        raise Unreconciled(
            f"{counted:,} rows were counted, but {source.loaded:,} accepted "
            f"and {source.rejected:,} rejected"
        )
