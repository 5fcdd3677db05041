"""One load put together from what its tasks did: manifests in, the lake and its ledger out."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from etl import lake, ledger
from etl.anew import Anew
from etl.arrivals import Unread, changes
from etl.customers import Customer, Tables
from etl.lake import ParquetFile
from etl.ledger import DayDropped, FileFate, Known, Removed, Retraction, Totals, UnreadChange
from etl.plan import Load
from etl.take import Taken
from warehouse import Settings


@dataclass(slots=True)
class Merge:
    """What became of the files of a load so far, on top of what was known before.

    `anew` is what the load writes anew of the lake. `loaded` gives the paths under which each new
    source was loaded and `tables` the customers' tables, both with what this load adds. Without
    `unread` nobody looked at what lies in incoming.
    """

    load: Load
    known: Known
    settings: Settings
    unread: Sequence[Unread] | None = None
    loaded: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    fates: list[FileFate] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    tables: Tables = field(init=False)
    anew: Anew = field(init=False)
    is_written: bool = field(default=False, init=False)
    _taken: list[Taken] = field(default_factory=list, init=False)
    dropped: list[DayDropped] = field(default_factory=list, init=False)
    _retractions: list[Retraction] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.tables = Tables(self.known.customers)
        self.anew = Anew(self.settings.data, self.load)

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

    def take_back(self, retractions: Sequence[Retraction]) -> None:
        """Add files that are taken back: their bytes may be loaded again under other paths."""
        self._retractions += retractions
        for file in retractions:
            self.loaded[file.source_id] = [
                path for path in self.loaded[file.source_id] if path != file.path
            ]

    @property
    def tasks(self) -> int:
        """How many tasks have returned."""
        return len(self._taken)

    @property
    def parquet(self) -> list[ParquetFile]:
        return [file for _, file in self._staged]

    @property
    def _staged(self) -> list[tuple[Path, ParquetFile]]:
        """The new files of the lake, each with the folder that its path is relative to."""
        parts: list[Taken | Anew] = [*self._taken, self.anew]
        return [(part.folder, file) for part in parts for file in part.parquet]

    @property
    def changed(self) -> dict[str, set[dt.date]]:
        """The days of which rows came or went, per dataset; none where only files are others."""
        found: dict[str, set[dt.date]] = {file.dataset: set() for file in self.removed}
        for taken in self._taken:
            for file in taken.parquet:
                found.setdefault(file.dataset, set()).add(file.day)
        for dataset, day in self.anew.touched:
            found.setdefault(dataset, set()).add(day)
        return found

    @property
    def rejecting(self) -> set[str]:
        """The datasets of which rows were rejected."""
        return {fate.dataset for fate in self.fates if fate.dataset and fate.rows_rejected}

    @property
    def removed(self) -> list[ParquetFile]:
        """The files that are no part of the lake any more."""
        return list(self.anew.removed.values())

    def write(self, connection: duckdb.DuckDBPyConnection) -> Totals:
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
                "customer_tables": [*self.founded, *self.timed],
                "parquet_removed": [Removed(f.path, self.load.load_id) for f in self.removed],
                "days_dropped": self.dropped,
                "retractions": self._retractions,
            },
            [taken.folder for taken in self._taken],
        )
        lake.move(self._staged, self.settings.data)
        ledger.move(folder, self.settings.lake, totals.load_id)
        self.is_written = True
        return totals

    @property
    def founded(self) -> list[Customer]:
        """The tables that customers' first files founded."""
        return [table for table in self._tables if table.customer_id not in self.known.customers]

    @property
    def timed(self) -> list[Customer]:
        """The tables that were there and have a time column from this load on."""
        found = []
        for table in self._tables:
            if known := self.known.customers.get(table.customer_id):
                assert table.time_column is not None
                place = table.column_names.index(table.time_column)
                found.append(
                    replace(
                        known,
                        time_column=known.column_names[place],
                        load_id=self.load.load_id,
                        remarks=table.remarks,
                    )
                )
        return found

    @property
    def _tables(self) -> list[Customer]:
        """What the files of this load fixed, the first one of each customer."""
        found: dict[str, Customer] = {}
        for table in (table for taken in self._taken for table in taken.tables):
            found.setdefault(table.customer_id, table)
        return list(found.values())

    def _unread(self) -> list[UnreadChange]:
        """What changed among the files that are not read."""
        if self.unread is None:
            return []
        load_id = self.load.load_id
        news, gone = changes(self.unread, self.known.unread)
        return [
            *(UnreadChange(path, 0, None, load_id) for path in gone),
            *(UnreadChange(other.path, other.bytes, other.reason, load_id) for other in news),
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
            files_retracted=len(self._retractions),
        )
