"""Where tasks run: in this process, in a pool of processes where there is enough to do, or on a
cluster where the user names one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import duckdb

from etl.arrivals import Arrival
from etl.engines.engine import Engine
from etl.engines.here import Here
from etl.maker import IN_DATABASE, Maker
from etl.plan import New
from etl.progress import Progress
from etl.read.scan import Scan
from etl.recovery import scratch_folder
from warehouse import Settings

__all__ = ["Engine", "Here", "chosen", "maker", "scan"]

# Text that Python writes anew keeps one core busy: from here on two processes are faster by more
# than their start costs (50 MB of it in four files: 5.1 s here, 3.8 s in two; plain text: no gain).
ODD_BYTES = 32_000_000
# Text that one machine looks at in about a second; a cluster takes as long to be asked.
FAR_BYTES = 1 << 30


def scan(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    arrivals: Sequence[Arrival],
    progress: Progress,
    remote: str | None,
) -> Iterator[Scan | OSError]:
    """Look at files, by the cluster at the address `remote` where there is much to read and it can.
    Raises ClusterFailed."""
    size = sum(arrival.bytes for arrival in arrivals)
    if not remote or settings.data_url or settings.incoming_url or size < FAR_BYTES:
        yield from Here(connection).scan(arrivals, progress)
        return
    from etl.engines.spark import Spark  # an optional extra

    with Spark(remote) as spark, scratch_folder(settings) as folder:
        yield from spark.scan(folder, arrivals, progress)


@contextmanager
def maker(
    settings: Settings, remote: str | None, say: Callable[[str], None] = print
) -> Iterator[Maker]:
    """Who computes marts: the cluster at the address `remote`, if it can read the lake, or the
    loader's own database. Raises ClusterFailed."""
    if not remote or settings.data_url:
        yield IN_DATABASE
        return
    from etl.engines.server import shown  # an optional extra
    from etl.engines.spark_maker import SparkMaker

    with SparkMaker(remote, settings.data, settings.staging) as there:
        yield there
    if there.marts:
        say(f"{there.marts} marts computed at {shown(remote)} from {there.bytes / 1e6:,.1f} MB")


@contextmanager
def chosen(
    connection: duckdb.DuckDBPyConnection, settings: Settings, new: New, remote: str | None = None
) -> Iterator[Engine]:
    """The engine at the address `remote`, or the local one that suits these files; `connection` is
    that of the run. Raises ClusterFailed."""
    if remote and new:
        from etl.engines import exchange
        from etl.engines.spark import Spark  # an optional extra

        with Spark(remote, exchange.of(settings)) as spark:
            yield spark
        return
    odd = [scan.stored_bytes for _, scan in new if scan.has_odd_bytes]
    cores = os.cpu_count() or 1
    if cores > 1 and sum(odd) - max(odd, default=0) >= ODD_BYTES // 2:
        from etl.engines.processes import Processes  # multiprocessing, which few loads need

        with Processes(min(cores, len(odd))) as processes:
            yield processes
    else:
        yield Here(connection)
