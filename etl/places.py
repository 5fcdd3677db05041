"""Where the data folder's content lives: on this machine's disk, or in a bucket (etl/remote.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl import lake
from etl.storage import Storage
from warehouse import Settings


@dataclass(frozen=True, slots=True)
class Disk:
    """A folder that is what it seems."""

    settings: Settings

    def token(self) -> str:
        return ""

    def open(self) -> None:
        """It is open."""

    def ledgers(self) -> None:
        """They are there."""

    def commit(self, connection: duckdb.DuckDBPyConnection, staged: Path) -> None:
        """The rename that follows is the commit."""

    def faults(self, digests: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        return lake.faults(self.settings.data, digests)

    def unlisted(self, listed: set[str]) -> Iterator[str]:
        for path in lake.unlisted(self.settings.lake, listed):
            yield path.relative_to(self.settings.data).as_posix()


def of(settings: Settings, say: Callable[[str], None] = lambda _: None) -> Storage:
    """Where the data of these settings lives; `say` hears of steps."""
    if settings.data_url:
        from etl.remote import Remote  # which most loads do without

        return Remote(settings, say)
    return Disk(settings)
