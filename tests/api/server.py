"""A real server process on a free port, and the loader run as a person would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """The process, its folders, and a client whose paths start at the server's root."""

    def __init__(self, folder: Path, env: Mapping[str, str] | None = None) -> None:
        self.incoming = folder / "incoming"
        self.data = folder / "data"
        self.incoming.mkdir(parents=True, exist_ok=True)
        self._env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("FLEETPULSE_")},
            "FLEETPULSE_INCOMING": str(self.incoming),
            "FLEETPULSE_DATA": str(self.data),
            "PYTHONPATH": str(ROOT),
            **(env or {}),
        }
        self.log = folder / "server.log"

    def start(self) -> None:
        """Start it, on any free port, and wait until it answers."""
        with self.log.open("ab") as log:
            start = log.tell()
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "uvicorn", "tests.api.mounted:app"),
                    *("--host", "0.0.0.0", "--port", "0"),
                ],
                env=self._env,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.port = self._port(start)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)

    def _port(self, start: int) -> int:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            said = self.log.read_bytes()[start:].decode()
            if "Uvicorn running on" in said:
                return int(said.split("Uvicorn running on ")[1].split()[0].rsplit(":", 1)[1])
            assert self.process.poll() is None, said
            time.sleep(0.05)
        raise AssertionError(f"no server after a minute: {said}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.client.close()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)
        self.client.close()

    def drop(self, path: str, text: str | bytes) -> None:
        """Put a file below incoming."""
        file = self.incoming / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def load(self) -> None:
        """Run the loader once."""
        done = subprocess.run(
            [sys.executable, "etl/load.py", "--json"],
            env=self._env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def finished(self, report_id: str) -> dict[str, object]:
        """Wait until a report is no longer running; its status."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            report: dict[str, object] = self.client.get(f"/api/v1/reports/{report_id}").json()
            if report["status"] != "running":
                return report
            time.sleep(0.05)
        raise AssertionError(f"still running after a minute: {report}")


@contextmanager
def serving(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server while the block runs; what it wrote is shown if it ended by itself."""
    server = Server(folder, env)
    server.start()
    try:
        yield server
        assert server.process.poll() in (None, -signal.SIGKILL), server.log.read_text()
    finally:
        server.stop()
