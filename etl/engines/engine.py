"""What the loader asks of an engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from etl.plan import File, Load
from etl.progress import Progress
from etl.take import Taken


class Engine(Protocol):
    """Runs `take` over many files; whatever it raises, nothing was published."""

    def take(
        self, load: Load, files: Sequence[File], first: int, progress: Progress
    ) -> Iterator[Taken]:
        """Take the files, as tasks numbered from `first`; one manifest for each, in any order."""
        ...
