"""Wakes the loader after an upload: one thread that runs `etl/load.py`, many uploads at one go."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

from warehouse import Settings

log = logging.getLogger(__name__)

PROGRAM = Path(__file__).resolve().parents[1] / "etl" / "load.py"
GATHER_SECONDS = 0.05
AGAIN_SECONDS = 0.3
LONGEST_SECONDS = 5.0


class Loader:
    """Runs the loader whenever woken; a wake during a run leads to one more run after it."""

    def __init__(self, settings: Settings) -> None:
        self._command = [
            *(sys.executable, str(PROGRAM), "--json"),
            *("--incoming", settings.incoming_place, "--data", settings.data_place),
        ]
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="loader", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Start no more runs. A run at work finishes by itself, whatever becomes of us."""
        self._stopped.set()
        self._woken.set()
        self._thread.join(timeout=10)

    def wake(self) -> None:
        """New files lie in incoming."""
        self._woken.set()

    def _work(self) -> None:
        while True:
            self._woken.wait()
            if self._stopped.wait(GATHER_SECONDS):
                return
            self._woken.clear()
            pause = AGAIN_SECONDS
            while not self._run() and not self._stopped.wait(pause):
                pause = min(pause * 1.5, LONGEST_SECONDS)

    def _run(self) -> bool:
        """One run; False to try again: another loader works, or a file is still being written."""
        done = subprocess.run(
            self._command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode == os.EX_TEMPFAIL:
            return False
        if done.returncode:
            log.error("the loader failed (%d): %s", done.returncode, done.stderr.strip())
            return True
        summary = json.loads(done.stdout.splitlines()[-1])
        return not summary["files"]["waiting"]
