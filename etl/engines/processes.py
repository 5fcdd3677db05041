"""Tasks in a pool of processes on this machine: for work that one Python holds up."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from types import TracebackType

from etl.plan import File, Load, tasks
from etl.progress import Progress
from etl.take import Taken, take

SHARES = 2  # tasks a worker, so that one that is done early is not idle
MEMORY = 2.0  # gigabytes for all workers together


class Processes:
    """An engine of so many worker processes, each with one thread of DuckDB."""

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        spawn = multiprocessing.get_context("spawn")  # a fork would copy locks and threads
        self._pool = ProcessPoolExecutor(
            self._workers, mp_context=spawn, initializer=_follow_parent
        )

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _value: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=kind is not None)

    def take(
        self, load: Load, files: Sequence[File], first: int, progress: Progress
    ) -> Iterator[Taken]:
        lines = sum(file.scan.lines for file in files)
        most = lines // (self._workers * SHARES) + 1
        memory = f"{MEMORY / self._workers:.1f}GB"
        futures = {
            self._pool.submit(take, task, memory=memory, threads=1): task
            for task in tasks(load, files, first, most)
        }
        for future in as_completed(futures):
            for file in futures[future].files:
                progress.parsed(file.arrival.path, file.scan.stored_bytes, file.scan.lines)
            yield future.result()


def _follow_parent() -> None:
    """End with the process that started this one, also where that one was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
