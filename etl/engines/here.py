"""Tasks one after the other in this process, by the connection that the run has already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import duckdb

from etl.arrivals import Arrival
from etl.plan import MOST_LINES, File, Load, tasks
from etl.progress import Progress
from etl.read.scan import Scan, scan
from etl.take import Taken, take

HASHERS = 2


class Here:
    """The engine for what one process can do at once: DuckDB itself uses every core."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def scan(self, arrivals: Sequence[Arrival], progress: Progress) -> Iterable[Scan | OSError]:
        def scanned(arrival: Arrival) -> Scan | OSError:
            try:
                return scan(arrival.file, progress.hashed)
            except OSError as wrong:
                return wrong

        with ThreadPoolExecutor(HASHERS) as pool:
            yield from pool.map(scanned, arrivals)

    def take(
        self, load: Load, files: Sequence[File], first: int, progress: Progress
    ) -> Iterator[Taken]:
        for task in tasks(load, files, first, MOST_LINES):
            yield take(task, progress, connection=self._connection)
