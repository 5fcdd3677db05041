"""What publishing asks of the place where the data folder's content lives (etl/places.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import duckdb

from etl.disk import Locked

COUNTER = "newest_generation"  # holds the number of the newest one that ever was


class Overtaken(Locked):
    """Another writer published first; the text says which generation."""


class Storage(Protocol):
    """Where a data folder's content lives."""

    def token(self) -> str:
        """What tells the names of this run's files from those of any other writer."""
        ...

    def open(self) -> None:
        """Before anything is read: the folder shows what is published."""
        ...

    def ledgers(self) -> None:
        """Before everything is made anew: the ledgers of all loads are in the folder."""
        ...

    def commit(self, connection: duckdb.DuckDBPyConnection, staged: Path) -> None:
        """Before a staged generation is made current here: it is published for all.

        Raises Overtaken where another writer was first; then it must not become current.
        """
        ...

    def faults(self, digests: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """The files that are not as they were written, and what is wrong with them."""
        ...

    def unlisted(self, listed: set[str]) -> Iterator[str]:
        """The files of the lake that are not among these, and are nobody's work in progress."""
        ...
