"""Rows of a customer's table read again, by a time column that was named after they came.

METRICS.md, section 4: while a table has none, a later upload may name it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from etl import customers, ledger
from etl.anew import Anew, holding
from etl.customers import Customer
from etl.fields import NOTHING, read_timestamp
from etl.read.stage import provide_macros
from etl.take import Taken, ledger_tables
from warehouse.database import attached, insert

Uploads = dict[tuple[str, str], int]


def read_again(
    connection: duckdb.DuckDBPyConnection, current: Path, anew: Anew, table: Customer
) -> Taken:
    """Give the rows that the lake has of a customer their instants; a value that is no timestamp
    gives none. Returns the new totals of its files. Raises lake.Damaged."""
    uploads = _uploads(connection, current, table.customer_id)
    provide_macros(connection)
    theirs = f"customer_id = '{table.customer_id}'"
    read: list[str] = []
    for stored in holding(connection, current, customers.FOLDER, uploads.values()):
        before = anew.table(stored)
        if before and connection.execute(f"select 1 from {before} where {theirs}").fetchone():
            anew.write(connection, stored, _with_instants(connection, before, table))
            read.append(f"select * from {anew.table(stored)} where {theirs}")
    taken = Taken(anew.folder / f"again-{table.customer_id}")
    taken.folder.mkdir(parents=True)
    with ledger_tables(connection):
        if read:
            _total(connection, " union all ".join(read), uploads, anew.load_id)
        ledger.write_taken(connection, taken.folder)
    return taken


def _uploads(connection: duckdb.DuckDBPyConnection, current: Path, customer_id: str) -> Uploads:
    """The load of each file of the table."""
    with attached(connection, current, read_only=True):
        rows = connection.execute(
            "select source_id, path, load_id from customer_uploads where customer_id = ?",
            [customer_id],
        ).fetchall()
    return {(source_id, path): load_id for source_id, path, load_id in rows}


def _with_instants(connection: duckdb.DuckDBPyConnection, before: str, table: Customer) -> str:
    """A select from `stored` with the instants of the customer's rows."""
    assert table.time_column is not None
    cell = f"c{table.column_names.index(table.time_column) + 1}"
    theirs = f"customer_id = '{table.customer_id}'"
    uncertain = connection.execute(
        f"select distinct {cell} from {before} "
        f"where {theirs} and {cell} is not null and fast_timestamp({cell}) is null"
    ).fetchall()
    by_hand = {}
    for (text,) in uncertain:
        if text not in NOTHING:
            try:
                by_hand[text] = read_timestamp(text)
            except ValueError:
                continue
    connection.execute(
        "set variable read_by_hand = map(?::varchar[], ?::timestamp[])",
        [list(by_hand), list(by_hand.values())],
    )
    careful = f"map_extract_value(getvariable('read_by_hand'), {cell})"
    return (
        f"select * replace (case when {theirs} then coalesce(fast_timestamp({cell}), {careful}) "
        "else row_at end as row_at) from stored"
    )


def _total(
    connection: duckdb.DuckDBPyConnection, rows: str, uploads: Uploads, load_id: int
) -> None:
    totals = connection.execute(
        "select customer_id, source_id, path, count(*), "
        "min_by(row_at, line) filter (row_at is not null), max(row_at) "
        f"from ({rows}) group by customer_id, source_id, path order by path"
    ).fetchall()
    insert(
        connection,
        "customer_uploads",
        [(*row, uploads[row[1], row[2]], load_id) for row in totals],
    )
