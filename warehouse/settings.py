"""Where the input and the data lie: one value, made at start and handed on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.bucket import is_url, parsed

CACHE = "FLEETPULSE_CACHE"
ARRIVALS = "arrivals"  # below the data folder: objects of incoming while they are read


@dataclass(frozen=True, slots=True)
class Settings:
    """The two folders that everything else is derived from.

    Either may stand for a place in an object store (`incoming_url`, `data_url`): `incoming` is then
    where a run keeps what it reads, `data` this machine's working copy.
    """

    incoming: Path = Path("incoming")
    data: Path = Path("data")
    incoming_url: str | None = None
    data_url: str | None = None

    @classmethod
    def at(cls, incoming: str | Path = "incoming", data: str | Path = "data") -> Settings:
        """Two places, each a folder or `s3://bucket/prefix`. Raises ValueError without a bucket."""
        folder = working_copy(str(data)) if is_url(data) else Path(data)
        return cls(
            incoming=folder / ARRIVALS if is_url(incoming) else Path(incoming),
            data=folder,
            incoming_url=str(incoming) if is_url(incoming) else None,
            data_url=str(data) if is_url(data) else None,
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read FLEETPULSE_INCOMING and FLEETPULSE_DATA; by default both are below the folder."""
        values = os.environ if env is None else env
        return cls.at(
            values.get("FLEETPULSE_INCOMING") or "incoming", values.get("FLEETPULSE_DATA") or "data"
        )

    @property
    def incoming_place(self) -> str:
        """The incoming folder or its URL, as people and the commands name it."""
        return self.incoming_url or os.fspath(self.incoming)

    @property
    def data_place(self) -> str:
        """The data folder or its URL, as people and the commands name it."""
        return self.data_url or os.fspath(self.data)

    @property
    def warehouse(self) -> Path:
        """The symlink to the current generation; replacing it is the commit."""
        return self.data / "warehouse.duckdb"

    @property
    def generations(self) -> Path:
        return self.data / "generations"

    @property
    def lake(self) -> Path:
        return self.data / "lake"

    @property
    def staging(self) -> Path:
        return self.data / "staging"


def working_copy(url: str) -> Path:
    """This machine's folder for a data folder in an object store: below FLEETPULSE_CACHE, else
    ~/.cache/fleetpulse. Raises ValueError without a bucket."""
    name, prefix = parsed(url)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    digest = hashlib.sha256(f"{endpoint} {name}/{prefix}".encode()).hexdigest()[:16]
    root = Path(os.environ.get(CACHE) or Path.home() / ".cache" / "fleetpulse")
    return root / f"{name}-{digest}"
