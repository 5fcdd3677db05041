"""A real server process on a free port, and the loader run as a person would."""

from __future__ import annotations

import os
import signal
import socket
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

    def __init__(
        self, folder: Path, env: Mapping[str, str] | None = None, *, dashboard: bool = False
    ) -> None:
        self._dashboard = dashboard
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
        """Start it, on a free port, and wait until it answers."""
        with socket.socket() as probe:
            probe.bind(("0.0.0.0", 0))
            self.port = probe.getsockname()[1]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self._command()],
                env=self._env,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)
        until = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def _command(self) -> list[str]:
        if self._dashboard:
            address = ["--server.address", "0.0.0.0", "--server.port", str(self.port)]
            return ["streamlit", "run", "dashboard.py", *address]
        return ["uvicorn", "tests.api.mounted:app", "--host", "0.0.0.0", "--port", str(self.port)]

    def _answers(self) -> bool:
        try:
            return self.client.get("/api/v1/metrics").status_code == 200
        except httpx.TransportError:
            return False

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
def serving(
    folder: Path, env: Mapping[str, str] | None = None, *, dashboard: bool = False
) -> Iterator[Server]:
    """A server while the block runs; what it wrote is shown if it ended by itself."""
    server = Server(folder, env, dashboard=dashboard)
    server.start()
    try:
        yield server
        assert server.process.poll() in (None, -signal.SIGKILL), server.log.read_text()
    finally:
        server.stop()
