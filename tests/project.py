"""A copy of the project that a test may add files to, run by its own programs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.etl.loading import folders, lay
from warehouse import Settings

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = {"tests", "bench", "docs", "data", "incoming", "build"}


@dataclass(frozen=True, slots=True)
class Project:
    """Where the copy lies, and the folders that its programs work on."""

    root: Path
    settings: Settings

    def add(self, path: str, text: str) -> None:
        """Put a file into the copy."""
        (self.root / path).write_text(text, encoding="utf-8")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the copy, `load.py --json` say, on its folders."""
        env = os.environ | {
            "PYTHONPATH": str(self.root),
            "FLEETPULSE_INCOMING": str(self.settings.incoming),
            "FLEETPULSE_DATA": str(self.settings.data),
        }
        return subprocess.run(
            [sys.executable, *command], cwd=self.root, env=env, capture_output=True, text=True
        )

    def load(self, files: dict[str, str]) -> dict[str, Any]:
        """Lay files and load them; the summary."""
        lay(self.settings.incoming, files)
        done = self.run("etl/load.py", "--json")
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told


def copied(folder: Path) -> Project:
    """The code of the project, copied below `folder`."""
    root = folder / "program"
    root.mkdir()
    for path in ROOT.iterdir():
        if path.name not in LEFT_OUT and not path.name.startswith(".") and [*path.glob("*.py")]:
            shutil.copytree(path, root / path.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".streamlit", root / ".streamlit")
    shutil.copyfile(ROOT / "dashboard.py", root / "dashboard.py")
    return Project(root, folders(folder))
