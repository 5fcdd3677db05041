"""Where uploads land: received under a hidden name, delivered to a customer's folder by a rename.

An upload's id holds all that is needed to find it again: `<customer>.<instant>-<random>`, its file
being `customers/<customer>/<instant>-<random>[.again].csv[.gz|.zst]`.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from etl import disk
from etl.customers import ID, column_names, same
from etl.read.header import Unfit
from etl.read.scan import HEAD_BYTES
from etl.time_columns import (
    TIME_COLUMN_FILE,
    forget_time_column,
    name_time_column,
    named_time_column,
)
from etl.unread import is_read
from uploads.errors import (
    FileInTheWay,
    OtherColumns,
    OtherTimeColumn,
    UnknownUpload,
    Unusable,
    UploadError,
)
from uploads.inspection import Inspector
from uploads.part import PART, Part
from warehouse import Generation, NoGeneration, Settings, metric, open_generation
from warehouse.bucket import Bucket, BucketError

LIMIT = "FLEETPULSE_MAX_UPLOAD_MB"

_NAME = r"(?P<name>\d{8}T\d{12}Z-[0-9a-f]{16})"
_UPLOAD_ID = re.compile(rf"(?P<customer>{ID})\.{_NAME}", re.ASCII)
_FILE = re.compile(rf"customers/{ID}/{_NAME}(\.again)?\.csv(\.gz|\.zst)?", re.ASCII)
_ENDINGS = [f"{again}.csv{suffix}" for again in ("", ".again") for suffix in ("", ".gz", ".zst")]


class Founded(BaseModel):
    """What a customer's first file fixed, and what may be wrong with that."""

    columns: list[str]
    time_column: str | None
    remarks: list[str]


class Upload(BaseModel):
    """What became of an upload; rows are known once it is no longer `pending`. `founded` tells what
    the file fixed, if it is the customer's first."""

    upload_id: str
    customer_id: str
    status: str = "pending"
    rows_read: int | None = None
    rows_loaded: int | None = None
    rows_rejected: int | None = None
    reason: str | None = None
    path: str
    founded: Founded | None = None


class Table(NamedTuple):
    """What later files have to fit. `is_loaded`: the loader has fixed the time column too."""

    columns: list[str]
    time_column: str | None
    is_loaded: bool
    founded_by: str | None = None
    remarks: Sequence[str] = ()


class Inbox:
    """Receives files, delivers them to customers' folders and knows the fate of each.

    Raises ValueError where the environment's limit is no number.
    """

    def __init__(self, settings: Settings) -> None:
        self.max_bytes = int(float(os.environ.get(LIMIT) or 100) * (1 << 20))
        self._settings = settings
        # Where files arrive in a bucket, this is where they wait to be put there and loaded.
        self._incoming = settings.data / "inbox" if settings.incoming_url else settings.incoming
        self._bucket = Bucket(settings.incoming_url) if settings.incoming_url else None
        self._delivering = threading.Lock()
        self._newest = dt.datetime.min

    def clean(self) -> None:
        """Remove the parts that a killed process left, of which those of a living one are locked,
        and what was put into a bucket and is loaded."""
        for part in self._incoming.glob(PART.format("*")):
            with suppress(OSError), part.open("rb") as held:
                if disk.try_lock(held.fileno()):
                    part.unlink()
        self._forget_loaded()

    def _forget_loaded(self) -> None:
        """Remove the copies of what is loaded from a bucket."""
        if self._bucket:
            fates = self._fates()
            for file in self._incoming.glob("customers/*/*.csv*"):
                if file.relative_to(self._incoming).as_posix() in fates:
                    file.unlink(missing_ok=True)

    def has_undelivered(self) -> bool:
        """Are there uploads that the loader has not taken yet?"""
        fates = self._fates()
        found = self._incoming.glob("customers/*/*.csv*")
        paths = (path.relative_to(self._incoming).as_posix() for path in found)
        return any(_FILE.fullmatch(path) and path not in fates for path in paths)

    def receive(self) -> Part:
        """A new part to write to."""
        return Part(self._incoming, self.max_bytes)

    def deliver(
        self, part: Part, customer_id: str, names: list[str], time_column: str | None, again: bool
    ) -> Upload:
        """Put a complete file into its customer's folder, safely on disk when this returns.

        Raises OtherColumns and OtherTimeColumn where the customer's table has others, Unusable for
        a time column that the file does not have, FileInTheWay, and BucketError where the bucket
        that files arrive in does not take it.
        """
        if time_column is not None and time_column.lower() not in map(str.lower, names):
            listed = ", ".join(names)
            raise Unusable(f"The time column {time_column!r} is not among the columns {listed}.")
        folder = self._incoming / "customers" / customer_id
        with self._delivering:
            self._forget_loaded()
            named = named_time_column(folder)
            known = self._known_table(customer_id, folder)
            if known is not None:
                _check_fits(customer_id, known, names, time_column)
                if known.is_loaded and known.time_column is None:
                    self._settle_name(customer_id, folder, time_column)
            _make(folder)
            if known is None or (time_column and known.time_column is None):
                name_time_column(folder, time_column)
            name = f"{self._stamp()}-{secrets.token_hex(8)}"
            ending = f"{'.again' if again else ''}.csv{part.inspector.suffix}"
            path = folder / (name + ending)
            os.rename(part.path, path)
            disk.sync(folder)
            if self._bucket:
                self._put(self._bucket, path, named)
        return Upload(
            upload_id=f"{customer_id}.{name}",
            customer_id=customer_id,
            path=path.relative_to(self._incoming).as_posix(),
        )

    def _put(self, bucket: Bucket, path: Path, named: str | None) -> None:
        """Put a file into the bucket, after what it says of its time column. Raises BucketError;
        then nothing is kept."""
        beside = path.parent / TIME_COLUMN_FILE
        try:
            if named_time_column(path.parent) != named:
                if beside.exists():
                    self._put_file(bucket, beside)
                else:
                    bucket.delete([beside.relative_to(self._incoming).as_posix()])
            self._put_file(bucket, path)
        except BucketError:
            path.unlink()
            raise

    def _put_file(self, bucket: Bucket, path: Path) -> None:
        key = path.relative_to(self._incoming).as_posix()
        bucket.put(path, key)

    def _settle_name(self, customer_id: str, folder: Path, time_column: str | None) -> None:
        """See that a time column that is named now is not that of files that came before.

        Raises OtherTimeColumn where one that waits was sent with another, or with none.
        """
        if not self._waits(folder):
            forget_time_column(folder)
        elif time_column and time_column.lower() != (named_time_column(folder) or "").lower():
            raise OtherTimeColumn(
                f"Another file of customer {customer_id}, which did not name {time_column!r} as "
                "its time column, waits to be loaded; nothing was appended. Send this again when "
                "that is done.",
                {"time_column": named_time_column(folder)},
            )

    def _waits(self, folder: Path) -> list[Path]:
        """The files of a customer that the loader has not taken yet."""
        fates = self._fates()
        found = sorted(path for path in folder.glob("*") if is_read(path.name))
        root = self._incoming
        return [path for path in found if path.relative_to(root).as_posix() not in fates]

    def fate(self, upload_id: str) -> Upload:
        """What became of an upload. Raises UnknownUpload."""
        if (parts := _UPLOAD_ID.fullmatch(upload_id)) is None:
            raise UnknownUpload
        customer_id, name = parts["customer"], parts["name"]
        fates = self._fates()
        for path in (f"customers/{customer_id}/{name}{ending}" for ending in _ENDINGS):
            if path in fates or (self._incoming / path).exists():
                return Upload(
                    upload_id=upload_id,
                    customer_id=customer_id,
                    path=path,
                    founded=self._founded(customer_id, path),
                    **fates.get(path, {}),
                )
        raise UnknownUpload

    def _founded(self, customer_id: str, path: str) -> Founded | None:
        """What a file fixed for its customer; None where another one did, or none as yet."""
        with suppress(NoGeneration):
            table = _tables(open_generation(self._settings)).get(customer_id)
            if table and table.founded_by == path:
                return Founded(
                    columns=table.columns,
                    time_column=table.time_column,
                    remarks=list(table.remarks),
                )
        return None

    def _stamp(self) -> str:
        """The instant, later than every one before: the loader goes by the names."""
        self._newest = max(
            dt.datetime.now(dt.UTC).replace(tzinfo=None),
            self._newest + dt.timedelta(microseconds=1),
        )
        return f"{self._newest:%Y%m%dT%H%M%S%f}Z"

    def _known_table(self, customer_id: str, folder: Path) -> Table | None:
        """A customer's table, or what the first file that waits for the loader is to found."""
        with suppress(NoGeneration):
            table = _tables(open_generation(self._settings)).get(customer_id)
            if table is not None:
                return table
        for file in self._waits(folder):
            with suppress(Unfit, UploadError, OSError):
                return Table(column_names(_head(file)), named_time_column(folder), False)
        return None

    def _fates(self) -> dict[str, dict[str, Any]]:
        try:
            return _file_fates(open_generation(self._settings))
        except (NoGeneration, BucketError):
            return {}


@lru_cache(maxsize=2)
def _tables(generation: Generation) -> dict[str, Table]:
    return {
        row["customer_id"]: Table(
            row["columns"], row["time_column"], True, row["founded_by"], row["remarks"] or ()
        )
        for row in metric("customers", generation=generation).to_pylist()
        if row["columns"] is not None
    }


@lru_cache(maxsize=2)
def _file_fates(generation: Generation) -> dict[str, dict[str, Any]]:
    """What the ledger says of every file in the customers folder, by its path."""
    columns = ["path", "status", "reason", "rows_read", "rows_loaded", "rows_rejected"]
    rows = metric("file_history", generation=generation).select(columns).to_pylist()
    return {row.pop("path"): row for row in rows if row["path"].startswith("customers/")}


def _head(file: Path) -> bytes:
    """The first bytes of a file's text."""
    inspector = Inspector(max_bytes=sys.maxsize)
    with file.open("rb") as stored:
        while len(inspector.head) < HEAD_BYTES and (piece := stored.read(HEAD_BYTES)):
            inspector.feed(piece)
    return inspector.head


def _make(folder: Path) -> None:
    """Make a customer's folder and see that it outlives a power cut. Raises FileInTheWay."""
    for path in (folder.parent, folder):
        try:
            disk.make_folder(path)
        except FileExistsError as wrong:
            raise FileInTheWay(
                f"Where the folder of customer {folder.name} belongs, a file lies in the way: "
                f"{path.name!r} in the incoming folder; nothing was kept."
            ) from wrong


def _check_fits(customer_id: str, known: Table, names: list[str], time_column: str | None) -> None:
    """Raise OtherColumns or OtherTimeColumn where a file does not fit the table."""
    if not same(known.columns, names):
        raise _other_columns(customer_id, names, known)
    if time_column is not None and time_column.lower() != (known.time_column or "").lower():
        if known.is_loaded and known.time_column is None:
            return  # it may still be named
        if known.time_column is None:
            raise OtherTimeColumn(
                f"The time column of customer {customer_id} is fixed by its first file, which "
                "waits to be loaded; nothing was appended. Send this again when that is done.",
                {"time_column": None},
            )
        raise OtherTimeColumn(
            f"The time column of customer {customer_id} is {known.time_column!r}, which is fixed, "
            f"and cannot become {time_column!r}; nothing was appended.",
            {"time_column": known.time_column},
        )


def _other_columns(customer_id: str, names: list[str], known: Table) -> OtherColumns:
    whose = "table" if known.is_loaded else "first file, which waits to be loaded,"
    return OtherColumns(
        f"The file's columns are {', '.join(names)}, but the {whose} of customer {customer_id} "
        f"has {', '.join(known.columns)}; nothing was appended.",
        {"file_columns": names, "table_columns": known.columns},
    )
