"""Customer tables: whose file it is and what its columns are.

The first file of a customer that is loaded fixes them (METRICS.md, section 4); later ones are taken
by name. Which column tells the time is found by time_columns.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import duckdb

from etl.datasets import datasets
from etl.fields import read_timestamp, shown
from etl.read.dialect import Dialect
from etl.read.header import Header, Unfit, read_header
from etl.read.scan import is_windows

FOLDER = "customers"
AGAIN = ".again."
MAX_COLUMNS = 5

_TOTALS = Path(__file__).with_name("customer_uploads.sql").read_text("utf-8")

ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's table: column names in their order, and the one that holds instants, if any.

    `founded_by` is the file that fixed them, `remarks` what may be wrong with them, for people.
    """

    customer_id: str
    column_names: list[str]
    time_column: str | None
    load_id: int
    founded_by: str | None = None
    remarks: Sequence[str] = ()


class Tables:
    """The tables of all customers: those that the ledger has and those that a load founds.

    The loader asks it how each file is to be read, and tells it what was founded.
    """

    def __init__(self, known: Mapping[str, Customer]) -> None:
        self._tables = dict(known)

    def add(self, table: Customer) -> None:
        """Note what a customer's first file founded, or a later one added: a time column."""
        if not self.has_time(table.customer_id):
            self._tables[table.customer_id] = table

    def has(self, customer_id: str) -> bool:
        """Does the customer have a table yet?"""
        return customer_id in self._tables

    def has_time(self, customer_id: str) -> bool:
        """Does the customer have a table, with a time column?"""
        table = self._tables.get(customer_id)
        return table is not None and table.time_column is not None

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
    if not same(header.names, customer.column_names):
        raise Unfit(
            f"its columns are {', '.join(header.names)}, but the table of customer "
            f"{customer.customer_id} has {', '.join(customer.column_names)}; nothing was appended"
        )
    at: list[int | None] = [place(name, header.cells) for name in customer.column_names]
    time_at = place(customer.time_column, header.cells) if customer.time_column else None
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


def same(names: Sequence[str], others: Sequence[str]) -> bool:
    """Are these the same columns, whatever their order and letter case?"""
    exact = sorted(names) == sorted(others)
    return exact or sorted(map(str.lower, names)) == sorted(map(str.lower, others))


def place(name: str, cells: Sequence[str]) -> int:
    """Where a column stands in a header, which may write it in another letter case.

    Raises ValueError where it does not.
    """
    return cells.index(name) if name in cells else [*map(str.lower, cells)].index(name.lower())


def table_of(dialect: Dialect, load_id: int, timeless: str | None = None) -> Customer:
    """The table that a customer's file was read for; `timeless` is why no column tells the time."""
    *at, time_at = dialect.positions[2:]
    names = [dialect.cell_names[position] for position in at if position is not None]
    time_column = None if time_at is None else dialect.cell_names[time_at]
    remarks = [f"no time column: {timeless}"] if timeless else []
    if any(map(_is_value, names)):
        remarks.append("the first line looks like data rather than names")
    customer_id, path = dialect.constants["customer_id"], dialect.constants["path"]
    return Customer(customer_id, names, time_column, load_id, path, remarks)


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
    names = header.names
    if not 1 <= len(names) <= MAX_COLUMNS:
        raise Unfit(f"it has {len(names)} columns; a customer's table has 1 to {MAX_COLUMNS}")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Unfit(f"its header names the column {twice!r} more than once")
    return Customer(customer_id, list(names), None, load_id)


def total_uploads(cursor: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Note the totals of each accepted file in the ledger; `cursor` knows the rows' lines."""
    cursor.execute(_TOTALS, {"load_id": load_id})


def _is_value(name: str) -> bool:
    """Does a name look like the value of a row: a number, an instant or nothing?"""
    return not re.search(r"[^\W\d_]", name) or _is_timestamp(name)


def _is_timestamp(text: str) -> bool:
    try:
        read_timestamp(text)
    except ValueError:
        return False
    return True
