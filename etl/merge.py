"""One load put together from what its tasks did: manifests in, the lake and its ledger out."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from etl import lake, ledger
from etl.arrivals import Unread
from etl.customers import Customer, Tables
from etl.lake import ParquetFile
from etl.ledger import FileFate, Known, Totals, UnreadChange
from etl.plan import Load
from etl.take import Taken
from warehouse import Settings


@dataclass(slots=True)
class Merge:
    """What became of the files of a load so far, on top of what was known before.

    `loaded` gives the paths under which each source was loaded and `tables` the customers' tables,
    both with what this load adds.
    """

    load: Load
    known: Known
    unread: Sequence[Unread] = ()
    fates: list[FileFate] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    loaded: dict[str, list[str]] = field(init=False)
    tables: Tables = field(init=False)
    _taken: list[Taken] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.loaded = defaultdict(list, self.known.loaded)
        self.tables = Tables(self.known.customers)

    def note(self, fates: Sequence[FileFate]) -> None:
        """Add what is known of files without a task: duplicates."""
        self.fates += fates

    def add(self, taken: Taken) -> None:
        """Add what the attempt that returned says; other attempts at its task left only files
        that nobody lists."""
        self._taken.append(taken)
        self.fates += taken.fates
        self.waiting.update(taken.waiting)
        for fate in taken.fates:
            if fate.status == "loaded":
                self.loaded[fate.source_id].append(fate.path)
        for table in taken.tables:
            self.tables.add(table)

    @property
    def tasks(self) -> int:
        """How many tasks have returned."""
        return len(self._taken)

    @property
    def parquet(self) -> list[ParquetFile]:
        return [file for taken in self._taken for file in taken.parquet]

    def write(self, connection: duckdb.DuckDBPyConnection, settings: Settings) -> Totals:
        """Move the rows into the lake and then, in one step, the load's ledger beside it.

        `connection` is to a database in memory. Returns the load's totals.
        """
        totals = self._totals()
        folder = self.load.folder / "ledger"
        fates = sorted(self.fates, key=lambda fate: fate.path)
        ledger.write(
            connection,
            folder,
            {
                "loads": [totals],
                "files": fates,
                "parquet_files": self.parquet,
                "unread_changes": self._unread(),
                "customer_tables": self.founded,
            },
            [taken.folder for taken in self._taken],
        )
        staged = [(taken.folder, file) for taken in self._taken for file in taken.parquet]
        lake.move(staged, settings.data)
        ledger.move(folder, settings.lake, totals.load_id)
        return totals

    @property
    def founded(self) -> list[Customer]:
        """The tables that customers' first files founded."""
        return [table for taken in self._taken for table in taken.tables]

    def _unread(self) -> list[UnreadChange]:
        """What changed among the files that are not read."""
        load_id, before = self.load.load_id, self.known.unread
        now = {other.path for other in self.unread}
        gone = [UnreadChange(path, 0, None, load_id) for path in before if path not in now]
        return gone + [
            UnreadChange(other.path, other.bytes, other.reason, load_id)
            for other in self.unread
            if before.get(other.path) != other.reason
        ]

    def _totals(self) -> Totals:
        finished = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        count = [fate.status for fate in self.fates].count
        return Totals(
            load_id=self.load.load_id,
            started_at=self.load.started,
            finished_at=finished,
            seconds=(finished - self.load.started).total_seconds(),
            files_loaded=count("loaded"),
            files_rejected=count("rejected"),
            files_duplicate=count("duplicate"),
            rows_read=sum(fate.rows_read for fate in self.fates),
            rows_loaded=sum(fate.rows_loaded for fate in self.fates),
            rows_rejected=sum(fate.rows_rejected for fate in self.fates),
        )
