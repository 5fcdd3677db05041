"""The lake as Delta tables, one for each dataset, over the very same Parquet files.

Made by deltalake after a load is published, where FLEETPULSE_DELTA is set. A table follows the
ledger: what it lacks is added, what no longer counts is removed, whatever was missed before. It is
never in the way of a load: what fails is said, and the next load goes on.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from warehouse import Settings, working_copy
from warehouse.database import attached, first_line

if TYPE_CHECKING:  # an extra
    from deltalake import DeltaTable, Schema

SETTING = "FLEETPULSE_DELTA"
APPLICATION = "fleetpulse"  # by which a table notes the generation that it follows


class _File(NamedTuple):
    path: str
    bytes: int
    rows: int
    day: str
    sha256: str


def follow(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    current: Path,
    say: Callable[[str], None],
) -> None:
    """Bring the Delta tables to a published generation, if they are wanted; raises nothing."""
    if not os.environ.get(SETTING):
        return
    try:
        import deltalake  # noqa: F401 - is it there?
    except ImportError:
        say(f"no Delta log: {SETTING} needs deltalake: pip install 'fleetpulse[delta]'")
        return
    try:
        for dataset, files in _listed(connection, current).items():
            _follow(settings, dataset, files, int(current.stem))
    except Exception as failed:  # of whatever kind, the load stands
        say(f"the Delta log stays behind for now: {first_line(failed)}")


def _listed(connection: duckdb.DuckDBPyConnection, current: Path) -> dict[str, list[_File]]:
    """The files of each dataset that ever had one, by day."""
    with attached(connection, current, read_only=True):
        rows = connection.execute(
            "select dataset, path, bytes, rows, day::varchar, sha256 from parquet_files "
            "order by dataset, day, path"
        ).fetchall()
        had = connection.execute("select distinct dataset from files where status <> 'rejected'")
        found: dict[str, list[_File]] = {name: [] for (name,) in had.fetchall() if name}
    for dataset, *file in rows:
        found.setdefault(dataset, []).append(_File(*file))
    return found


def _follow(settings: Settings, dataset: str, files: list[_File], generation: int) -> None:
    from deltalake import CommitProperties, DeltaTable, Transaction
    from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

    uri, options = _place(settings, dataset)
    noted = CommitProperties(app_transactions=[Transaction(APPLICATION, generation)])
    wanted = {file.path.removeprefix(f"lake/{dataset}/"): file for file in files}
    table = DeltaTable(uri, storage_options=options) if _exists(uri, options) else None
    if table and (table.transaction_version(APPLICATION) or 0) >= generation:
        return
    there = _paths(table) if table else set()
    now = int(time.time() * 1000)
    adds = [
        AddAction(path, f.bytes, {"day": f.day}, now, True, json.dumps({"numRecords": f.rows}))
        for path, f in wanted.items()
        if path not in there
    ]
    gone = [
        RemoveAction(path, True, now, partition_values={"day": path[4:14]})
        for path in sorted(there - wanted.keys())
    ]
    if table and (adds or gone):
        table.create_write_transaction(
            [*adds, *gone], "append", table.schema(), ["day"], commit_properties=noted
        )
    elif adds:
        create_table_with_add_actions(
            uri,
            _schema(settings, files[0]),
            adds,
            partition_by=["day"],
            name=dataset,
            storage_options=options,
            commit_properties=noted,
        )


def _place(settings: Settings, dataset: str) -> tuple[str, dict[str, str] | None]:
    """Where a dataset's table lies, and how to reach it."""
    if settings.data_url is None:
        return str((settings.lake / dataset).resolve()), None
    return f"{settings.data_url.rstrip('/')}/lake/{dataset}", _options()


def _options() -> dict[str, str]:
    """What boto3's chain found, in deltalake's words; commits are conditional puts there too."""
    import boto3

    session = boto3.session.Session()
    found = session.get_credentials()
    options = {"conditional_put": "etag", "allow_http": "true"}
    if found:
        keys = found.get_frozen_credentials()
        options["aws_access_key_id"] = keys.access_key
        options["aws_secret_access_key"] = keys.secret_key
        if keys.token:
            options["aws_session_token"] = keys.token
    client = session.client("s3")
    options["aws_region"] = client.meta.region_name or "us-east-1"
    options["aws_endpoint_url"] = client.meta.endpoint_url
    return options


def _exists(uri: str, options: Mapping[str, str] | None) -> bool:
    from deltalake import DeltaTable

    return DeltaTable.is_deltatable(uri, dict(options) if options else None)


def _paths(table: DeltaTable) -> set[str]:
    """The files of a table, relative to it."""
    return {"/".join(uri.rsplit("/", 2)[1:]) for uri in table.file_uris()}


def _schema(settings: Settings, first: _File) -> Schema:
    """The columns of the lake's files and the day; numbers of lines are long. A column that has a
    value in each row of one file may have none in another's."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from deltalake import Schema

    working_copy.fetch(settings.data, {first.path: first.sha256})
    columns = [
        (column.with_type(pa.int64()) if column.name == "line" else column).with_nullable(True)
        for column in pq.read_schema(settings.data / first.path).remove_metadata()
    ]
    return Schema.from_arrow(pa.schema([*columns, pa.field("day", pa.date32())]))
