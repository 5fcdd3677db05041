"""The heavy SQL of warehouse/marts, run over the days that changed, in the order of its reads.

A mart is one portable select. Its inputs are views named like the datasets; while a batch of days
is computed, temporary views and tables of those days stand in front of the stored ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import duckdb

from etl import checkpoints, lake, parts, stores, views, whole
from etl.connectivity import Connectivity
from etl.datasets import Dataset, datasets
from etl.maker import IN_DATABASE, Maker
from etl.mart import ROLES, Mart, marts
from etl.replay import Replay
from etl.stores import Stores
from etl.views import LakeFile

BATCH_ROWS = 800_000
WORKERS = 2

FAMILIES: tuple[type[Replay], ...] = (Connectivity, Stores)

Changes = Mapping[str, Collection[dt.date]]


def create(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Make the views of the datasets, without rows as yet, and every mart of what is there."""
    made = marts()  # which fails with a clear word before anything is there
    for dataset in datasets().values():
        connection.execute(views.view_sql("create view", dataset, data, []))
    for schema in (parts.SCHEMA, checkpoints.SCHEMA, stores.SCHEMA):
        connection.execute(schema)
    later = _after_families()
    for mart in made.values():
        if mart.recompute not in ROLES and mart.name not in later:
            whole.make(connection, mart)
    for family in FAMILIES:
        family.create(connection, data)
    for name in later:
        whole.make(connection, made[name])


def recompute(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    root: Path,
    changed: Changes,
    rejecting: Collection[str] = (),
    maker: Maker = IN_DATABASE,
) -> None:
    """Bring every mart up to date with the lake as the ledger lists it; parts of marts are written
    below `root`.

    `changed` gives the touched days per dataset, none where only its files are others; of the
    datasets in `rejecting` rows were rejected. Raises Damaged where a file that has to be read is
    not as it was written.
    """
    changed = {name: days for name, days in changed.items() if name in datasets()}
    stale = _stale(changed, rejecting)
    by_day = [mart for mart in stale if mart.by_day]
    at_once = [mart for mart in stale if mart.recompute == "all"]
    read_whole = _read_whole(stale)
    files = {name: views.files(connection, name) for name in sorted(read_whole | set(changed))}
    for name in changed:
        view = views.view_sql("create or replace view", datasets()[name], data, files[name])
        connection.execute(view)
        maker.lake(datasets()[name], files[name])
    roots = {root for mart in by_day for root in mart.roots()}
    for name, listed in files.items():
        days = changed[name] if name in roots else ()
        read = [file for file in listed if name in read_whole or file.day in days]
        lake.check(data, {file.path: file.sha256 for file in read})
    chains = {name: [mart for mart in by_day if name in mart.roots()] for name in sorted(roots)}
    for name, chain in chains.items():
        due = [file for file in files[name] if file.day in changed[name]]
        _compute_days(connection, data, datasets()[name], chain, due, maker)
        maker.lake(datasets()[name], files[name])
    for name, chain in chains.items():  # after all: what is made later, a transaction does not see
        _replace_days(connection, chain, changed[name])
    later = _after_families()
    before = whole.inputs(connection, at_once)
    connection.execute("create or replace temp table lives_before as from server_lives")
    for mart in at_once:
        if mart.name not in later:
            whole.make(connection, mart, maker)
    for family in FAMILIES:
        if any(mart in stale for mart in family.family.marts()):
            name = family.family.dataset
            listed = files.get(name) or views.files(connection, name)
            anew = [mart for mart in stale if mart in family.family.marts("whole")]
            family.recompute(connection, data, root, listed, changed.get(name, ()), anew, maker)
    for mart in at_once:
        if mart.name in later and not whole.is_as_before(connection, mart, before):
            whole.make(connection, mart, maker)


def _read_whole(stale: Iterable[Mart]) -> set[str]:
    """The datasets of which every row is read, by marts that are made anew as a whole."""
    read = {name for mart in stale if mart.recompute == "all" for name in mart.reads}
    for family in FAMILIES:
        reads = {
            name for mart in family.family.marts("whole") if mart in stale for name in mart.reads
        }
        read |= reads - {family.family.dataset}
    return read & set(datasets())


def _after_families() -> list[str]:
    """The marts that read those that are computed from a checkpoint on, in order."""
    found: list[str] = []
    for mart in marts().values():
        if mart.recompute == "all" and any(
            name in found or (name in marts() and marts()[name].recompute in ROLES)
            for name in mart.reads
        ):
            found.append(mart.name)
    return found


def _stale(changed: Changes, rejecting: Collection[str]) -> list[Mart]:
    """A mart that reads `rejects` goes by those of the datasets that it reads."""
    touched = {name for name, days in changed.items() if days}
    stale = []
    for mart in marts().values():
        also = rejecting if "rejects" in mart.reads else ()
        if touched.union(also) & set(mart.reads):
            touched.add(mart.name)
            stale.append(mart)
    return stale


def _compute_days(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    dataset: Dataset,
    chain: list[Mart],
    files: list[LakeFile],
    maker: Maker,
) -> None:
    """The chain's rows of the days of `files`, computed beside the database file: by a cluster
    that makes them, else batch by batch.

    The workers see what was committed before this build, so that such marts read nothing but
    their dataset and each other.
    """
    with connection.cursor() as cursor:  # a transaction writes to one database only
        cursor.execute("attach if not exists ':memory:' as computed")
        for mart in chain:
            stored = f'"{_file(connection)}".{mart.name}'
            cursor.execute(f"create or replace table computed.{mart.name} as from {stored} limit 0")
        maker.lake(dataset, files)
        if _made(connection, cursor, chain, maker):
            return
    batches = [views.view_sql("create temp view", dataset, data, f) for f in _batches(files)]

    def compute(view: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(view)
            for mart in chain:
                if any(mart.name in later.reads for later in chain):
                    cursor.execute(f"create temp table {mart.name} as {mart.definition}")
                    cursor.execute(f"insert into computed.{mart.name} from temp.{mart.name}")
                else:
                    cursor.execute(f"insert into computed.{mart.name} {mart.definition}")

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(compute, batches))


def _made(
    connection: duckdb.DuckDBPyConnection,
    cursor: duckdb.DuckDBPyConnection,
    chain: list[Mart],
    maker: Maker,
) -> bool:
    """Does the maker compute a chain of marts, which stand in front while others are made?"""
    try:
        for mart in chain:
            made = maker.rows(connection, mart)
            if not made.is_stored:
                return False
            cursor.execute(f"insert into computed.{mart.name} {made.sql}")
            maker.put(connection, mart.name, made.sql)
    finally:
        for mart in chain:
            maker.drop(mart.name)
    return True


def _replace_days(
    connection: duckdb.DuckDBPyConnection, chain: list[Mart], days: Collection[dt.date]
) -> None:
    """Put what was computed of these days into the database file."""
    for mart in chain:
        connection.execute(f"delete from {mart.name} where day = any(?)", [sorted(days)])
        connection.execute(f"insert into {mart.name} from computed.{mart.name}")


def _file(connection: duckdb.DuckDBPyConnection) -> str:
    """The name of the database in use."""
    row = connection.execute("select current_database()").fetchone()
    assert row is not None
    return str(row[0])


def _batches(files: list[LakeFile]) -> Iterable[list[LakeFile]]:
    """Whole days in order, in groups large enough to be worth their statements."""
    batch: list[LakeFile] = []
    held = 0
    for _, same_day in groupby(files, key=lambda file: file.day):
        day = list(same_day)
        count = sum(file.rows for file in day)
        if batch and held + count > BATCH_ROWS:
            yield batch
            batch, held = [], 0
        batch += day
        held += count
    if batch:
        yield batch
