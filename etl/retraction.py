"""Files taken back: which are meant, and the lake without their rows (METRICS.md, section 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.anew import Anew, holding
from etl.ledger import Retraction
from warehouse.database import attached


class NotLoaded(ValueError):
    """There is no file to take back; the text says what is known of it."""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file whose rows count: one loaded row of `files`."""

    source_id: str
    path: str
    dataset: str
    load_id: int

    @property
    def condition(self) -> str:
        """Its rows in the lake, as SQL; two customers may have sent the same bytes."""
        path = self.path.replace("'", "''")
        whose = f" and path = '{path}'" if self.dataset == "customers" else ""
        return f"(source_id = '{self.source_id}'{whose})"


def find(
    connection: duckdb.DuckDBPyConnection, current: Path, target: str, path: str | None = None
) -> LoadedFile:
    """The loaded file of a path below incoming, a source id, or `source id:path`; of several with
    one source id, the one of `path`. Raises NotLoaded, also where several are meant."""
    with attached(connection, current, read_only=True):
        rows = connection.execute(
            "select source_id, path, dataset, load_id, status, reason from files "
            "where (path = $1 or source_id = $1 or source_id || ':' || path = $1) "
            "and ($2 is null or path = $2) order by load_id, path",
            [target, path],
        ).fetchall()
    found = [LoadedFile(*row[:4]) for row in rows if row[4] == "loaded"]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{file.source_id}:{file.path}" for file in found)
        raise NotLoaded(f"{target} stands for {len(found)} files; name one of {listed}")
    if not rows:
        raise NotLoaded(f"no file has the path or source id {target!r}")
    *_, load_id, status, reason = rows[-1]
    raise NotLoaded(f"{target} does not count: it was {status} in load {load_id} ({reason})")


def take_back(
    connection: duckdb.DuckDBPyConnection,
    current: Path,
    anew: Anew,
    asked: Iterable[tuple[LoadedFile, str]],
) -> list[Retraction]:
    """Write anew, without their rows, the files of the lake that hold rows of the files `asked`
    for, each with why. Raises lake.Damaged."""
    reasons = {(file.source_id, file.path): (file, why) for file, why in asked}
    gone: dict[str, list[LoadedFile]] = {}
    for file, _ in reasons.values():
        gone.setdefault(file.dataset, []).append(file)
    for dataset, files in gone.items():
        theirs = " or ".join(file.condition for file in files)
        for stored in holding(connection, current, dataset, (file.load_id for file in files)):
            query = f"select 1 from {anew.table(stored)} where {theirs} limit 1"
            if connection.execute(query).fetchone():
                anew.write(connection, stored, f"from stored where not ({theirs})")
    return [
        Retraction(file.source_id, file.path, why, anew.load_id) for file, why in reasons.values()
    ]
