"""Where the input and the data lie: one value, made at start and handed on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The two folders that everything else is derived from."""

    incoming: Path = Path("incoming")
    data: Path = Path("data")

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read FLEETPULSE_INCOMING and FLEETPULSE_DATA; by default both are below the folder."""
        values = os.environ if env is None else env
        return cls(
            incoming=Path(values.get("FLEETPULSE_INCOMING") or "incoming"),
            data=Path(values.get("FLEETPULSE_DATA") or "data"),
        )

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
