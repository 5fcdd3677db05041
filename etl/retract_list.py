"""A file retract.csv: which files are to be taken back, and why (METRICS.md, section 5)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import duckdb

from etl import customers, ledger
from etl.arrivals import Arrival
from etl.datasets import Column, Dataset
from etl.fields import IDENTIFIER, TEXT
from etl.ledger import FileFate
from etl.plan import File, Load, New
from etl.read.dialect import Dialect
from etl.read.header import Unfit, read_header
from etl.read.names import positions_of
from etl.read.scan import Scan, Unreadable
from etl.read.source import READ_LINES, Source, Unreconciled, plain
from etl.read.stage import Staging
from etl.retraction import LoadedFile, NotLoaded, find
from etl.take import Taken, ledger_tables
from warehouse.database import insert

STEM = "retract"

_SOURCE_ID = re.compile(rb"\b[0-9a-f]{64}\b")
LIST = Dataset(
    name="retractions",
    columns=(
        Column("retracted", IDENTIFIER, aliases=("source_id",)),
        Column("reason", TEXT),
        Column("path", TEXT, required=False, may_be_absent=True),
    ),
    subject="retracted",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A readable row: its physical line, the file that is meant, and why it is taken back."""

    line: int
    source_id: str
    why: str
    path: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of a list, and the files that it takes back, each with why."""

    taken: Taken
    asked: list[tuple[LoadedFile, str]]


def is_list(path: str) -> bool:
    """Does a file bear the name of such a list?"""
    name = PurePosixPath(path)
    return name.name.lower().split(".")[0] == STEM and customers.owner_of(name) is None


def waiting(new: New, loaded: Collection[str]) -> list[tuple[Arrival, Scan]]:
    """The lists among new files that name others of them: they are taken in the load after.
    `loaded` are the sources that were before."""
    arriving = {scan.source_id for _, scan in new} - set(loaded)

    def names_one(scan: Scan) -> bool:
        return any(found.decode() in arriving for found in _SOURCE_ID.findall(scan.head))

    return [(a, scan) for a, scan in new if is_list(a.path) and names_one(scan)]


def take(
    connection: duckdb.DuckDBPyConnection,
    current: Path | None,
    arrival: Arrival,
    scan: Scan,
    load: Load,
) -> Listed:
    """Read a list. A row counts as loaded if the file that it names can be taken back; else it is
    rejected. `connection` is to a database in memory, `current` the generation before the load."""
    taken = Taken(load.folder / f"list-{secrets.token_hex(4)}")
    taken.folder.mkdir(parents=True)
    asked: list[tuple[LoadedFile, str]] = []
    with ledger_tables(connection):
        try:
            rows, source = _read(connection, arrival, scan, load, taken.folder)
        except (Unfit, Unreadable, Unreconciled, OSError) as wrong:
            taken.fates.append(_fate(arrival, scan, load, "rejected", str(wrong)))
        else:
            refused: dict[Row, str] = {}
            for row in rows:
                try:
                    if current is None:
                        raise NotLoaded("nothing was loaded yet")
                    file = find(connection, current, row.source_id, row.path)
                    asked.append((file, row.why))
                except NotLoaded as wrong:
                    refused[row] = str(wrong)
            _refuse(connection, source, load, refused)
            taken.fates.append(_settled(arrival, scan, load, source))
        ledger.write_taken(connection, taken.folder)
    return Listed(taken, asked)


def _read(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, scan: Scan, load: Load, folder: Path
) -> tuple[list[Row], Source]:
    """The rows of a list; what is no row is in the table `rejects` of `connection`."""
    source = plain(arrival, scan, _dialect(arrival, scan), folder)
    with Staging(connection, folder, load.load_id, load.started, [scan.source_id]) as staging:
        staging.add([source])
        for _, why in staging.settle(LIST.name):
            raise Unreconciled(why)
        found = connection.execute(
            f"select rowid + {source.first_line - source.first_rowid} as line, "
            f"retracted, reason, path from staged_{LIST.name} where raw is null "
            f"union all select line, retracted, reason, path from mended_{LIST.name} order by line"
        ).fetchall()
    return [Row(*row) for row in found], source


def _refuse(
    connection: duckdb.DuckDBPyConnection, source: Source, load: Load, refused: dict[Row, str]
) -> None:
    """Reject rows that name no file that can be taken back."""
    raw = [line for line, _ in connection.execute(READ_LINES, source.reader_values).fetchall()]
    where = (source.source_id, source.path)
    rejects = [
        (
            *(*where, row.line, LIST.columns[0].shown, why),
            *(raw[row.line - source.first_line], load.load_id, row.source_id),
        )
        for row, why in refused.items()
    ]
    insert(connection, "rejects", rejects)
    source.loaded -= len(refused)
    source.rejected += len(refused)


def _settled(arrival: Arrival, scan: Scan, load: Load, source: Source) -> FileFate:
    read = source.loaded + source.rejected
    if read and not source.loaded:
        count = "1 row" if read == 1 else f"{read:,} rows"
        why = f"none of its {count} names a file that can be taken back"
        return _fate(arrival, scan, load, "rejected", why, read, 0, source.read_as)
    return _fate(arrival, scan, load, "loaded", None, read, source.loaded, source.read_as)


def _fate(
    arrival: Arrival,
    scan: Scan,
    load: Load,
    status: str,
    reason: str | None,
    read: int = 0,
    loaded: int = 0,
    read_as: str | None = None,
) -> FileFate:
    file = File(arrival, scan, Unfit(""))
    return file.fate(load, status, reason, read, loaded, read_as)


def _dialect(arrival: Arrival, scan: Scan) -> Dialect:
    header = read_header(PurePosixPath(arrival.path), scan.head, scan.is_windows)
    positions = positions_of(LIST, header.cells)
    if positions is None:
        raise Unfit(f"its header is {', '.join(header.cells)}; expected source_id,reason[,path]")
    return Dialect(
        LIST,
        header.encoding,
        header.delimiter,
        header.line,
        positions,
        tuple(header.cells),
        header_at=header.starts,
    )
