"""Which column of a customer's table tells the time (METRICS.md, section 4).

It is the one that is named beside the files, else the first one of nothing but instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from etl import disk
from etl.customers import FOLDER, place
from etl.fields import NOTHING, read_timestamp, shown
from etl.read.cells import Malformed, split
from etl.read.examine import fits, is_header
from etl.read.header import Unfit
from etl.read.records import BLANKS
from etl.read.scan import Unreadable
from etl.read.source import READ_LINES, Source
from warehouse.database import first_line

TIME_COLUMN_FILE = "_time_column"
MAX_NAME_BYTES = 10_000
BY_AN_UPLOAD = "named by an upload"


def found(
    connection: duckdb.DuckDBPyConnection, source: Source, beside: Path, folder: Path
) -> str | None:
    """Give a first file's dialect its time column: the one named `beside` it, else the first one
    of its columns that tells the time. Returns why there is none, else None. Text that has to be
    written anew goes to `folder`.

    Raises Unfit where the named column does not exist, Unreadable where the file cannot be read.
    """
    try:
        name, why_none = time_column(connection, source, beside)
    except duckdb.Error as failed:
        if not source.ease(failed, folder):
            raise Unreadable(f"the CSV reader failed: {first_line(failed)}") from failed
        return found(connection, source, beside, folder)
    if name is not None:
        _use(source, name)
    return why_none


def name(source: Source, beside: Path) -> None:
    """Give the dialect of a later file, whose table tells no time as yet, the column that is named
    `beside` it, if any. Raises Unfit where the table has no such column."""
    named = named_time_column(beside)
    if named is not None:
        _use(source, _checked(named, source.dialect.cell_names))


def _use(source: Source, name: str) -> None:
    *others, _ = source.dialect.positions
    position = place(name, source.dialect.cell_names)
    source.dialect = replace(source.dialect, positions=(*others, position))


def _checked(named: str, names: tuple[str, ...]) -> str:
    if named.lower() not in map(str.lower, names):
        raise Unfit(f"its time column {named!r} is not among its columns {', '.join(names)}")
    return named


def time_column(
    connection: duckdb.DuckDBPyConnection, source: Source, folder: Path
) -> tuple[str | None, str | None]:
    """The time column that the first file fixes: the one named beside it, else the first column
    whose every non-empty value is a timestamp; or None, and why. Raises Unfit when the named one
    does not exist."""
    names = source.dialect.cell_names
    named = named_time_column(folder)
    if named is not None:
        return _checked(named, names), None
    faults = []
    doubtful = _counts(connection, source)
    for name, (filled, uncertain), cells in zip(
        names, doubtful, _columns(connection, source), strict=True
    ):
        if not name:
            continue
        if filled and not uncertain:
            return name, None
        values, other = _first_other(cells) if filled else (False, None)
        if values and other is None:
            return name, None
        faults.append(f"{shown(name)} {f'holds {shown(other)}' if other else 'is empty'}")
    return None, ", ".join(faults)


def named_time_column(folder: Path) -> str | None:
    """The time column that an upload named for the customer of this folder, if any.

    Raises Unfit where the file that names it is no small text in UTF-8.
    """
    path = folder / TIME_COLUMN_FILE
    if not path.exists():
        return None
    if not path.is_file() or path.stat().st_size > MAX_NAME_BYTES:
        raise Unfit(f"what lies beside it as {TIME_COLUMN_FILE} is no name of a column; remove it")
    try:
        name, *_ = [*path.read_text("utf-8-sig").strip().splitlines(), ""]
        return name.strip() or None
    except UnicodeDecodeError as wrong:
        raise Unfit(
            f"the file {TIME_COLUMN_FILE} beside it, which names the time column, is not UTF-8 "
            f"(byte {wrong.start + 1}); write it anew, or remove it"
        ) from wrong


def name_time_column(folder: Path, time_column: str | None) -> None:
    """Write down which column tells the time, before the first file that the loader goes by."""
    path = folder / TIME_COLUMN_FILE
    if time_column is None:
        path.unlink(missing_ok=True)
    else:
        disk.replace(path, f"{time_column}\n{BY_AN_UPLOAD}\n".encode())


def forget_time_column(folder: Path) -> None:
    """Remove what an upload named that was then refused; what people wrote stays."""
    path = folder / TIME_COLUMN_FILE
    if path.is_file() and path.read_bytes().rstrip().endswith(BY_AN_UPLOAD.encode()):
        path.unlink()


def timeless(connection: duckdb.DuckDBPyConnection, source: Source) -> str:
    """What to add where every row of a customer's file was rejected for its time column."""
    time_at = source.dialect.positions[-1]
    if source.dialect.dataset.name != FOLDER or time_at is None:
        return ""
    name = source.dialect.cell_names[time_at]
    other = connection.execute(
        "select count(*) from rejects "
        "where source_id = ? and path = ? and column_name is distinct from ?",
        [source.source_id, source.path, name],
    ).fetchone()
    return "" if other != (0,) else f": no value of its time column {name!r} is a timestamp"


def _counts(connection: duckdb.DuckDBPyConnection, source: Source) -> list[tuple[int, int]]:
    """For each cell position: values that are not empty, and those that SQL is not certain of."""
    width = source.dialect.width
    cells = [f"trim(cells[{i}], ' \t')" for i in range(1, width + 1)]
    each = ", ".join(
        f"count(*) filter (len(cells) = {width} and {cell} <> ''), "
        f"count(*) filter (len(cells) = {width} and {cell} <> '' "
        f"and fast_timestamp({cell}) is null)"
        for cell in cells
    )
    row = connection.execute(
        f"with lines as ({READ_LINES}), "
        "split as (select line, "
        "string_split(without_quotes(line, $separator), $separator) as cells from lines) "
        f"select count(*) filter (line <> '' and (cells is null or len(cells) <> {width})), {each} "
        "from split",
        {**source.reader_values, "separator": source.dialect.delimiter},
    ).fetchone()
    assert row is not None
    odd, *counts = row  # lines that are quoted, or of another width
    pairs = list(zip(counts[::2], counts[1::2], strict=True))
    return [(filled + odd, uncertain + odd) for filled, uncertain in pairs]


def _columns(connection: duckdb.DuckDBPyConnection, source: Source) -> Iterator[Iterable[str]]:
    """For each cell position its non-empty values, read one by one with the careful reader."""

    def values(position: int) -> Iterator[str]:
        cursor = connection.cursor()
        cursor.execute(READ_LINES, source.reader_values)
        while batch := cursor.fetchmany(20_000):
            for line, _ in batch:
                cells = split(line or "", source.dialect.delimiter)
                if isinstance(cells, Malformed):
                    continue
                stripped = [cell.strip(BLANKS) for cell in cells]
                if not fits(stripped, source.dialect):
                    continue
                text = stripped[position] if position < len(stripped) else ""
                if text and text not in NOTHING and not is_header(stripped, source.dialect):
                    yield text

    for position in range(len(source.dialect.cell_names)):
        yield values(position)


def _first_other(cells: Iterable[str]) -> tuple[bool, str | None]:
    """Is there any value, and which is the first one that is no timestamp?"""
    found = False
    for cell in cells:
        found = True
        try:
            read_timestamp(cell)
        except ValueError:
            return True, cell
    return found, None
