"""Every DuckDB connection of the project is opened here, so that all read instants as UTC."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

# `sql` copies less than `execute`, but binds twice, which costs a short question a fifth more.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result makes an extra copy")

MEMORY = "1800MB"  # with what Python and the CSV reader hold, a load stays below 2 GiB
READER_SPILL = "4GB"

# What every DuckDB from 1.4 on can read; 2.0's own default shuts all of 1.x out.
STORAGE_VERSION = "v1.4.0"


def glob_literal(path: Path) -> str:
    """The text by which DuckDB's readers find exactly this file, whatever its name holds."""
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in str(path))


def literal(path: Path) -> str:
    """A path as an SQL string, where no value can be bound."""
    return text(str(path))


def text(value: str) -> str:
    """A text as an SQL string, where no value can be bound."""
    return "'" + value.replace("'", "''") + "'"


def is_locked(error: Exception) -> bool:
    """Could a file not be opened because another process has it open for writing?"""
    return "Could not set lock on file" in str(error)


def first_line(error: Exception) -> str:
    """What happened; the lines below it show the SQL."""
    return str(error).split("\n", 1)[0][:300]


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]
) -> None:
    """Append rows, by column, since one statement for each row costs a hundred times as much."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        unnested = ", ".join("unnest(?)" for _ in columns)
        connection.execute(f"insert into {table} select {unnested}", columns)


def connect(
    path: Path | None = None,
    *,
    read_only: bool = False,
    spill: Path | None = None,
    memory: str = MEMORY,
    threads: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a database file, or one in memory without `path`.

    `threads` limits what one statement uses (None: every core), `memory` what all hold together;
    `spill` is the folder for what outgrows that. A reader's questions may spill
    READER_SPILL and no more, so that none fills the disk. Raises duckdb.Error.
    """
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory}
    if threads:
        config["threads"] = threads
    if read_only:
        config["max_temp_directory_size"] = READER_SPILL
    if spill:
        config["temp_directory"] = str(spill)
    connection = duckdb.connect(str(path or ":memory:"), read_only=read_only, config=config)
    connection.execute("set global timezone = 'UTC'")
    return connection


@contextmanager
def attached(
    connection: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool = False
) -> Iterator[None]:
    """Use a database file by the connection of one in memory, which costs a tenth of opening it.

    Cursors do not follow: they name its tables by `path.stem`. Raises duckdb.Error.
    """
    options = " (read_only)" if read_only else ""
    if not path.exists():
        options = f" (storage_version '{STORAGE_VERSION}')"
    connection.execute(f'attach {literal(path)} as "{path.stem}"{options}')
    try:
        connection.execute(f'use "{path.stem}"')
        yield
    except BaseException:
        with suppress(duckdb.Error):  # there may be no transaction
            connection.rollback()
        raise
    finally:
        connection.execute("use memory")
        connection.execute(f'detach "{path.stem}"')
