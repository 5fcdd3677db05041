"""Files parsed into memory: one row per physical line, typed where SQL is certain.

A staged row has the dataset's columns, `raw` (NULL: accepted; '' or blank: no row; else the line
that SQL left to examine.py) and `source_id`. Its physical line follows from its rowid, since the
reader gives every line, blank ones too, in file order. Only names of columns and macros from the
dataset specs are put into SQL text; values are bound.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb

from etl.datasets import datasets
from etl.datasets.spec import FUTURE
from etl.fields import MACROS, ZONE, zone_names
from etl.read.dialect import Dialect
from etl.read.examine import Rejected, examine, is_blank
from etl.read.records import decoded
from etl.read.source import Source, Unreconciled, insert_sql, insert_values, reconcile
from warehouse.database import first_line, insert

BATCH = 20_000


class Staging:
    """The parsed rows of one task, while entered.

    `connection` is to a database in memory that has the ledger's table `rejects`; text that has to
    be written anew goes to `folder`. `started` is the moment of loading, naive UTC.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        load_id: int,
        started: dt.datetime,
        source_ids: list[str],
    ) -> None:
        self.connection = connection
        self.folder = folder
        self.load_id = load_id
        self.latest = started + FUTURE
        self._codes = {source_id: code for code, source_id in enumerate(source_ids)}
        self.staged: dict[str, list[Source]] = {}
        self._rows: Counter[str] = Counter()
        self._line_shifts: list[int] = []

    def __enter__(self) -> Staging:
        provide_macros(self.connection)
        names = ", ".join(f"'{name}'" for name in self._codes)  # hex digests
        self.connection.execute(f"create type source as enum ({names})")
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.staged):
            self.forget(name)
        self.connection.execute("drop type source")

    def add(self, sources: Sequence[Source]) -> None:
        """Parse files of one form. Raises Unreconciled when the lines read differ from the lines
        counted; then nothing of them is kept."""
        name = sources[0].dialect.dataset.name
        if name not in self.staged:
            self._create(sources[0].dialect)
        read = self._read(sources)
        expected = sum(source.rows for source in sources)
        if read != expected or (len(sources) > 1 and not self._lie_in_order(name, sources)):
            self.connection.execute("rollback")
            raise Unreconciled(
                f"{expected:,} lines were counted after the header but {read:,} were parsed"
            )
        self.connection.execute("commit")
        for source in sources:
            source.first_rowid = self._rows[name]
            self._rows[name] += source.rows
        self.staged[name] += sources

    def _read(self, sources: Sequence[Source]) -> int:
        """Insert the files' lines in a transaction that stays open; returns how many there were."""
        self.connection.execute("begin")
        try:
            return self._insert(sources)
        except duckdb.Error as failed:
            self.connection.execute("rollback")
            if len(sources) == 1 and sources[0].ease(failed, self.folder):
                return self._read(sources)
            raise Unreconciled(f"the CSV reader failed: {first_line(failed)}") from failed

    def _lie_in_order(self, dataset: str, sources: Sequence[Source]) -> bool:
        """Does each of these files, just inserted, have its lines together, in their order?"""
        found = self.connection.execute(
            "select source_id, count(*), max(rowid) - min(rowid) + 1 "
            f"from staged_{dataset} where rowid >= ? group by source_id order by min(rowid)",
            [self._rows[dataset]],
        )
        expected = [(s.source_id, s.rows, s.rows) for s in sources if s.rows]
        return found.fetchall() == expected

    def settle(self, dataset: str) -> list[tuple[Source, str]]:
        """Give every staged line of a dataset its fate: accepted, mended, rejected or blank.

        Returns the sources whose fates do not add up, with the reason; nothing of them is kept.
        """
        sources = {source.source_id: source for source in self.staged[dataset]}
        blanks = self._examine(dataset, sources)
        for source_id, accepted, blank in self.connection.execute(
            f"select source_id, count(*) filter (raw is null), count(*) filter (raw = '') "
            f"from staged_{dataset} group by source_id"
        ).fetchall():
            blanks[source_id] += blank
            sources[source_id].loaded += accepted
        failed = []
        for source in sources.values():
            self._reject_unreadable(source)
            try:
                reconcile(source, blanks[source.source_id])
            except Unreconciled as wrong:
                self.drop(source)
                failed.append((source, str(wrong)))
        return failed

    def drop(self, source: Source) -> None:
        """Take a staged file back; the other files keep their lines."""
        dataset = source.dialect.dataset.name
        for table in (f"staged_{dataset}", f"mended_{dataset}", "rejects"):
            self.connection.execute(f"delete from {table} where source_id = ?", [source.source_id])
        self.staged[dataset].remove(source)

    def accept(self, dataset: str) -> None:
        """Make the view accepted_<dataset>: the rows to load, with source_id and physical line."""
        columns = ", ".join(f'"{name}"' for name in datasets()[dataset].column_names)
        self.connection.execute(
            f"create or replace view accepted_{dataset} as "
            f"select {columns}, source_id, ({self._line_sql(dataset)})::uinteger as line "
            f"from staged_{dataset} where raw is null "
            f"union all select {columns}, source_id, line::uinteger from mended_{dataset}"
        )

    def reader(self) -> duckdb.DuckDBPyConnection:
        """A cursor for one thread, on which the accepted views know their lines."""
        cursor = self.connection.cursor()
        cursor.execute("set variable line_shifts = ?", [self._line_shifts])
        return cursor

    def _line_sql(self, dataset: str) -> str:
        shifts = {
            self._codes[s.source_id]: s.first_line - s.first_rowid for s in self.staged[dataset]
        }
        if len(shifts) == 1:
            return f"rowid + {next(iter(shifts.values()))}"
        self._line_shifts = [shifts.get(code, 0) for code in range(len(self._codes))]
        return "rowid + getvariable('line_shifts')[enum_code(source_id) + 1]"

    def forget(self, dataset: str) -> None:
        """Free the memory of a dataset whose rows are in the lake."""
        self.connection.execute(f"drop view if exists accepted_{dataset}")
        self.connection.execute(f"drop table staged_{dataset}")
        self.connection.execute(f"drop table mended_{dataset}")
        del self.staged[dataset], self._rows[dataset]

    def _create(self, dialect: Dialect) -> None:
        dataset = dialect.dataset
        columns = "".join(f'"{c.name}" {c.field.sql_type}, ' for c in dataset.columns)
        self.connection.execute(
            f"create table staged_{dataset.name} ({columns} raw varchar, source_id source)"
        )
        self.connection.execute(
            f"create table mended_{dataset.name} ({columns} source_id source, line bigint)"
        )
        if ZONE in (column.field for column in dataset.columns):
            self.connection.execute("set variable zone_names = ?", [sorted(zone_names())])
        self.staged[dataset.name] = []

    def _insert(self, sources: Sequence[Source]) -> int:
        row = self.connection.execute(
            insert_sql(sources), insert_values(sources, self.latest)
        ).fetchone()
        assert row is not None
        return int(row[0])

    def _examine(self, dataset: str, sources: dict[str, Source]) -> Counter[str]:
        """Read the uncertain lines one by one; returns how many were blank, per source."""
        blanks: Counter[str] = Counter()
        cursor = self.connection.cursor()
        cursor.execute(
            "select source_id, rowid, raw "
            f"from staged_{dataset} where raw is not null and raw <> ''"
        )
        while batch := cursor.fetchmany(BATCH):
            mended: list[tuple[object, ...]] = []
            rejected: list[tuple[object, ...]] = []
            for source_id, rowid, raw in batch:
                source = sources[source_id]
                line = rowid - source.first_rowid + source.first_line
                if line in source.spans:
                    raw = decoded(raw)
                if is_blank(raw, source.dialect.delimiter):
                    blanks[source_id] += 1
                    continue
                found = examine(raw, source.dialect, self.latest)
                if isinstance(found, Rejected):
                    rejected.append(self._reject(source, line, found, raw))
                    source.rejected += 1
                else:
                    mended.append((*found, source_id, line))
                    source.loaded += 1
            insert(self.connection, f"mended_{dataset}", mended)
            insert(self.connection, "rejects", rejected)
        cursor.close()
        return blanks

    def _reject_unreadable(self, source: Source) -> None:
        insert(
            self.connection,
            "rejects",
            [
                self._reject(source, line, Rejected(None, why), raw)
                for line, why, raw in source.rejected_lines
            ],
        )
        source.rejected += len(source.rejected_lines)

    def _reject(self, source: Source, line: int, found: Rejected, raw: str) -> tuple[object, ...]:
        """A row of `rejects`."""
        where = (source.source_id, source.path, line)
        return (*where, found.column, found.reason, raw, self.load_id, found.subject)


def provide_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the fast readers of cells, once."""
    try:
        connection.execute("select fast_text('')")
    except duckdb.CatalogException:
        connection.execute(MACROS)
