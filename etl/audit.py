"""The lake and the current generation held against the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb

from etl import lake, ledger, marts, publish
from etl.recovery import scratch_folder
from warehouse import NoGeneration, Settings, WarehouseLocked, current_path
from warehouse.database import connect, first_line, glob_literal, is_locked, literal


@dataclass(slots=True)
class Audit:
    """What was looked at, and one sentence for each thing that is wrong."""

    files: int = 0
    rows: int = 0
    problems: list[str] = field(default_factory=list)


def audit(settings: Settings) -> Audit:
    """Check everything; changes nothing."""
    found = Audit()
    try:
        path = current_path(settings)
        with connect(path, read_only=True) as connection:
            _tables(settings, connection, found)
            _marts(settings, connection, found)
    except NoGeneration as nothing:
        lost = "the warehouse is lost; --repair, or the next load, makes it anew from the lake"
        found.problems.append(lost if ledger.folders(settings.lake) else str(nothing))
    except (duckdb.Error, OSError) as broken:
        if is_locked(broken):
            raise WarehouseLocked(current_path(settings), broken) from broken
        found.problems.append(
            f"{settings.warehouse} cannot be read: {first_line(broken)}; --repair rebuilds it"
        )
    _ledger_folders(settings, found)
    return found


def _tables(settings: Settings, connection: duckdb.DuckDBPyConnection, found: Audit) -> None:
    listed = connection.execute("select path, sha256, rows from parquet_files order by path")
    files = {path: (sha256, rows) for path, sha256, rows in listed.fetchall()}
    found.files, found.rows = len(files), sum(rows for _, rows in files.values())
    digests = {path: sha256 for path, (sha256, _) in files.items()}
    for name, fault in lake.faults(settings.data, digests):
        found.problems.append(f"{name} {fault}; it held {files[name][1]:,} rows")
    for path in lake.unlisted(settings.lake, set(files)):
        found.problems.append(
            f"{path.relative_to(settings.data)} is in the lake but in no ledger: "
            "left by an interrupted run, or put there by hand"
        )
    for sql, sentence in _CHECKS:
        for row in connection.execute(sql).fetchall():
            found.problems.append(sentence.format(*row))
    _same_ledger(settings, connection, found)


_CHECKS = (
    (
        "select path, rows_read, rows_loaded, rows_rejected from files "
        "where rows_read <> rows_loaded + rows_rejected",
        "{0}: {1:,} rows read, but {2:,} loaded and {3:,} rejected",
    ),
    (
        "select dataset, sum(rows_loaded)::bigint as loaded, "
        "(select coalesce(sum(rows), 0) from parquet_files p where p.dataset = files.dataset)"
        "::bigint as held from files where dataset is not null "
        "group by dataset having loaded <> held",
        "{0}: {1:,} rows were loaded, but its Parquet files hold {2:,}",
    ),
    (
        "select files.path, files.rows_rejected, count(rejects.line) as kept from files "
        "left join rejects on rejects.source_id = files.source_id and rejects.path = files.path "
        "and rejects.load_id = files.load_id where status = 'loaded' "
        "group by files.path, files.rows_rejected, files.load_id "
        "having kept <> files.rows_rejected",
        "{0}: {1:,} rows were rejected, but {2:,} rejects are kept",
    ),
    (
        "select load_id from loads where rows_read <> "
        "(select coalesce(sum(rows_read), 0) from files where files.load_id = loads.load_id)",
        "load {0}: its total differs from the sum of its files",
    ),
)


def _same_ledger(settings: Settings, connection: duckdb.DuckDBPyConnection, found: Audit) -> None:
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
    for table in ledger.TABLES:
        paths = [glob_literal(kept[i] / f"{table}.parquet") for i in sorted(loads & set(kept))]
        if paths and _differs(connection, table, paths):
            found.problems.append(f"the table {table} differs from the ledger beside the lake")


def _marts(settings: Settings, connection: duckdb.DuckDBPyConnection, found: Audit) -> None:
    """Every mart against the same mart made anew from the lake, in a file that is thrown away."""
    with scratch_folder(settings) as folder:
        path = folder / f"{int(current_path(settings).stem):06d}.duckdb"
        try:
            with connect(spill=folder / "spill") as memory:
                publish.rebuild_as(memory, path, settings)
        except (duckdb.Error, lake.Damaged) as failed:
            found.problems.append(
                f"the marts cannot be made anew from the lake: {first_line(failed)}"
            )
            return
        with connect(path, read_only=True) as anew:
            for mart in marts.marts():
                fresh = folder / f"{mart}.parquet"
                anew.execute(f"copy {mart} to {literal(fresh)} (format parquet)")
                if _differs(connection, mart, [glob_literal(fresh)]):
                    found.problems.append(f"the mart {mart} differs from what the lake gives")


def _differs(connection: duckdb.DuckDBPyConnection, table: str, paths: list[str]) -> bool:
    kept = "from read_parquet($paths, hive_partitioning = false)"
    query = (
        f"select count(*) from ((from {table} except all {kept}) "
        f"union all ({kept} except all from {table}))"
    )
    try:
        row: tuple[Any, ...] | None = connection.execute(query, {"paths": paths}).fetchone()
    except duckdb.Error:  # no such table, or other columns
        return True
    return bool(row and row[0])


def _ledger_folders(settings: Settings, found: Audit) -> None:
    with connect() as connection:
        for folder in ledger.folders(settings.lake):
            for table in ledger.TABLES:
                path = folder / f"{table}.parquet"
                try:
                    connection.execute(
                        "select count(*) from read_parquet(?, hive_partitioning = false)",
                        [glob_literal(path)],
                    ).fetchall()
                except duckdb.Error as broken:
                    shown = path.relative_to(settings.data)
                    found.problems.append(f"{shown} cannot be read: {first_line(broken)}")
