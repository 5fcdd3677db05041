"""What a dataset declares: its columns, how each is read, and which column gives the day."""

from __future__ import annotations

from dataclasses import dataclass

from etl.fields import Field


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
    one the rows lie under the day they were loaded. `encoding` is tried where a file is neither
    UTF-8 nor marked as UTF-16. `by_folder`: known by where a file lies, never by its header."""

    name: str
    columns: tuple[Column, ...]
    day_column: str | None = None
    encoding: str = "utf-8"
    by_folder: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def shown(self) -> str:
        """Its header as files write it."""
        return ",".join(column.shown for column in self.columns)
