"""Who computes the rows of a mart: the loader's own database, or a cluster where one is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import duckdb

from etl.datasets import Dataset
from etl.mart import Mart
from etl.views import LakeFile


class Made(NamedTuple):
    """A mart's rows as a select for the loader's database; stored are those that were computed."""

    sql: str
    is_stored: bool = False


class Maker(Protocol):
    """Computes a mart's select over the relations that its names mean now."""

    def rows(self, connection: duckdb.DuckDBPyConnection, mart: Mart) -> Made:
        """The rows of a mart made by SQL; `connection` knows what its names mean."""
        ...

    def lake(self, dataset: Dataset, files: Sequence[LakeFile]) -> None:
        """A dataset's name means the rows of these files from now on."""
        ...

    def put(self, connection: duckdb.DuckDBPyConnection, name: str, rows: str) -> None:
        """A name means this select from now on."""
        ...

    def drop(self, name: str) -> None:
        """A name means what it meant to begin with."""
        ...

    def put_files(self, name: str, paths: Sequence[Path], rest: str) -> None:
        """A name means the rows of these Parquet files and those of another name from now on."""
        ...

    def files(self, connection: duckdb.DuckDBPyConnection, rows: str) -> Sequence[Path] | None:
        """The Parquet files of a portable select, which stay as they are; None where the loader's
        own database is to compute it."""
        ...


class InDatabase:
    """The loader's own database, which knows all relations already."""

    def rows(self, connection: duckdb.DuckDBPyConnection, mart: Mart) -> Made:
        return Made(mart.definition)

    def lake(self, dataset: Dataset, files: Sequence[LakeFile]) -> None:
        pass

    def put(self, connection: duckdb.DuckDBPyConnection, name: str, rows: str) -> None:
        pass

    def drop(self, name: str) -> None:
        pass

    def put_files(self, name: str, paths: Sequence[Path], rest: str) -> None:
        pass

    def files(self, connection: duckdb.DuckDBPyConnection, rows: str) -> Sequence[Path] | None:
        return None


IN_DATABASE = InDatabase()
