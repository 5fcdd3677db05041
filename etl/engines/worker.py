"""One task on a worker of a cluster: read from where all reach it, done, and told in bytes.

Only the driver and its own workers write and read these pickles, in the data folder or the bucket
of the data, and over the cluster's own connection.
"""

from __future__ import annotations

import pickle
import socket
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from etl import lake
from etl.incoming import Fetched
from etl.plan import File, Task
from etl.read.scan import Scan, scan
from etl.take import Taken, take
from etl.time_columns import TIME_COLUMN_FILE
from warehouse.bucket import Bucket, BucketError, Gone, OtherNow, Stored, is_url, side_by_side

MEMORY = "1GB"  # a task's share of a worker; one thread each


@dataclass(frozen=True, slots=True)
class Done:
    """What an attempt returns: who it was, the manifest, and the files that it could not open,
    with the reasons.

    `packed`: where the data lies in a bucket, what it wrote, as one object beside the task; without
    it objects of incoming are others by now, and nothing was done.
    """

    host: str
    taken: Taken
    closed: dict[str, str] = field(default_factory=dict)
    packed: Stored | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A task to look at some files; `run` returns what was seen, with the worker's name."""

    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Far:
    """A task of a loader that shares no data folder with the worker.

    `incoming` is the URL of the bucket whose objects its files are, if they are; `beside` gives
    what names time columns, by the folders of the loader's copies.
    """

    task: Task
    incoming: str | None = None
    beside: Mapping[str, bytes] = field(default_factory=dict)


def run(where: str, number: int) -> bytes:
    """Do a stored task. Raises OSError or BucketError where that cannot be done on this worker."""
    if is_url(where):
        return pickle.dumps(_run_far(Bucket(where), number))
    found: Task | Look = pickle.loads(Path(where, f"{number}.pickle").read_bytes())
    host = socket.gethostname()
    if isinstance(found, Look):
        return pickle.dumps((host, [_scanned(file) for file in found.files]))
    return pickle.dumps(_done(found))


def _done(task: Task) -> Done:
    closed = dict(_closed(task.files))
    return Done(socket.gethostname(), take(task, memory=MEMORY, threads=1), closed)


def _run_far(place: Bucket, number: int) -> Done:
    try:
        far: Far = pickle.loads(place.get(f"{number}.pickle"))
    except Gone as gone:
        raise BucketError(f"{gone}; loader and workers have to reach one object store") from gone
    with TemporaryDirectory(prefix="fleetpulse-") as root:
        task = replace(far.task, load=replace(far.task.load, folder=Path(root)))
        if far.incoming:
            files = _fetched(far, Path(root, "incoming"))
            if files is None:
                return Done(socket.gethostname(), Taken(Path()))
            task = replace(task, files=files)
        done = _done(task)
        packed = _pack(done.taken.folder)
        place.put(packed, packed.name)
        stored = Stored(packed.name, packed.stat().st_size, lake.sha256(packed))
        return replace(done, packed=stored)


def _fetched(far: Far, folder: Path) -> list[File] | None:
    """The files with their bytes in the folder; None where one has others than the loader saw."""
    assert far.incoming is not None
    bucket = Bucket(far.incoming)
    for name, text in far.beside.items():
        (folder / name).mkdir(parents=True)
        (folder / name / TIME_COLUMN_FILE).write_bytes(text)

    def fetched(file: File) -> File | None:
        arrival = file.arrival
        assert isinstance(arrival, Fetched)
        path = folder / arrival.file.parent.name / arrival.file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        moved = replace(file, arrival=replace(arrival, where=str(path)))
        try:
            if file.part:
                bucket.download(arrival.listed, path, part=(file.part.begin, file.part.end))
                return replace(moved, part=file.part.alone())
            bucket.download(arrival.listed, path)
        except (Gone, OtherNow):
            return None
        if lake.sha256(path) != file.scan.source_id:
            return None
        return moved

    files = side_by_side(fetched, far.task.files)
    return None if None in files else files


def _pack(folder: Path) -> Path:
    """What `take` left in a folder as one file beside it."""
    packed = folder.with_suffix(".tar")
    with tarfile.open(packed, "w") as out:
        for path in sorted(folder.rglob("*.parquet")):  # no text that was written anew to be read
            out.add(path, path.relative_to(folder).as_posix())
    return packed


def _scanned(file: Path) -> Scan | OSError:
    try:
        return scan(file)
    except OSError as wrong:
        return wrong


def _closed(files: Sequence[File]) -> list[tuple[str, str]]:
    found = []
    for file in files:
        try:
            file.arrival.file.open("rb").close()
        except OSError as wrong:
            found.append((file.arrival.path, wrong.strerror or str(wrong)))
    return found
