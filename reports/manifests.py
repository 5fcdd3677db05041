"""Report files on disk: `reports/<id>/` holds manifest.json and, once finished, report.csv.

An id is a keyed digest of metric, parameters and generation: the same question has the same id, and
nobody without the secret beside the reports can guess it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import shutil
import uuid
from contextlib import AbstractContextManager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from etl import disk

log = logging.getLogger(__name__)

KEPT = dt.timedelta(days=7)
LOST = "its file is gone or was changed; ask for it again"

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
        """The manifest; None for an id that does not exist, whatever the text.

        A completed report whose file is gone or is another one has failed: asked for again, it is
        computed again.
        """
        if not _ID.fullmatch(report_id):
            return None
        manifest = self._manifest(report_id)
        if manifest and manifest.status == "completed" and not self._is_whole(manifest):
            manifest.status, manifest.reason = "failed", LOST
        return manifest

    def write(self, manifest: Manifest, *, durable: bool = True) -> None:
        """Replace the manifest in one step; `durable` makes it outlive a power cut."""
        folder = self.folder / manifest.report_id
        folder.mkdir(parents=True, exist_ok=True)
        content = manifest.model_dump_json(indent=1).encode()
        disk.replace(folder / "manifest.json", content, durable=durable)

    def all(self) -> list[Manifest]:
        """Every report, newest first, its file looked at from outside only."""
        ids = [p.name for p in self.folder.glob("*-*-*-*-*") if _ID.fullmatch(p.name)]
        found = [self._manifest(report_id) for report_id in ids]
        return sorted((m for m in found if m), key=lambda m: m.created_at, reverse=True)

    def remove_old(self) -> None:
        """Remove what was finished longer ago than KEPT."""
        for manifest in self.all():
            if manifest.finished_at and now() - manifest.finished_at > KEPT:
                shutil.rmtree(self.folder / manifest.report_id, ignore_errors=True)

    def claimed(self, report_id: str) -> AbstractContextManager[bool]:
        """Hold a report for computing; gives False where another process or thread has it.

        The kernel lets go of it however the process ends.
        """
        return disk.locked(self.folder / report_id / "lock")

    def is_claimed(self, report_id: str) -> bool:
        """Is somebody computing it?"""
        with self.claimed(report_id) as free:
            return not free

    def _manifest(self, report_id: str) -> Manifest | None:
        """A manifest, `failed` where the file that it promises is not there.

        None where there is none; a broken one is told in the log.
        """
        path = self.folder / report_id / "manifest.json"
        try:
            manifest = Manifest.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as wrong:
            _tell_once(path, type(wrong).__name__)
            return None
        if manifest.status == "completed" and self._file_bytes(report_id) != manifest.bytes:
            manifest.status, manifest.reason = "failed", LOST
        return manifest

    def _file_bytes(self, report_id: str) -> int | None:
        try:
            return self.csv(report_id).stat().st_size
        except OSError:
            return None

    def _is_whole(self, manifest: Manifest) -> bool:
        """Does the report's file hold the bytes that were written?"""
        path = self.csv(manifest.report_id)
        try:
            told = path.stat()
            return _sha256(path, told.st_mtime_ns, told.st_ino) == manifest.sha256
        except OSError:
            return False

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


@lru_cache(maxsize=1024)
def _sha256(path: Path, _changed_ns: int, _inode: int) -> str:
    """Of a file's bytes, which are read once as long as the file stays the same."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=1024)
def _tell_once(path: Path, why: str) -> None:
    log.warning("%s is passed over: it cannot be read as a manifest (%s)", path, why)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
