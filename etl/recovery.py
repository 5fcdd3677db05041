"""The folder that a run works in, and what is done about one that a crash left behind."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from etl import lake, ledger, parts, publish
from etl.disk import sync
from warehouse import Settings
from warehouse.database import attached

# Folders in which workers write or read: of attempts, tasks and marts, which nobody else names.
_OF_WORKERS = re.compile(r"(\d{5,}|tasks|marts)-[0-9a-f]{8}")


@contextmanager
def staging_folder(
    settings: Settings, say: Callable[[str], None] = lambda _: None
) -> Iterator[Path]:
    """The folder of one run; a run that did not finish leaves it for the next to notice, and so
    does one where an attempt at a task, which nobody waits for, still writes on a cluster."""
    folder = settings.staging
    (folder / "spill").mkdir(parents=True, exist_ok=True)
    sync(settings.data)
    yield folder
    if stays := _remove(folder):  # it is published
        say(f"{', '.join(map(str, stays))} cannot be removed now: the next load tries again")


@contextmanager
def scratch_folder(settings: Settings) -> Iterator[Path]:
    """An empty folder for what is thrown away; one that a crash left is removed."""
    folder = _scratch(settings)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _scratch(settings: Settings) -> Path:
    return settings.data / "scratch"


def drop_removed(
    connection: duckdb.DuckDBPyConnection, settings: Settings, removed: Iterable[tuple[str, int]]
) -> None:
    """Delete what was taken out of the lake, and by which load, once no generation that is kept
    names it."""
    left = {path: load_id for path, load_id in removed if (settings.data / path).exists()}
    if not left:
        return
    oldest, *_ = publish.generations(settings)
    with attached(connection, oldest, read_only=True):
        row = connection.execute("select coalesce(max(load_id), 0) from loads").fetchone()
    assert row is not None
    for path, load_id in left.items():
        if load_id <= row[0]:
            (settings.data / path).unlink()


def clear_interrupted(
    connection: duckdb.DuckDBPyConnection, settings: Settings, committed: int | None
) -> None:
    """Remove what an interrupted run left: its staging folder and files that no ledger names.

    `committed` is the newest load that was published. Where that cannot be known (None), every
    load whose ledger folder is complete counts: its files were in place before that folder was.
    """
    shutil.rmtree(_scratch(settings), ignore_errors=True)
    if not settings.staging.exists():
        return
    folders = ledger.folders(settings.lake)
    kept = [f for f in folders if committed is None or int(f.name) <= committed]
    for folder in folders[len(kept) :]:
        shutil.rmtree(folder)
    for path in lake.unlisted(settings.lake, ledger.listed(connection, kept)):
        path.unlink()
    with suppress(duckdb.Error, OSError):  # a broken generation; the next publish tries again
        parts.drop_unlisted(connection, settings.data, publish.generations(settings))
    for path in _remove(settings.staging):
        if not _OF_WORKERS.fullmatch(path.name):
            raise OSError(f"{str(path)!r}, which an interrupted run left, cannot be removed")


def _remove(folder: Path) -> list[Path]:
    """Remove a folder; what of it cannot be, since others write there."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(FileNotFoundError):
        return sorted(folder.iterdir())
    return []
