"""The published DuckDB files: which one is current, and reading it.

A generation is immutable. Readers resolve the symlink once, open the real file read-only and
never wait for a writer; a page asks all its questions of one generation.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse import working_copy
from warehouse.commands import command
from warehouse.database import connect, is_locked
from warehouse.errors import NoGeneration, QueryFailed, WarehouseError, WarehouseLocked
from warehouse.settings import Settings

if TYPE_CHECKING:  # the loader imports this package and has no use for pyarrow
    import pyarrow as pa

PATIENCE_SECONDS = 60
DAYS_ONE_BY_ONE = 3


def current_path(settings: Settings) -> Path:
    """The real path of the current generation, which is followed where it lies in a bucket.

    Raises NoGeneration when nothing was published, BucketError where nothing can be fetched.
    """
    if settings.data_url:
        working_copy.follow(settings)
    return local_path(settings)


def local_path(settings: Settings) -> Path:
    """The same without asking any bucket."""
    link = settings.warehouse
    try:
        return link.resolve(strict=True)
    except OSError as gone:
        raise NoGeneration(
            f"Nothing has been loaded into {settings.data_place!r} yet: "
            f"run `{' '.join(command('load'))}`."
        ) from gone


class Generation:
    """One published file, open read-only; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._data = path.parents[1]
        self.number = int(path.stem)
        try:
            self._connection = connect(path, read_only=True)
        except duckdb.Error as broken:
            if is_locked(broken):
                raise WarehouseLocked(path, broken) from broken
            raise QueryFailed(
                f"{path.name} cannot be read ({broken}). The lake still holds every row: "
                f"run `{' '.join(command('verify'))} --repair`."
            ) from broken

    def query(self, sql: str, parameters: dict[str, Any] | None = None) -> pa.Table:
        """Run one statement with bound values. Raises QueryFailed with the database's own words."""
        for attempt in count():
            cursor = self._connection.cursor()
            try:
                return cursor.execute(sql, parameters or {}).to_arrow_table()
            except duckdb.Error as failed:
                if not self._fetched(str(failed), attempt):
                    raise QueryFailed(str(failed)) from failed
            finally:
                cursor.close()
        raise AssertionError("unreachable")

    def stream(
        self, sql: str, parameters: dict[str, Any] | None = None, batch_rows: int = 65_536
    ) -> pa.RecordBatchReader:
        """The same, rows coming as they are read, so that they are never all in memory.

        Raises QueryFailed now, or while the batches are read, the first of which may take
        PATIENCE_SECONDS.
        """
        import pyarrow as pa

        if working_copy.bucket_of(self._data):  # so that all that is read is here
            self.query(f"select count(*) from ({sql})", parameters)
        cursor = self._connection.cursor()
        patience = _patience(cursor)
        try:
            reader = cursor.sql(sql, params=parameters or {}).to_arrow_reader(batch_rows)
        except duckdb.Error as failed:
            patience.cancel()
            raise QueryFailed(str(failed)) from failed
        return pa.RecordBatchReader.from_batches(reader.schema, _batches(reader, patience))

    def _fetched(self, error: str, attempt: int) -> bool:
        """Were files of the lake fetched that a question could not do without? Those of a day at a
        time, and all of the dataset where that goes on and on.

        Raises QueryFailed where they cannot be fetched.
        """
        path = working_copy.stands_in(error, self._data)
        if path is None:
            return False
        rows = self._connection.cursor().execute(
            "select path, sha256 from parquet_files semi join "
            "(select dataset, day from parquet_files where path = $1) as met "
            "on parquet_files.dataset = met.dataset and ($2 or parquet_files.day = met.day)",
            [path, attempt > DAYS_ONE_BY_ONE],
        )
        files = dict(rows.fetchall())
        try:
            working_copy.fetch(self._data, files)
        except (WarehouseError, OSError) as failed:
            raise QueryFailed(f"the lake cannot be read: {failed}") from failed
        return bool(files)

    def close(self) -> None:
        self._connection.close()


def _patience(cursor: duckdb.DuckDBPyConnection) -> threading.Timer:
    """A clock that interrupts the cursor's statement unless it is cancelled in time."""
    clock = threading.Timer(PATIENCE_SECONDS, cursor.interrupt)
    clock.daemon = True
    clock.start()
    return clock


def _batches(reader: pa.RecordBatchReader, patience: threading.Timer) -> Iterator[pa.RecordBatch]:
    try:
        for batch in reader:
            patience.cancel()
            yield batch
    except (OSError, duckdb.Error) as failed:  # Arrow's stream tells of any failure as OSError
        raise QueryFailed(str(failed)) from failed
    finally:
        patience.cancel()


@lru_cache(maxsize=3)
def _opened(path: Path) -> Generation:
    return Generation(path)


def open_generation(settings: Settings) -> Generation:
    """The current generation, opened once per published file."""
    return _opened(current_path(settings))
