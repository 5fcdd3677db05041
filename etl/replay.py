"""What families of marts that are computed from a checkpoint on have in common.

At a checkpoint, the end of a day, what is settled leaves for parts (etl/parts.py) or is summed up,
and of the days before only what is carried is read again. What lies after the checkpoint, the tail,
is made anew by every load. What changes a day before the checkpoint goes back to an older one, or
to the beginning.

The roles stand in the headers of warehouse/marts (`recompute`): `settled` marts have parts and a
tail, `after` marts rows for days, `summed` marts shares that add up, `carried` marts the state, and
`whole` ones are made anew as a whole, from what is carried too.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

import duckdb

from etl import checkpoints, lake, parts, views, whole
from etl.checkpoints import START, Checkpoint
from etl.datasets import datasets
from etl.maker import IN_DATABASE, Maker
from etl.mart import ROLES, Mart, marts
from etl.views import LakeFile

DAY_US = 86_400_000_000
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Family:
    """Marts that rest on the days of one dataset, `roots` being all that one of them rests on.

    A row of the dataset costs `weight` times one of others, so that checkpoints lie closer.
    `checkpoint` is the relation that gives the day numbers between which they are computed;
    `empty` the columns of what is carried and known, before there is anything; of the marts
    `known` every part is read.
    """

    dataset: str
    roots: frozenset[str]
    checkpoint: str
    empty: Mapping[str, str]
    known: tuple[str, ...] = ()
    weight: int = 1

    def marts(self, *roles: str) -> list[Mart]:
        """Those with one of these roles, or with any, in the order of their reads."""
        return [
            mart
            for mart in marts().values()
            if mart.recompute in (roles or ROLES) and self.roots & mart.roots()
        ]

    def names(self, *roles: str) -> list[str]:
        """Their names."""
        return [mart.name for mart in self.marts(*roles)]

    def carried(self) -> list[str]:
        """The marts that are carried, anew to each checkpoint."""
        return [name for name in self.names("carried") if name not in self.known]


@dataclass(slots=True)
class Replay(ABC):
    """One computation. Temporary views and tables stand in front of the stored ones: what is
    carried from a checkpoint, and as settled marts their rows since then."""

    family: ClassVar[Family]

    connection: duckdb.DuckDBPyConnection
    data: Path
    root: Path
    files: Sequence[LakeFile] = ()
    whole: Sequence[Mart] = ()
    maker: Maker = IN_DATABASE
    _put_in_front: dict[str, str] = field(default_factory=dict, init=False)

    @classmethod
    def create(cls, connection: duckdb.DuckDBPyConnection, data: Path) -> None:
        """Make everything, empty, in the database in use."""
        with cls(connection, data, data).bound() as replay:
            replay.make_empty()

    @classmethod
    def recompute(
        cls,
        connection: duckdb.DuckDBPyConnection,
        data: Path,
        root: Path,
        files: Sequence[LakeFile],
        days: Collection[dt.date],
        anew: Sequence[Mart],
        maker: Maker,
    ) -> None:
        """Bring the marts up to date where rows of `days` came or went, or where what else they
        rest on is other than before.

        `files` are those of the dataset, by day; parts are written below `root`; of the marts that
        are made as a whole only those `anew`. Raises lake.Damaged.
        """
        first = cls.first(connection, [(day - EPOCH).days for day in days])
        if first is not None:
            with cls(connection, data, root, files, anew, maker).bound() as replay:
                replay.run(first)

    @staticmethod
    @abstractmethod
    def first(connection: duckdb.DuckDBPyConnection, days: Collection[int]) -> int | None:
        """The first day number from which anything can be another now; None where nothing is."""

    @abstractmethod
    def run(self, first: int) -> None:
        """Everything from a day number on, at least."""

    @contextmanager
    def bound(self) -> Iterator[Self]:
        """Leaves none of the temporary relations behind."""
        try:
            for name in self.family.empty:
                self.put(name, self.nothing(name))
            self.between(START)
            self.connection.execute("set preserve_insertion_order = false")
            yield self
        except duckdb.Error:
            self.connection.rollback()  # else nothing could be put away, which would be the error
            raise
        finally:
            self.connection.execute("reset preserve_insertion_order")
            for name, kind in self._put_in_front.items():
                self.connection.execute(f"drop {kind} if exists temp.{name}")
                self.maker.drop(name)
            self._put_in_front.clear()

    def make_empty(self) -> None:
        """Every table without rows, and the views over them."""
        self.rows(START)
        for mart in self.family.marts():
            if mart.recompute == "carried":
                continue
            if mart.recompute == "whole":
                whole.make(self.connection, mart)
                continue
            self.put(mart.name, mart.definition, "table")
            empty = f"from temp.{mart.name}"
            if mart.recompute == "settled":
                self.connection.execute(f"create table {mart.name}_tail as {empty}")
                self.show(mart.name)
            elif mart.recompute == "summed":
                columns = f"select *, null::bigint as step {empty}"
                self.connection.execute(f"create table main.{mart.name} as {columns}")
            else:
                self.connection.execute(f"create table main.{mart.name} as {empty}")

    # Where to begin.

    def go_back(self, first: int) -> Checkpoint:
        """The newest checkpoint before a day; what was settled after it is so no more."""
        found = checkpoints.go_back(self.connection, self.family.dataset, first)
        parts.drop_after(self.connection, found.step, self.family.names("settled", "carried"))
        for name in self.family.names("summed"):
            self.connection.execute(
                f"delete from {name} where step is null or step > ?", [found.step]
            )
        return found

    def undamaged(self, begin: Checkpoint) -> Checkpoint:
        """The same, or the beginning where what was carried to it was harmed: the lake has all."""
        listed = [
            *(parts.paths(self.connection, name, begin.step) for name in self.family.carried()),
            *(parts.paths(self.connection, name) for name in self.family.known),
        ]
        digests = {path: sha256 for each in listed for path, sha256 in each.items()}
        if any(lake.faults(self.data, digests)):
            return self.go_back(START.day_number)
        return begin

    def due(self, begin: Checkpoint) -> list[int]:
        """The days after a checkpoint to make checkpoints of."""
        rows: dict[int, int] = defaultdict(int)
        for file in self.files:
            if number(file) > begin.day_number:
                rows[number(file)] += file.rows * self.family.weight
        return checkpoints.due(rows)

    def forget(self) -> None:
        """Keep few checkpoints, and what is carried to these only."""
        for step in checkpoints.forget(self.connection, self.family.dataset):
            parts.drop(self.connection, step, self.family.carried())
        for name in (*self.family.names("settled"), *self.family.known):
            self._join(name)

    def _join(self, name: str) -> None:
        """Put small parts together between which no checkpoint lies any more."""
        for listed in parts.to_join(self.connection, self.family.dataset, name):
            rows = " union all by name ".join(self.held(listed))
            parts.remove(self.connection, listed)
            step, rows = max(listed.values()), f"from ({rows}) order by 1"
            parts.write(self.connection, self.data, self.root, name, step, rows, "_joined")
            if name not in self.family.known:
                self.show(name)

    # The relations that the marts read, and what they give.

    def put(self, name: str, rows: str, kind: str = "view", values: Sequence[object] = ()) -> None:
        """Put a temporary relation in front of the stored one of that name."""
        if name in self._put_in_front:
            self.take_away(name)
        self.connection.execute(f"create temp {kind} {name} as {rows}", [*values])
        self._put_in_front[name] = kind
        self.maker.put(self.connection, name, rows)

    def put_parts(self, name: str, listed: Sequence[str], rest: str) -> None:
        """The same with parts of a mart and the rows of another relation."""
        held = [f"from {parts.table(self.data, listed)}"] if listed else []
        self.put(name, " union all by name ".join([*held, f"from {rest}"]))
        self.maker.put_files(name, [self.data.resolve() / path for path in listed], rest)

    def take_away(self, name: str) -> None:
        """Take what was put in front away."""
        self.connection.execute(f"drop {self._put_in_front.pop(name)} temp.{name}")
        self.maker.drop(name)

    def make(self, mart: str, name: str = "") -> None:
        """Put the rows of a mart in front, under its own name or another one."""
        made = self.maker.rows(self.connection, marts()[mart])
        self.put(name or mart, made.sql, "view" if made.is_stored else "table")

    def nothing(self, name: str) -> str:
        """A relation without rows."""
        columns = (column.rsplit(" ", 1) for column in self.family.empty[name].split(", "))
        return f"select {', '.join(f'null::{kind} as {one}' for one, kind in columns)} where false"

    def between(self, begin: Checkpoint, until: int | None = None) -> None:
        """Where the computation begins and ends."""
        between = "select ?::bigint as day_number, ?::bigint as until_day_number"
        self.put(self.family.checkpoint, between, "table", [begin.day_number, until])

    def rows(self, begin: Checkpoint, until: int | None = None, where: str = "") -> list[LakeFile]:
        """The dataset's rows of the days after a checkpoint, up to a day; returns their files."""
        due = [
            file
            for file in self.files
            if begin.day_number < number(file) and (until is None or number(file) <= until)
        ]
        dataset = datasets()[self.family.dataset]
        self.put(dataset.name, f"{views.rows_sql(dataset, self.data, due)} {where}")
        if not where:
            self.maker.lake(dataset, due)
        return due

    def check(self, due: Sequence[LakeFile]) -> None:
        """Raises lake.Damaged where a file is not as it was written."""
        lake.check(self.data, {file.path: file.sha256 for file in due})

    def carry(self, at: Checkpoint) -> None:
        """What is carried to a checkpoint."""
        for name in self.family.carried():
            self.put(name, self.carried_rows(name, at))

    def carried_rows(self, name: str, at: Checkpoint) -> str:
        """A mart that is carried, as a select."""
        listed = parts.paths(self.connection, name, at.step) if at != START else {}
        return f"from {parts.table(self.data, listed)}" if listed else self.nothing(name)

    def make_whole(self) -> None:
        """The marts that are made anew as a whole, and are due."""
        before = whole.inputs(self.connection, self.whole)
        for mart in self.whole:
            if not whole.is_as_before(self.connection, mart, before):
                whole.make(self.connection, mart, self.maker)

    def write(self, mart: str, end: Checkpoint, rows: str) -> None:
        """Rows, a portable select, as parts of a mart."""
        files = self.maker.files(self.connection, rows)
        if files is None:
            parts.write(self.connection, self.data, self.root, mart, end.step, rows)
        else:
            parts.adopt(self.connection, self.data, self.root, mart, end.step, files)

    def keep_tail(self) -> None:
        """What is not settled, in the database, and the views that readers see."""
        for name in self.family.names("settled"):
            self.connection.execute(f"create or replace table {name}_tail as from temp.{name}")
            self.show(name)

    def show(self, name: str) -> None:
        """The view that readers see: the parts and the tail."""
        held = self.held(parts.steps(self.connection, name))
        rows = " union all by name ".join([f"from {name}_tail", *held])
        self.connection.execute(f"create or replace view main.{name} as {rows}")

    def held(self, listed: Mapping[str, int]) -> list[str]:
        """The rows of a mart's parts, given by path with their checkpoints, as selects."""
        return [f"from {parts.table(self.data, listed)}"] if listed else []

    def sql(self, name: str) -> str:
        """The rows of a mart, as a select."""
        return self.maker.rows(self.connection, marts()[name]).sql


def number(file: LakeFile) -> int:
    """The day of a file, by its number from 1970-01-01."""
    return (file.day - EPOCH).days
