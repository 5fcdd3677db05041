"""Files laid into an incoming folder, loaded by the real loader, and the result as CSV rows."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from etl.run import load
from etl.summary import Summary
from warehouse import Settings, current_path
from warehouse.database import connect

LONG_AGO = 1_000_000_000  # seconds since 1970: such a file is no longer being written

Rows = list[list[str]]
Loads = Sequence[Mapping[str, str | bytes]]


def folders(root: Path) -> Settings:
    """An incoming and a data folder below `root`."""
    settings = Settings(root / "incoming", root / "data")
    settings.incoming.mkdir(parents=True, exist_ok=True)
    return settings


def lay(incoming: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, by their path below incoming, that look complete at once."""
    for name, text in files.items():
        path = incoming / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        os.utime(path, (LONG_AGO, LONG_AGO))


def load_all(root: Path, loads: Loads) -> Settings:
    """One run of the loader for each item; returns where the result lies."""
    settings = folders(root)
    for files in loads:
        lay(settings.incoming, files)
        load(settings)
    return settings


def load_once(settings: Settings, files: Mapping[str, str | bytes]) -> Summary:
    """Lay files and run the loader."""
    lay(settings.incoming, files)
    return load(settings)


def current(settings: Settings) -> duckdb.DuckDBPyConnection:
    """The current generation, opened as anyone would."""
    return connect(current_path(settings), read_only=True)


def answer(connection: duckdb.DuckDBPyConnection, query: str, *values: object) -> Rows:
    """A query's header and rows as the cells of a CSV; NULL is an empty cell."""
    connection.execute(f"create or replace temp table answer as {query}", list(values))
    found = connection.execute("select columns(*)::varchar from answer")
    names = [column[0] for column in found.description or ()]
    return [names, *(["" if cell is None else cell for cell in row] for row in found.fetchall())]


def rows(text: str) -> Rows:
    """A CSV text as cells."""
    return list(csv.reader(io.StringIO(text)))


def csv_text(cells: Rows) -> str:
    """Cells as CSV text, for failures that read as a difference of lines."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(cells)
    return out.getvalue()
