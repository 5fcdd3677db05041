"""Report jobs: a durable queue (huey) and the threads of this process that work it off.

The queue lives in a SQLite file beside the reports, or in Redis with FLEETPULSE_REDIS_URL set. What
is owed is known from the manifests: a report that says `running` while nobody computes it and the
queue is empty was lost with its process or its queue; it is queued again at start or in a minute.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from etl import disk
from reports import questions
from reports.errors import NotReady, QueueUnreachable, ReportFailed, UnknownReport
from reports.manifests import Manifest, ReportFiles, now
from warehouse import (
    Generation,
    Settings,
    WarehouseError,
    metric,
    metric_stream,
    metrics,
    open_generation,
)
from warehouse.errors import said
from warehouse.export import csv_chunks
from warehouse.metric import lookup

log = logging.getLogger(__name__)

REDIS = "FLEETPULSE_REDIS_URL"
WORKERS = 2
ATTEMPTS = 3
STOP_SECONDS = 5


class Jobs:
    """Takes report requests, computes them in the background and keeps the files."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.files = ReportFiles(settings.data / "reports")
        self._requesting = threading.Lock()

    def start(self) -> None:
        """Start the threads and queue again what an earlier process did not finish."""
        self.files.folder.mkdir(parents=True, exist_ok=True)
        self._queue = _queue(self.files.folder)
        self._enqueue = self._queue.task(name="report")(self._compute)
        self._queue.periodic_task(crontab(), name="look after")(self._look_after)
        self._consumer = _Consumer(
            self._queue,
            workers=WORKERS,
            initial_delay=0.05,
            max_delay=0.25,
            shutdown_timeout=STOP_SECONDS,
        )
        try:
            self._look_after()
        except Exception:
            log.exception("the queue cannot be reached; reports wait until it can")
        self._consumer.start()
        _running.append(self)

    def stop(self) -> None:
        """Stop taking jobs and give those at work a few seconds; the rest is for the next start."""
        _running.remove(self)
        self._consumer.stop(graceful=True)

    def find(self, report_id: str) -> Manifest:
        """The manifest of a report. Raises UnknownReport."""
        manifest = self.files.read(report_id)
        if manifest is None:
            raise UnknownReport
        return manifest

    def finished(self, report_id: str) -> Manifest:
        """The manifest of a report whose file is there. Raises UnknownReport, NotReady and
        ReportFailed."""
        manifest = self.find(report_id)
        if manifest.status == "running":
            raise NotReady
        if manifest.status == "failed":
            raise ReportFailed(manifest.reason)
        return manifest

    def request(self, name: str, params: dict[str, Any], generation: Generation) -> Manifest:
        """The report for a question: the one that exists already, else a new one, queued.

        `params` are checked values. Raises QueueUnreachable.
        """
        plain = {key: _plain(value) for key, value in sorted(params.items())}
        report_id = self.files.report_id(name, plain, generation.number)
        with self._requesting:
            known = self.files.read(report_id)
            if known and known.status != "failed":
                return known
            manifest = Manifest(
                report_id=report_id,
                metric=name,
                params=plain,
                generation=generation.number,
                created_at=now(),
            )
            self.files.write(manifest)
        try:
            self._enqueue(report_id)
        except Exception as wrong:
            log.exception("the queue cannot be reached")
            raise QueueUnreachable from wrong
        return manifest

    def _look_after(self) -> None:
        """Remove old reports, and queue again those that nobody computes nor will."""
        self.files.remove_old()
        if len(self._queue):
            return
        for manifest in reversed(self.files.all()):
            if manifest.status == "running" and not self.files.is_claimed(manifest.report_id):
                self._enqueue(manifest.report_id)

    def _compute(self, report_id: str) -> None:
        """The job: write the report, or the reason why there is none."""
        with self.files.claimed(report_id) as claimed:
            manifest = self.files.read(report_id)
            if not claimed or manifest is None or manifest.status != "running":
                return
            manifest.attempts += 1
            manifest.stage = "computing"
            self.files.write(manifest)
            try:
                if manifest.attempts > ATTEMPTS:
                    raise Interrupted(f"its computation was cut off {ATTEMPTS} times")
                self._write_csv(manifest)
                manifest.status = "completed"
            except WarehouseError as wrong:
                manifest.status, manifest.reason = "failed", said(wrong)
            except Exception as wrong:
                log.exception("report %s failed", report_id)
                manifest.status, manifest.reason = "failed", str(wrong)
            manifest.stage, manifest.finished_at = "done", now()
            self.files.write(manifest)

    def _write_csv(self, manifest: Manifest) -> None:
        started = time.perf_counter()
        generation = self._generation(manifest.generation)
        manifest.generation = generation.number
        manifest.as_of = _as_of(manifest, generation)
        rows = metric_stream(manifest.metric, generation, **manifest.params)
        final = self.files.csv(manifest.report_id)
        part = final.with_suffix(".csv.part")
        digest = hashlib.sha256()
        decimals = metrics()[manifest.metric].decimals
        with part.open("wb") as out:
            for piece in csv_chunks(self._counted(rows, manifest), decimals):
                out.write(piece)
                digest.update(piece)
            disk.sync_open(out)
            manifest.bytes = out.tell()
        disk.put_in_place(part, final)
        manifest.sha256 = digest.hexdigest()
        manifest.seconds = round(time.perf_counter() - started, 4)

    def _counted(self, rows: pa.RecordBatchReader, manifest: Manifest) -> pa.RecordBatchReader:
        """The same rows; the manifest says how many have passed."""

        def passing() -> Any:
            manifest.rows, manifest.stage = 0, "writing"
            for batch in rows:
                manifest.rows += batch.num_rows
                self.files.write(manifest, durable=False)
                yield batch

        return pa.RecordBatchReader.from_batches(rows.schema, passing())

    def _generation(self, number: int) -> Generation:
        """The generation that was asked, or the current one if that is no longer kept."""
        current = open_generation(self.settings)
        path = self.settings.generations / f"{number:06d}.duckdb"
        if number == current.number or not path.exists():
            return current
        return Generation(path)


_running: list[Jobs] = []


def current() -> Jobs | None:
    """The report service of this process; None where none has been started."""
    return _running[-1] if _running else None


def order(jobs: Jobs, name: str, params: dict[str, Any]) -> Manifest:
    """Ask for a report of a metric.

    Raises what `warehouse` raises for a wrong question, NoData and QueueUnreachable.
    """
    spec = lookup(name)
    values = questions.completed(spec, params)
    generation = open_generation(jobs.settings)
    questions.require_data(spec, generation)
    return jobs.request(name, values, generation)


class Interrupted(Exception):
    """The process was killed again and again while it computed one report."""


class _Consumer(Consumer):  # type: ignore[misc]
    """Huey's consumer as threads of a process whose signals belong to the web server."""

    def _set_signal_handlers(self) -> None:
        pass


def _queue(folder: Path) -> Huey:
    if url := os.environ.get(REDIS):
        return RedisHuey("fleetpulse-reports", url=url, results=False)
    return SqliteHuey("reports", filename=str(folder / "queue.db"), timeout=60, results=False)


def _as_of(manifest: Manifest, generation: Generation) -> dt.datetime | None:
    """The instant that the report is about: the one asked for, else the dataset's newest event."""
    if asked := manifest.params.get("as_of"):
        return dt.datetime.fromisoformat(str(asked)).replace(tzinfo=dt.UTC)
    fresh = metric("freshness", generation=generation)
    own = pc.equal(fresh["dataset"], metrics()[manifest.metric].dataset or "")
    newest = fresh.filter(own)["newest_event"].to_pylist()
    return newest[0].replace(tzinfo=dt.UTC) if newest and newest[0] else None


def _plain(value: Any) -> str | int | float | bool | None:
    return value.isoformat() if isinstance(value, dt.date) else value
