"""The lake and the current generation held against the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from etl import checkpoints, lake, ledger, parts, publish, stores
from etl.mart import INNER, Audit, marts, read_audits
from etl.recovery import scratch_folder
from etl.storage import Storage
from warehouse import NoGeneration, Settings, WarehouseLocked
from warehouse.bucket import Altered, Gone
from warehouse.database import connect, first_line, glob_literal, is_locked, literal
from warehouse.generation import local_path

LEDGER_AUDITS = Path(__file__).with_name("ledger.audit.sql")
SHOWN = 20


@dataclass(slots=True)
class Findings:
    """What was looked at, and one sentence for each thing that is wrong."""

    files: int = 0
    rows: int = 0
    problems: list[str] = field(default_factory=list)


def audit(settings: Settings, storage: Storage) -> Findings:
    """Check everything; changes nothing."""
    found = Findings()
    storage.ledgers()
    try:
        path = local_path(settings)
        with connect(path, read_only=True) as connection:
            if _is_others(connection):
                found.problems.append(
                    "the warehouse was made by another version of fleetpulse; the next load, or "
                    "--repair, makes it anew from the lake"
                )
                return found
            _tables(settings, storage, connection, found)
            _marts(settings, connection, found)
    except NoGeneration as nothing:
        lost = "the warehouse is lost; --repair, or the next load, makes it anew from the lake"
        found.problems.append(lost if ledger.folders(settings.lake) else str(nothing))
    except (duckdb.Error, OSError) as broken:
        if is_locked(broken):
            raise WarehouseLocked(local_path(settings), broken) from broken
        found.problems.append(
            f"{settings.warehouse} cannot be read: {first_line(broken)}; --repair rebuilds it"
        )
    _ledger_folders(settings, found)
    return found


def _is_others(connection: duckdb.DuckDBPyConnection) -> bool:
    """Has the ledger in the generation other tables or columns than this version's?"""
    query = "select table_name, column_name from duckdb_columns() where table_name = any(?)"
    names = [*ledger.TABLES, "mart_parts", "checkpoints", "stores_remade"]
    with connect() as fresh:
        ledger.create(fresh)
        fresh.execute(parts.SCHEMA)
        fresh.execute(checkpoints.SCHEMA)
        fresh.execute(stores.SCHEMA)
        expected = fresh.execute(query, [names]).fetchall()
    return set(connection.execute(query, [names]).fetchall()) != set(expected)


def _tables(
    settings: Settings, storage: Storage, connection: duckdb.DuckDBPyConnection, found: Findings
) -> None:
    listed = connection.execute("select path, sha256, rows from parquet_files order by path")
    files = {path: (sha256, rows) for path, sha256, rows in listed.fetchall()}
    found.files, found.rows = len(files), sum(rows for _, rows in files.values())
    digests = {path: sha256 for path, (sha256, _) in files.items()}
    for name, fault in storage.faults(digests):
        found.problems.append(f"{name} {fault}; it held {files[name][1]:,} rows")
    made = dict(connection.execute("select path, sha256 from mart_parts").fetchall())
    for name, fault in storage.faults(made):
        found.problems.append(f"{name}, a part of a mart, {fault}; --repair makes it anew")
    removed = connection.execute("select path from parquet_removed").fetchall()
    for name in storage.unlisted({*files, *(path for (path,) in removed)}):
        found.problems.append(
            f"{name} is in the lake but in no ledger: "
            "left by an interrupted run, or put there by hand"
        )
    for audit in read_audits(LEDGER_AUDITS):
        _ask(connection, audit, found)
    _same_ledger(settings, connection, found)


def _ask(connection: duckdb.DuckDBPyConnection, audit: Audit, found: Findings) -> None:
    """Note the rows that an audit finds; of many, the first and how many more there are."""
    try:
        rows = connection.execute(audit.sql).fetchall()
    except duckdb.Error as failed:
        found.problems.append(f"{audit.says.split(':')[0]} cannot be checked: {first_line(failed)}")
        return
    found.problems += (audit.says.format(*row) for row in rows[:SHOWN])
    if len(rows) > SHOWN:
        found.problems.append(f"… and {len(rows) - SHOWN:,} more like that")


def _same_ledger(
    settings: Settings, connection: duckdb.DuckDBPyConnection, found: Findings
) -> None:
    """The generation's ledger against the folders beside the lake that it was made from."""
    loads = {row[0] for row in connection.execute("select load_id from loads").fetchall()}
    kept = {int(folder.name): folder for folder in ledger.folders(settings.lake)}
    for load_id in sorted(loads - set(kept)):
        found.problems.append(f"the ledger folder of load {load_id} is missing beside the lake")
    for load_id in sorted(set(kept) - loads):
        found.problems.append(
            f"load {load_id} lies beside the lake but is not in the warehouse: "
            "an interrupted run, which the next one clears away"
        )
    for table in _differ_from_ledger(connection, [kept[i] for i in sorted(loads & set(kept))]):
        found.problems.append(f"the table {table} differs from the ledger beside the lake")


def _marts(settings: Settings, connection: duckdb.DuckDBPyConnection, found: Findings) -> None:
    """Every mart against the same mart made anew from the lake, in a file that is thrown away."""
    for mart in marts().values():
        for audit in mart.audits:
            _ask(connection, audit, found)
    with scratch_folder(settings) as folder:
        path = folder / f"{int(local_path(settings).stem):06d}.duckdb"
        try:
            with connect(spill=folder / "spill") as memory:
                publish.rebuild_as(memory, path, settings, folder / "marts")
        except (duckdb.Error, lake.Damaged, Altered, Gone) as failed:
            found.problems.append(
                f"the marts cannot be made anew from the lake: {first_line(failed)}"
            )
            return
        with connect(path, read_only=True) as anew:
            for name in (mart.name for mart in marts().values() if mart.recompute not in INNER):
                fresh = folder / f"{name}.parquet"
                anew.execute(f"copy {name} to {literal(fresh)} (format parquet)")
                where = literal(Path(glob_literal(fresh)))
                fresh_rows = f"read_parquet({where}, hive_partitioning = false)"
                if _differs(connection, name, fresh_rows):
                    found.problems.append(f"the mart {name} differs from what the lake gives")


def _differ_from_ledger(
    connection: duckdb.DuckDBPyConnection, folders: list[Path]
) -> Iterator[str]:
    """The tables that are not what these folders give, which is put in front of them."""
    row = connection.execute("select current_database()").fetchone()
    assert row is not None
    stored = f'"{row[0]}".main'
    broken = set()
    for table in ledger.TABLES:
        try:
            connection.execute(f"create temp table {table} as from {stored}.{table} limit 0")
            ledger.append(connection, folders, [table])
        except duckdb.Error:  # no such table, or a broken file
            broken.add(table)
    if not broken:
        ledger.settle(connection, folders)
    yield from (
        table
        for table in ledger.TABLES
        if table in broken or _differs(connection, f"{stored}.{table}", f"temp.{table}")
    )
    for table in ledger.TABLES:
        connection.execute(f"drop table if exists temp.{table}")


def _differs(connection: duckdb.DuckDBPyConnection, table: str, other: str) -> bool:
    """Do two tables, or a table and what read_parquet gives, hold other rows?"""
    query = (
        f"select count(*) from ((from {table} except all from {other}) "
        f"union all (from {other} except all from {table}))"
    )
    try:
        row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    except duckdb.Error:  # no such table, or other columns
        return True
    return bool(row and row[0])


def _ledger_folders(settings: Settings, found: Findings) -> None:
    with connect() as connection:
        for folder in ledger.folders(settings.lake):
            for table in ledger.TABLES:
                path = folder / f"{table}.parquet"
                if table in ledger.WHERE_FILLED and not path.exists():
                    continue
                try:
                    connection.execute(
                        "select count(*) from read_parquet(?, hive_partitioning = false)",
                        [glob_literal(path)],
                    ).fetchall()
                except duckdb.Error as broken:
                    shown = path.relative_to(settings.data)
                    found.problems.append(f"{shown} cannot be read: {first_line(broken)}")
