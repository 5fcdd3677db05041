"""The whole service as a process, for benchmarks: `streamlit run dashboard.py` on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from warehouse import Settings

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Running:
    """A service that answers: its process and its address."""

    pid: int
    url: str

    def cpu_seconds(self) -> float:
        """What the process has computed so far, on all cores."""
        return cpu_seconds(self.pid)

    def resident_mb(self) -> float:
        """Memory of the process now, in MB (10^6 bytes)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(settings: Settings, script: Path = ROOT / "dashboard.py") -> Iterator[Running]:
    """A Streamlit script, or the dashboard and its API, over these folders while the block runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.port", str(port), "--logger.level", "error"]
    env = {
        "FLEETPULSE_INCOMING": str(settings.incoming.resolve()),
        "FLEETPULSE_DATA": str(settings.data.resolve()),
    }
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **env}, stdout=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/_stcore/health", process)
        yield Running(process.pid, url)
    finally:
        process.terminate()
        process.wait()


def load(incoming: Path, data: Path) -> None:
    """One run of the loader. Raises CalledProcessError."""
    command = [sys.executable, "etl/load.py", "--json"]
    command += ["--incoming", str(incoming), "--data", str(data)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            httpx.get(url, timeout=5).raise_for_status()
            return
        except httpx.HTTPError as absent:
            if time.monotonic() > until or process.poll() is not None:
                raise RuntimeError("the service did not start") from absent
            time.sleep(0.1)
