"""The command `fleetpulse` and where its programs lie.

Installed, the programs (`etl`, `warehouse`, `pages`, …) lie in `fleetpulse/app`: such names would
be in other people's way at the top of an environment, so there is one name only, and a process of
ours puts that folder on its own path. In a checkout they lie beside this package.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

_HERE = Path(__file__).resolve().parent

APP = _HERE / "app" if (_HERE / "app").is_dir() else _HERE.parent


def __getattr__(name: str) -> str:
    if name == "__version__":
        return version("fleetpulse")
    raise AttributeError(name)


def use() -> None:
    """Make the programs importable here and in every process that is started from here."""
    folder = str(APP)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    others = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    if folder not in others:
        os.environ["PYTHONPATH"] = os.pathsep.join([folder, *others])
