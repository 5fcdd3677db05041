"""A file while it is being received: hidden from the loader, inspected, brought safely to disk."""

from __future__ import annotations

import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from etl import disk
from etl.customers import column_names
from etl.read.header import Unfit
from uploads.errors import Unusable
from uploads.inspection import Inspector

PART = ".upload-{}.part"
FLUSH_BYTES = 8 << 20


class Part:
    """A file being received, under a name that the loader passes over, and locked meanwhile."""

    def __init__(self, incoming: Path, max_bytes: int) -> None:
        incoming.mkdir(parents=True, exist_ok=True)
        self.path = incoming / PART.format(secrets.token_hex(8))
        self.inspector = Inspector(max_bytes)
        self._out = self.path.open("xb")
        if not disk.try_lock(self._out.fileno()):
            self._out.close()
            raise disk.Locked(f"another process holds {self.path.name}, which was just made")
        self._flusher = ThreadPoolExecutor(1)
        self._flushes: list[Future[None]] = []
        self._unflushed = 0

    def write(self, pieces: list[bytes]) -> None:
        """Write and inspect the next bytes. Raises UploadError.

        Now and then what is written goes on to the disk, while more comes in.
        """
        for piece in pieces:
            self.inspector.feed(piece)
            self._out.write(piece)
            self._unflushed += len(piece)
        if self._unflushed >= FLUSH_BYTES:
            self._unflushed = 0
            self._flushes.append(self._flusher.submit(disk.sync_data, self._out))

    def complete(self) -> list[str]:
        """Bring the bytes safely to disk; returns the column names. Raises UploadError."""
        self.inspector.finish()
        try:
            names = column_names(self.inspector.head)
        except Unfit as wrong:
            raise Unusable(f"The file is rejected: {wrong}.") from wrong
        for flush in self._flushes:  # the kernel tells of a failure only once
            flush.result()
        disk.sync_open(self._out)
        return names

    def discard(self) -> None:
        """Leave nothing behind; after a delivery there is nothing to leave."""
        self._flusher.shutdown(cancel_futures=True)
        self.path.unlink(missing_ok=True)
        with suppress(OSError):  # a full disk has no room for what is still buffered
            self._out.close()
