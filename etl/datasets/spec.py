"""What a dataset declares: its columns, how each is read, and which column gives the day."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass

from etl.fields import TIMESTAMP, Field

# What every row of the lake has beside the columns of its dataset, and what reading it adds.
RESERVED = ("day", "raw", "line", "source_id", "filename", "load_id")

FUTURE = dt.timedelta(hours=24)  # METRICS.md, general rules

_MADE = ("us", "day_number")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)


class BadSpec(ValueError):
    """A dataset cannot be declared so; the text names it and says why."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the CSV, under the same name in the lake.

    `aliases` are other header names that real files use for it; an optional column's empty cell
    is NULL, a required one's rejects the row. An optional column may be missing from the header
    when `may_be_absent` is set.
    """

    name: str
    field: Field
    required: bool = True
    aliases: tuple[str, ...] = ()
    may_be_absent: bool = False

    @property
    def shown(self) -> str:
        """The name that files use for it."""
        return self.aliases[0] if self.aliases else self.name

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A kind of file. `day_column` names the timestamp whose UTC day partitions the lake; without
    one the rows lie under the day they were loaded. `by_folder`: known by where a file lies, never
    by its header.
    `together`: optional columns of which a row has all or none. `happened`: a row tells what has
    been, so that its day_column is at most FUTURE after the load. `subject`: the column that names
    whom a row is about."""

    name: str
    columns: tuple[Column, ...]
    day_column: str | None = None
    by_folder: bool = False
    together: tuple[str, ...] = ()
    happened: bool = False
    subject: str | None = None

    def __post_init__(self) -> None:
        if fault := _fault(self):
            raise BadSpec(f"dataset {self.name!r}: {fault}")

    def __reduce__(self) -> tuple[object, ...]:
        """Another process knows it by its name."""
        return _by_name, (self.name,)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def happened_at(self) -> str | None:
        """The column that cannot lie in the future, if any."""
        return self.day_column if self.happened else None

    @property
    def shown(self) -> str:
        """Its header as files write it."""
        return ",".join(column.shown for column in self.columns)


def _by_name(name: str) -> Dataset:
    from etl.datasets import datasets

    return datasets()[name]


def _fault(dataset: Dataset) -> str | None:
    """Why a dataset cannot be declared so; None where it can."""
    for name in (dataset.name, *dataset.column_names):
        if not _NAME.fullmatch(name):
            return f"{name!r} is no name: a-z, 0-9 and _, a letter first, at most 63"
    for column in dataset.columns:
        if column.name in RESERVED:
            return (
                f"the column {column.name!r} has a name that every row of the lake has already; "
                f"reserved are {', '.join(RESERVED)}. Name it otherwise and give "
                f"aliases=({column.name!r},): files may go on using that name"
            )
    made = [f"{c.name}_{end}" for c in dataset.columns if c.field is TIMESTAMP for end in _MADE]
    counted = Counter([*dataset.column_names, *made])
    if twice := next((name for name, count in counted.items() if count > 1), None):
        return f"the column {twice!r} is there more than once (instants add _us and _day_number)"
    names = Counter(name.lower() for column in dataset.columns for name in {*column.names})
    if twice := next((name for name, count in names.items() if count > 1), None):
        return f"{twice!r} is the name or alias of more than one column"
    if dataset.subject not in (None, *dataset.column_names):
        return f"its subject {dataset.subject!r} is no column"
    optional = {column.name for column in dataset.columns if not column.required}
    if wrong := sorted({*dataset.together} - optional):
        return f"{wrong[0]!r} in together is no optional column"
    if dataset.day_column is None:
        return "it has no day_column that has happened" if dataset.happened else None
    day = next((c for c in dataset.columns if c.name == dataset.day_column), None)
    if day is None or day.field is not TIMESTAMP or not day.required:
        return f"its day_column {dataset.day_column!r} is no required column of instants"
    return None
