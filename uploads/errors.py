"""Why a file that was sent is rejected before the loader sees it; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class UploadError(Exception):
    """Base of what this room raises on purpose; `detail` is for programs."""

    def __init__(self, message: str, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.detail = dict(detail or {})


class Unusable(UploadError):
    """The file itself cannot be taken."""


class TooLarge(UploadError):
    """The file is longer than the limit."""

    def __init__(self, max_bytes: int) -> None:
        limit = f"{max_bytes / (1 << 20):g} MB"
        super().__init__(f"The file is larger than {limit}, the limit here.")


class UnknownUpload(UploadError):
    """No upload has that id."""

    def __init__(self) -> None:
        super().__init__("There is no such upload.")


class OtherColumns(UploadError):
    """The customer's table has other columns."""


class OtherTimeColumn(UploadError):
    """The customer's table has another time column."""


class FileInTheWay(UploadError):
    """Something else lies where the customer's folder belongs."""
