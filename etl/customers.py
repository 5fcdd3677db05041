"""Customer tables: whose file it is, what its columns are, and which of them tells the time.

The first file of a customer that is loaded fixes both (METRICS.md, section 4); later ones are taken
by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import duckdb

from etl import disk
from etl.datasets import datasets
from etl.fields import NOTHING, read_timestamp, shown
from etl.read.cells import Malformed, split
from etl.read.dialect import Dialect, Header, Unfit, read_header
from etl.read.examine import is_header
from etl.read.records import BLANKS
from etl.read.scan import Unreadable, is_windows
from etl.read.source import READ_LINES, Source
from warehouse.database import first_line

FOLDER = "customers"
TIME_COLUMN_FILE = "_time_column"
AGAIN = ".again."
MAX_COLUMNS = 5
MAX_NAME_BYTES = 10_000

_TOTALS = Path(__file__).with_name("customer_uploads.sql").read_text("utf-8")

ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's table: column names in their order, and the one that holds instants, if any."""

    customer_id: str
    column_names: list[str]
    time_column: str | None
    load_id: int

    @property
    def looks_like_data(self) -> bool:
        """Do the names look like the values of a row: numbers, instants or nothing?"""
        return any(map(_is_value, self.column_names))


class Tables:
    """The tables of all customers: those that the ledger has and those that a load founds.

    The loader asks it how each file is to be read, and tells it what was founded.
    """

    def __init__(self, known: Mapping[str, Customer]) -> None:
        self._tables = dict(known)

    def add(self, table: Customer) -> None:
        """Note what a customer's first file founded."""
        self._tables.setdefault(table.customer_id, table)

    def has(self, customer_id: str) -> bool:
        """Does the customer have a table yet?"""
        return customer_id in self._tables

    def dialect(self, path: PurePosixPath, header: Header) -> tuple[Dialect, bool]:
        """How to read a customer's file, and whether it would found the table: then `found` has
        to look for its time column. Raises Unfit, naming both, for other columns than the
        table's."""
        customer_id = owner(path)
        assert customer_id is not None
        table = self._tables.get(customer_id)
        if table is None:
            return dialect(path, first_table(customer_id, header, load_id=0), header), True
        return dialect(path, table, header), False


def owner(path: PurePosixPath) -> str | None:
    """The customer whose folder a file lies in; None for files elsewhere.

    Raises Unfit for a file in the customers folder that is nobody's.
    """
    if path.parts[0] != FOLDER:
        return None
    if len(path.parts) < 3:
        raise Unfit("it lies in no customer's folder: expected customers/<customer_id>/<file>")
    if not re.fullmatch(ID, path.parts[1], re.ASCII):
        raise Unfit(
            f"{path.parts[1]!r} is no customer id: letters, digits, _ and -, at most 64, "
            "a letter or digit first"
        )
    return path.parts[1]


def owner_of(path: PurePosixPath) -> str | None:
    """The same; None also for a file that is nobody's."""
    try:
        return owner(path)
    except Unfit:
        return None


def is_again(path: PurePosixPath) -> bool:
    """Does the name say that the same bytes are meant to be appended again?"""
    return AGAIN in path.name


def dialect(path: PurePosixPath, customer: Customer, header: Header) -> Dialect:
    """How to read a customer's file. Raises Unfit, naming both sets, for other columns."""
    if sorted(header.names) != sorted(customer.column_names):
        raise Unfit(
            f"its columns are {', '.join(header.names)}, but the table of customer "
            f"{customer.customer_id} has {', '.join(customer.column_names)}; nothing was appended"
        )
    at: list[int | None] = [header.cells.index(name) for name in customer.column_names]
    time_at = header.cells.index(customer.time_column) if customer.time_column else None
    positions = (None, None, *at, *[None] * (MAX_COLUMNS - len(at)), time_at)
    return Dialect(
        dataset=datasets()[FOLDER],
        encoding=header.encoding,
        delimiter=header.delimiter,
        header_line=header.starts - 1 if header.is_damaged else header.line,
        positions=positions,
        cell_names=tuple(header.cells),
        constants={"customer_id": customer.customer_id, "path": str(path)},
        header_at=header.starts,
    )


def table_of(dialect: Dialect, load_id: int) -> Customer:
    """The table that a customer's file was read for."""
    *at, time_at = dialect.positions[2:]
    names = [dialect.cell_names[position] for position in at if position is not None]
    time_column = None if time_at is None else dialect.cell_names[time_at]
    return Customer(dialect.constants["customer_id"], names, time_column, load_id)


def column_names(head: bytes) -> list[str]:
    """The columns of a file that begins so. Raises Unfit where no table may have them."""
    header = read_header(PurePosixPath(FOLDER, "id", "file.csv"), head, is_windows(head))
    return first_table("id", header, load_id=0).column_names


def first_table(customer_id: str, header: Header, load_id: int) -> Customer:
    """The table that a first file founds, its time column still open. Raises Unfit."""
    if header.is_damaged:
        raise Unfit("its first line holds NULs or bytes that are no text: not a text file?")
    if header.malformed:
        raise Unfit(f"its first line {shown(header.text)} is not CSV: {header.malformed}")
    if header.is_damaged:
        raise Unfit(
            f"its first line {shown(header.text)} holds invalid bytes or NULs: not a text file?"
        )
    names = header.names
    if not 1 <= len(names) <= MAX_COLUMNS:
        raise Unfit(f"it has {len(names)} columns; a customer's table has 1 to {MAX_COLUMNS}")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Unfit(f"its header names the column {twice!r} more than once")
    return Customer(customer_id, list(names), None, load_id)


def found(
    connection: duckdb.DuckDBPyConnection, source: Source, beside: Path, folder: Path
) -> None:
    """Give a first file's dialect its time column: the one named `beside` it, else the first one
    of its columns that tells the time. Text that has to be written anew goes to `folder`.

    Raises Unfit where the named column does not exist, Unreadable where the file cannot be read.
    """
    try:
        name = time_column(connection, source, beside)
    except duckdb.Error as failed:
        if not source.ease(failed, folder):
            raise Unreadable(f"the CSV reader failed: {first_line(failed)}") from failed
        found(connection, source, beside, folder)
        return
    if name is not None:
        *others, _ = source.dialect.positions
        position = source.dialect.cell_names.index(name)
        source.dialect = replace(source.dialect, positions=(*others, position))


def time_column(connection: duckdb.DuckDBPyConnection, source: Source, folder: Path) -> str | None:
    """The time column that the first file fixes: the one named beside it, else the first column
    whose every non-empty value is a timestamp. Raises Unfit when the named one does not exist."""
    names = source.dialect.cell_names
    named = named_time_column(folder)
    if named is not None:
        if named not in names:
            raise Unfit(f"its time column {named!r} is not among its columns {', '.join(names)}")
        return named
    doubtful = _counts(connection, source)
    for name, (filled, uncertain), cells in zip(
        names, doubtful, _columns(connection, source), strict=True
    ):
        if filled and (not uncertain or _are_timestamps(cells)):
            return name
    return None


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
        return path.read_text("utf-8-sig").strip() or None
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
        disk.replace(path, time_column.encode("utf-8"))


def total_uploads(cursor: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Note the totals of each accepted file in the ledger; `cursor` knows the rows' lines."""
    cursor.execute(_TOTALS, {"load_id": load_id})


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
    cells = [f"trim(cells[{i}], ' \t')" for i in range(1, source.dialect.width + 1)]
    each = ", ".join(
        f"count(*) filter ({cell} <> ''), "
        f"count(*) filter ({cell} <> '' and fast_timestamp({cell}) is null)"
        for cell in cells
    )
    row = connection.execute(
        f"with lines as ({READ_LINES}), "
        "split as (select line, "
        "string_split(without_quotes(line, $separator), $separator) as cells from lines) "
        f"select count(*) filter (cells is null and line is not null), {each} "
        f"from split where cells is null or len(cells) = {source.dialect.width}",
        {**source.reader_values, "separator": source.dialect.delimiter},
    ).fetchone()
    assert row is not None
    quoted, *counts = row
    pairs = list(zip(counts[::2], counts[1::2], strict=True))
    return [(filled + quoted, uncertain + quoted) for filled, uncertain in pairs]


def _columns(connection: duckdb.DuckDBPyConnection, source: Source) -> Iterator[Iterable[str]]:
    """For each cell position its non-empty values, read one by one with the careful reader."""

    def values(position: int) -> Iterator[str]:
        cursor = connection.cursor()
        cursor.execute(READ_LINES, source.reader_values)
        while batch := cursor.fetchmany(20_000):
            for line, _ in batch:
                cells = split(line or "", source.dialect.delimiter)
                if isinstance(cells, Malformed) or len(cells) < source.dialect.least_width:
                    continue
                stripped = [cell.strip(BLANKS) for cell in cells]
                text = stripped[position] if position < len(stripped) else ""
                if text and text not in NOTHING and not is_header(stripped, source.dialect):
                    yield text

    for position in range(len(source.dialect.cell_names)):
        yield values(position)


def _are_timestamps(cells: Iterable[str]) -> bool:
    """Is there a value, and is every one a timestamp?"""
    found = False
    for cell in cells:
        try:
            read_timestamp(cell)
        except ValueError:
            return False
        found = True
    return found


def _is_value(name: str) -> bool:
    return not re.search(r"[^\W\d_]", name) or _are_timestamps([name])
