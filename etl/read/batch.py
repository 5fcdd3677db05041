"""Small files of one form, parsed by one statement: each statement costs more than their rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from etl.arrivals import Arrival
from etl.read.scan import Scan, Unreadable
from etl.read.source import Source, Unreconciled
from etl.read.stage import Staging

MOST_FILES = 200
MOST_BYTES = 16_000_000


class Read(NamedTuple):
    """A file that was taken up: where it lies, what its bytes say and how they are read."""

    arrival: Arrival
    scan: Scan
    source: Source


@dataclass(slots=True)
class Batch:
    """Files that wait to be staged together; a large one waits alone."""

    reads: list[Read] = field(default_factory=list)
    bytes: int = 0

    def fits(self, read: Read) -> bool:
        return not self.reads or (
            len(self.reads) < MOST_FILES
            and self.bytes + read.scan.stored_bytes <= MOST_BYTES
            and self.reads[0].source.form == read.source.form
        )

    def add(self, read: Read) -> None:
        self.reads.append(read)
        self.bytes += read.scan.stored_bytes

    def stage(self, staging: Staging) -> list[tuple[Read, Exception | None]]:
        """Each file with why it could not be staged, if so; one by one where one spoils it."""
        sources = [read.source for read in self.reads]
        if len(sources) > 1 and not _failure(staging, sources):
            return [(read, None) for read in self.reads]
        return [(read, _failure(staging, [read.source])) for read in self.reads]


def _failure(staging: Staging, sources: list[Source]) -> Exception | None:
    try:
        staging.add(sources)
    except (Unreadable, Unreconciled, OSError) as wrong:
        return wrong
    return None
