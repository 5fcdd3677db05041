"""Report files on disk: `reports/<id>/` holds manifest.json and, once finished, report.csv.

An id is a keyed digest of metric, parameters and generation: the same question has the same id, and
nobody without the secret beside the reports can guess it.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

KEPT = dt.timedelta(days=7)

Status = Literal["running", "completed", "failed"]

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Manifest(BaseModel):
    """All that is known of a report. Instants are UTC; `seconds` is what computing it took."""

    report_id: str
    status: Status = "running"
    stage: Literal["queued", "computing", "writing", "done"] = "queued"
    reason: str | None = None
    metric: str
    params: dict[str, str | int | float | bool | None]
    generation: int
    as_of: dt.datetime | None = None
    rows: int = 0
    bytes: int = 0
    sha256: str | None = None
    seconds: float | None = None
    attempts: int = 0
    created_at: dt.datetime
    finished_at: dt.datetime | None = None


class ReportFiles:
    """The folder of all reports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def report_id(self, metric: str, params: dict[str, Any], generation: int) -> str:
        """The id of this question; not to be guessed."""
        asked = json.dumps([metric, params, generation], sort_keys=True).encode()
        digest = hmac.new(self._secret(), asked, hashlib.sha256).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))

    def csv(self, report_id: str) -> Path:
        return self.folder / report_id / "report.csv"

    def read(self, report_id: str) -> Manifest | None:
        """The manifest; None for an id that does not exist, whatever the text."""
        if not _ID.fullmatch(report_id):
            return None
        try:
            text = (self.folder / report_id / "manifest.json").read_text("utf-8")
        except FileNotFoundError:
            return None
        return Manifest.model_validate_json(text)

    def write(self, manifest: Manifest, *, durable: bool = True) -> None:
        """Replace the manifest in one step; `durable` makes it outlive a power cut."""
        folder = self.folder / manifest.report_id
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / "manifest.json.part"
        with fresh.open("w", encoding="utf-8") as out:
            out.write(manifest.model_dump_json(indent=1))
            out.flush()
            if durable:
                os.fsync(out.fileno())
        os.replace(fresh, folder / "manifest.json")

    def all(self) -> list[Manifest]:
        """Every report, newest first."""
        found = [self.read(path.name) for path in self.folder.glob("*-*-*-*-*")]
        return sorted((m for m in found if m), key=lambda m: m.created_at, reverse=True)

    def remove_old(self) -> None:
        """Remove what was finished longer ago than KEPT."""
        for manifest in self.all():
            if manifest.finished_at and now() - manifest.finished_at > KEPT:
                shutil.rmtree(self.folder / manifest.report_id, ignore_errors=True)

    @contextmanager
    def claimed(self, report_id: str) -> Iterator[bool]:
        """Hold a report for computing; gives False where another process or thread has it.

        The kernel lets go of it however the process ends.
        """
        handle = os.open(self.folder / report_id / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(handle)

    def is_claimed(self, report_id: str) -> bool:
        """Is somebody computing it?"""
        with self.claimed(report_id) as free:
            return not free

    def _secret(self) -> bytes:
        path = self.folder / "secret"
        with suppress(FileNotFoundError):
            return path.read_bytes()
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"secret.{secrets.token_hex(4)}"
        fresh.touch(0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
        return path.read_bytes()


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
