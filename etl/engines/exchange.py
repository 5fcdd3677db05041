"""How tasks come to the workers of a cluster, and what they wrote comes back: through a folder that
all see or, where the data lies in a bucket, through that bucket."""

from __future__ import annotations

import pickle
import secrets
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from etl.engines.worker import Done, Far
from etl.plan import Task
from etl.take import Taken, take
from etl.time_columns import TIME_COLUMN_FILE
from warehouse import Settings
from warehouse.bucket import Bucket, BucketError, side_by_side

STAGING = "staging"  # below it nothing is named by a commit, so that a sweep removes what stays


class Exchange(Protocol):
    """What the loader and the workers both reach."""

    def put(self, folder: Path, due: Sequence[object]) -> str:
        """Store tasks as `0.pickle` and so on; gives where the workers find them. `folder` is one
        of the loader's. They are never together with those of another run, whose late attempts
        then find none."""
        ...

    def taken(self, task: Task, done: Done) -> Taken:
        """What the attempt that returned wrote, once the loader has it."""
        ...

    def clear(self) -> None:
        """Remove what is there, as far as that can be done; raises nothing."""
        ...


class Shared:
    """The folder is one that all see."""

    def put(self, folder: Path, due: Sequence[object]) -> str:
        return str(_stored(folder, due))

    def taken(self, task: Task, done: Done) -> Taken:
        return done.taken

    def clear(self) -> None:
        """It goes with the folder."""


class InBucket:
    """Tasks and what attempts wrote are objects beside the data."""

    def __init__(self, settings: Settings) -> None:
        assert settings.data_url is not None
        self._data = settings.data_url.rstrip("/")
        self._incoming = settings.incoming_url
        self._place: Bucket | None = None
        self._used: list[Bucket] = []

    def put(self, folder: Path, due: Sequence[object]) -> str:
        stored = _stored(folder, [self._far(task) for task in due if isinstance(task, Task)])
        self._place = Bucket(f"{self._data}/{STAGING}/{stored.name}")
        self._used.append(self._place)
        place = self._place
        side_by_side(lambda path: place.put(path, path.name), stored.iterdir())
        return place.url

    def _far(self, task: Task) -> Far:
        if self._incoming is None:
            return Far(task)
        beside = {file.arrival.file.parent for file in task.files}
        named = {folder.name: folder / TIME_COLUMN_FILE for folder in beside}
        texts = {name: path.read_bytes() for name, path in named.items() if path.is_file()}
        return Far(task, self._incoming, texts)

    def taken(self, task: Task, done: Done) -> Taken:
        """Where objects are others by now, their bytes are still here: it is done here."""
        if done.packed is None:
            return take(task)
        assert self._place is not None
        folder = task.load.folder / Path(done.packed.key).stem
        packed = folder.with_suffix(".tar")
        self._place.fetch(done.packed.key, done.packed.sha256, packed)
        with tarfile.open(packed) as content:
            content.extractall(folder, filter="data")
        packed.unlink()
        return replace(done.taken, folder=folder)

    def clear(self) -> None:
        for place in self._used:
            with suppress(BucketError):
                place.delete(one.key for one in place.objects())


def of(settings: Settings) -> Exchange:
    """The one for where the data lies."""
    return InBucket(settings) if settings.data_url else Shared()


def _stored(below: Path, due: Sequence[object]) -> Path:
    folder = below / f"tasks-{secrets.token_hex(4)}"
    folder.mkdir()
    for number, task in enumerate(due):
        (folder / f"{number}.pickle").write_bytes(pickle.dumps(task))
    return folder
