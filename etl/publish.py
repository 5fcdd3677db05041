"""The next generation: built beside the current one, checked, and made current by one rename."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from etl import checkpoints, ledger, marts, parts, stores
from etl.datasets import datasets
from etl.disk import replace, sync
from etl.maker import IN_DATABASE, Maker
from etl.mart import marts as all_marts
from etl.storage import COUNTER, Storage
from warehouse import Settings, metrics
from warehouse.catalog import creation_order
from warehouse.database import STORAGE_VERSION, attached

KEPT = 5


def definitions(settings: Settings) -> str:
    """A digest of everything that shapes a generation: datasets, ledger, marts and metrics, and
    where the lake lies, since its views name the files."""
    place = settings.data_url or settings.data.resolve()  # a working copy moves the views itself
    digest = hashlib.sha256(os.fsencode(place))
    for metric in metrics().values():
        digest.update(metric.sql.encode())
    for mart in all_marts().values():
        digest.update(mart.definition.encode())
    digest.update(ledger.SCHEMA.encode() + STORAGE_VERSION.encode())
    digest.update(parts.SCHEMA.encode() + checkpoints.SCHEMA.encode() + stores.SCHEMA.encode())
    for dataset in datasets().values():
        columns = [(column.name, column.field.sql_type) for column in dataset.columns]
        digest.update(repr((dataset.name, dataset.day_column, columns)).encode())
    return digest.hexdigest()


def build(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    storage: Storage,
    current: Path,
    folders: list[Path],
    changed: marts.Changes,
    rejecting: Collection[str],
    maker: Maker = IN_DATABASE,
) -> Path:
    """The current generation plus the loads in `folders`, the `changed` days computed anew, and
    what rests on rejected rows of the datasets in `rejecting`.

    Returns the staged file: closed, checkpointed and synced.
    """
    path = _staged_path(settings)
    shutil.copyfile(current, path)
    with _finished(connection, path, settings, after_load=True):
        connection.begin()
        ledger.append(connection, folders)
        ledger.settle(connection, folders)
        root = _parts(settings, storage, path)
        marts.recompute(connection, settings.data, root, changed, rejecting, maker)
    return path


def rebuild(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    storage: Storage,
    maker: Maker = IN_DATABASE,
    *,
    after_load: bool = False,
) -> Path:
    """The next generation, made only from the lake and its ledger, right after a load or not;
    returns the staged file."""
    path = _staged_path(settings)
    path.unlink(missing_ok=True)
    storage.ledgers()
    root = _parts(settings, storage, path)
    rebuild_as(connection, path, settings, root, maker, after_load=after_load)
    return path


def _parts(settings: Settings, storage: Storage, path: Path) -> Path:
    """Where a staged generation's parts of marts are written."""
    return settings.data / parts.FOLDER / f"{path.stem}{storage.token()}"


def rebuild_as(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    settings: Settings,
    root: Path,
    maker: Maker = IN_DATABASE,
    *,
    after_load: bool = False,
) -> None:
    """A generation made only from the lake and its ledger, as a new file at `path`, with the parts
    of marts below `root`."""
    with _finished(connection, path, settings, after_load):
        ledger.create(connection)
        folders = ledger.folders(settings.lake)
        ledger.append(connection, folders)
        ledger.settle(connection, folders)
        rows = connection.execute(
            "select dataset, list(distinct day) from parquet_files group by 1"
        )
        changed = {dataset: frozenset(days) for dataset, days in rows.fetchall()}
        marts.create(connection, settings.data)
        connection.begin()
        marts.recompute(connection, settings.data, root, changed, datasets(), maker)
        for metric in creation_order():
            connection.execute(metric.sql)


def _staged_path(settings: Settings) -> Path:
    settings.staging.mkdir(parents=True, exist_ok=True)
    return settings.staging / f"{newest_number(settings) + 1:06d}.duckdb"


@contextmanager
def _finished(
    connection: duckdb.DuckDBPyConnection, path: Path, settings: Settings, after_load: bool
) -> Iterator[None]:
    """Use a staged generation; afterwards it is checkpointed, closed and synced.

    What is done after `begin` is committed, and waits for the disk, once.
    """
    with attached(connection, path):
        yield
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        connection.execute("delete from generation")
        connection.execute(
            "insert into generation values (?, ?, ?)", [int(path.stem), now, definitions(settings)]
        )
        if after_load:
            newest = "select max(load_id), ?::timestamp from loads"
            connection.execute(f"insert into publications {newest}", [now])
        connection.commit()
        connection.execute("checkpoint")
    if path.with_name(path.name + ".wal").exists():
        raise RuntimeError(f"{path.name} was not checkpointed: a .wal is left beside it")
    sync(path)


def publish(
    connection: duckdb.DuckDBPyConnection, settings: Settings, storage: Storage, staged: Path
) -> int:
    """Make a built generation the current one, and delete what no kept one names; returns its
    number. `connection` is to a database in memory. Raises Overtaken."""
    storage.commit(connection, staged)
    settings.generations.mkdir(parents=True, exist_ok=True)
    final = settings.generations / staged.name
    replace(_counter(settings), final.stem.encode(), durable=False)
    os.rename(staged, final)
    sync(settings.generations)
    fresh = settings.data / "warehouse.duckdb.next"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path(settings.generations.name) / final.name)
    os.rename(fresh, settings.warehouse)
    sync(settings.data)
    for old in generations(settings)[:-KEPT]:
        old.unlink()
    with suppress(duckdb.Error, OSError):  # it is published; the next one tries again
        parts.drop_unlisted(connection, settings.data, generations(settings))
    return int(final.stem)


def generations(settings: Settings) -> list[Path]:
    """The generation files, oldest first."""
    return sorted(
        p for p in settings.generations.glob("*.duckdb") if re.fullmatch(r"\d{6,}", p.stem)
    )


def newest_number(settings: Settings) -> int:
    """The number of the newest generation that ever was, 0 before the first.

    It is noted beside them, since readers and reports know a generation by its number: when all
    are lost, no other one may come to the same number.
    """
    noted = 0
    with suppress(OSError, ValueError):
        noted = int(_counter(settings).read_text("ascii"))
    return max([noted, *(int(path.stem) for path in generations(settings))])


def _counter(settings: Settings) -> Path:
    return settings.data / COUNTER
