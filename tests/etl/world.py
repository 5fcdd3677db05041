"""A small world of files with a bit of everything, and all that can be read after loading it."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from etl import publish, verify
from etl.datasets import datasets
from etl.load import main as load_main
from etl.mart import INNER, marts
from tests.etl.loading import current
from warehouse import Settings
from warehouse.database import connect

FIRST: dict[str, str] = {
    "health/2017-05-02.csv": """\
timestamp,id,type,status
2017-05-02T00:00:00Z,d1,sensor,online
2017-05-02T00:00:00Z,d1,sensor,online
2017-05-02T10:00:00Z,d2,sensor,offline
2017-05-03T00:00:00+02:00,d3,gateway,online
not a row
2017-05-02T11:00:00Z,"d4,sensor,online
""",
    "health/2017-05-09.csv": """\
id;status;type;timestamp
d1;online;sensor;2017-05-09T00:00:00Z
d5;online;gateway;2017-05-09 23:59:59.999999
;online;gateway;2017-05-09T23:59:59Z
""",
    "connectivity_events.csv": """\
2018-01-01 00:00:00,d1,u1,s1,True
2018-01-01 06:00:00.5,d1,u1,s1,False
2018-01-02 00:00:00,d2,u1,s2,True
""",
    "servers.csv": "s1,2017-01-01 00:00:00,\ns2,2017-01-01 00:00:00,2018-01-02 12:00:00\n",
    "stores/polls.csv": """\
store_id,status,timestamp_utc
shop,active,2023-01-23 12:00:00 UTC
shop,inactive,2023-01-24 12:00:00 UTC
shop,closed,2023-01-24 12:00:00 UTC
""",
    "stores/hours.csv": "store_id,day,start_time_local,end_time_local\nshop,0,09:00,17:00\n",
    "stores/zones.csv": "store_id,timezone_str\nshop,Europe/Berlin\n",
    "customers/acme/1.csv": "when,amount\n2024-01-01 00:00:00,1\n,2\nsoon,3\n",
    "unknown.csv": "a,b\n1,2\n",
    "copy/2017-05-09.csv": """\
id;status;type;timestamp
d1;online;sensor;2017-05-09T00:00:00Z
d5;online;gateway;2017-05-09 23:59:59.999999
;online;gateway;2017-05-09T23:59:59Z
""",
}

SECOND: dict[str, str] = {
    "health/late.csv": """\
timestamp,id,type,status
2017-05-02T12:00:00Z,d9,sensor,online
2017-05-10T12:00:00Z,d9,sensor,online
2017-05-10T12:00:00,d9,sensor
""",
    "health/2017-05-02.csv": """\
timestamp,id,type,status
2017-05-02T00:00:00Z,d1,sensor,online
2017-05-02T20:00:00Z,d2,sensor,online
""",
    "connectivity_events/late.csv": "2018-01-01 03:00:00,d2,u2,s1,True\n",
    "servers/new.csv": "s1,2017-01-01 00:00:00,2018-01-01 12:00:00\n",
    "stores/new_zone.csv": "store_id,timezone_str\nshop,America/Denver\n",
    "customers/acme/2.csv": "amount,when\n4,2024-02-01 00:00:00\n",
    "customers/beta/1.csv": "note\nhello\n",
    "stores/plan.pdf": "not a table",
}

LEDGER = {
    "files": "exclude (loaded_at)",
    "rejects": "",
    "loads": "exclude (started_at, finished_at, seconds)",
    "customer_tables": "",
    "unread_changes": "",
    "customer_uploads": "",
    "parquet_files": "exclude (day, bytes, sha256, path)",
    "parquet_removed": "exclude (path)",
    "days_dropped": "",
    "retractions": "",
}

State = dict[str, list[tuple[object, ...]]]


def state(settings: Settings) -> State:
    """Every table that readers see and every row of the lake, but for clock times and sums."""
    with current(settings) as connection:
        seen = [mart.name for mart in marts().values() if mart.recompute not in INNER]
        found = {name: _rows(connection, f"from {name}") for name in seen}
        for table, less in LEDGER.items():
            found[table] = _rows(connection, f"select * {less} from {table}")
        for dataset in datasets().values():
            columns = ", ".join(f'"{name}"' for name in dataset.column_names)
            query = f"select {columns}, source_id, line from {dataset.name}"
            found[dataset.name] = _rows(connection, query)
        return found


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return sorted(connection.execute(query).fetchall(), key=repr)


def assert_sound(settings: Settings) -> None:
    """The data folder holds what the ledger lists and nothing else, and verify finds it right."""
    assert verify.main(["--data", str(settings.data)]) == 0
    with current(settings) as connection:
        listed = {row[0] for row in connection.execute("select path from parquet_files").fetchall()}
        removed = connection.execute("select path from parquet_removed").fetchall()
        loads = {row[0] for row in connection.execute("select load_id from loads").fetchall()}
    held = {
        path.relative_to(settings.data).as_posix()
        for path in settings.lake.rglob("*")
        if path.is_file() and "_loads" not in path.parts
    }
    assert held - {path for (path,) in removed} == listed
    assert {int(path.name) for path in settings.lake.glob("_loads/*")} == loads
    assert _parts_held(settings) <= _parts_named(settings)
    assert {path.name for path in settings.data.iterdir()} <= {
        "generations",
        "lake",
        "listing.json",
        "marts",
        "newest_generation",
        "seen.json",
        "warehouse.duckdb",
        "writer.lock",
    }


def _parts_held(settings: Settings) -> set[str]:
    found = (settings.data / "marts").rglob("*.parquet")
    return {path.relative_to(settings.data).as_posix() for path in found}


def _parts_named(settings: Settings) -> set[str]:
    """The parts of marts that any generation that is kept names."""
    named: set[str] = set()
    for path in publish.generations(settings):
        with connect(path, read_only=True) as connection:
            named |= {
                row[0] for row in connection.execute("select path from mart_parts").fetchall()
            }
    return named


def fingerprint(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of every file below a folder."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), os.stat(path).st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def run(settings: Settings) -> int:
    """The loader's command line, in this process; returns its exit status."""
    return load_main(["--json", "--incoming", str(settings.incoming), "--data", str(settings.data)])
