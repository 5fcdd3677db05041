"""What the loader asks of an engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from etl.arrivals import Arrival
from etl.plan import File, Load
from etl.progress import Progress
from etl.read.scan import Scan
from etl.take import Taken


class Engine(Protocol):
    """Runs `scan` and `take` over many files; whatever it raises, nothing was published."""

    def scan(self, arrivals: Sequence[Arrival], progress: Progress) -> Iterable[Scan | OSError]:
        """What the bytes of each file say, in the order given; OSError for one that cannot be
        opened now: gone, or not ours to read."""
        ...

    def take(
        self, load: Load, files: Sequence[File], first: int, progress: Progress
    ) -> Iterator[Taken]:
        """Take the files, as tasks numbered from `first`; one manifest for each, in any order."""
        ...
