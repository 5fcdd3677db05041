"""Where generated files go: each under a temporary name until it is complete."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

Param = str | int | date | list[int] | list[str]
Edit = Callable[[bytes], bytes]


def sql(name: str) -> str:
    """The text of `etl/demodata/<name>.sql`."""
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")


class Output:
    """A folder being filled from one DuckDB connection; counts the files and generated rows."""

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.con = con
        self.folder = folder
        self.files = 0
        self.rows = 0

    def prepare(self, query: str, **params: Param) -> None:
        """Run `<query>.sql` for what it leaves in the connection: tables and macros."""
        self.con.execute(sql(query), params)

    def copy(self, name: str, query: str, edit: Edit | None = None, **params: Param) -> None:
        """Write what `<query>.sql`, a COPY to `$path`, selects; `edit` changes the whole file."""
        part = self._part(name)
        copied = self.con.execute(sql(query), {**params, "path": str(part)}).fetchone()
        assert copied is not None
        if edit is not None:
            part.write_bytes(edit(part.read_bytes()))
        self._publish(part, rows=copied[0])

    def write(self, name: str, content: bytes) -> None:
        """Write a file as it is, each line after the first counted as a row."""
        part = self._part(name)
        part.write_bytes(content)
        self._publish(part, rows=max(0, content.count(b"\n") - 1))

    def _part(self, name: str) -> Path:
        path = self.folder / f"{name}.part"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _publish(self, part: Path, rows: int) -> None:
        os.replace(part, part.with_suffix(""))
        self.files += 1
        self.rows += rows
