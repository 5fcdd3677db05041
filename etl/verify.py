#!/usr/bin/env python3
"""Check every file of the lake and every count against the ledger.

Each Parquet file's sha256 is compared with what was noted when it was written, the counts of files
and loads with each other, and the tables of the DuckDB file with ones made anew from the lake.
--repair rebuilds the DuckDB file from the lake, where it removes what an interrupted run left.

Exit status: 0 everything is right, 1 something is wrong (each on a line of its own), 2 usage,
75 a loader is running.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb

from etl import lake, ledger, places, publish
from etl.audit import audit
from etl.disk import Locked, writer_lock
from etl.load import data_folder
from etl.recovery import clear_interrupted, staging_folder
from etl.storage import Storage
from warehouse import NoGeneration, Settings, WarehouseLocked
from warehouse.bucket import BucketError
from warehouse.database import connect, first_line, is_locked
from warehouse.generation import local_path


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    settings = Settings.at(data=options.data)
    if not settings.data_url and not settings.data.is_dir():
        print(f"verify: there is no data folder {str(settings.data)!r}", file=sys.stderr)
        return 2
    try:
        with writer_lock(settings.data):
            where = places.of(settings, lambda step: print(step, file=sys.stderr))
            where.open()
            if options.repair:
                _repair(settings, where)
            found = audit(settings, where)
    except Locked as held:
        print(f"verify: {held}; try again when it is done", file=sys.stderr)
        return os.EX_TEMPFAIL
    except (WarehouseLocked, BucketError) as failed:
        print(f"verify: {failed}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({"files": found.files, "rows": found.rows, "problems": found.problems}))
    else:
        for problem in found.problems:
            print(problem)
        count = len(found.problems)
        state = f"{count} problem{'s'[: count != 1]}" if found.problems else "all right"
        print(f"{found.files:,} Parquet files, {found.rows:,} rows: {state}")
    return 1 if found.problems else 0


def _repair(settings: Settings, where: Storage) -> None:
    """Rebuild, or say why that is not possible; what is published stays until then."""
    with connect(spill=settings.staging / "spill") as connection:
        try:
            committed = ledger.known(connection, local_path(settings)).load_id
        except (NoGeneration, duckdb.Error) as wrong:
            if is_locked(wrong):
                raise WarehouseLocked(local_path(settings), wrong) from wrong
            committed = None
        clear_interrupted(connection, settings, committed)
        _rebuild(connection, settings, where)


def _rebuild(connection: duckdb.DuckDBPyConnection, settings: Settings, where: Storage) -> None:
    try:
        with staging_folder(settings):
            staged = publish.rebuild(connection, settings, where)
            number = publish.publish(connection, settings, where, staged)
    except (duckdb.Error, lake.Damaged) as failed:
        print(f"verify: the warehouse was not rebuilt: {first_line(failed)}", file=sys.stderr)
        return
    print(f"rebuilt the warehouse from the lake: generation {number}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data_folder(made)
    made.add_argument(
        "--repair", action="store_true", help="rebuild the DuckDB file from the lake, then check"
    )
    made.add_argument("--json", action="store_true", help="print one JSON object")
    return made


if __name__ == "__main__":
    sys.exit(main())
