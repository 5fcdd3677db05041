"""What is installed works in an empty folder: `fleetpulse demo`, `load` and `serve`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder)]
    subprocess.run([*pip, str(ROOT)], check=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def fleetpulse(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed where nothing of this checkout is; the libraries are ours."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True)
    (installed,) = (folder / "lib").glob("python*/site-packages")
    (installed / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin" / "fleetpulse"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


def run(program: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments], cwd=folder, env=plain(), capture_output=True, text=True
    )


def plain() -> dict[str, str]:
    """The environment without what would lead back to the checkout."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("FLEETPULSE_", "PYTHONPATH"))}


def test_one_name_is_installed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"fleetpulse"}
    for path in ROOT.glob("*/**/*.sql"):
        inside = path.relative_to(ROOT)
        if inside.parts[0] in ("etl", "warehouse"):
            assert f"fleetpulse/app/{inside.as_posix()}" in names
    assert "fleetpulse/app/.streamlit/config.toml" in names


def test_from_an_empty_folder_to_a_dashboard(fleetpulse: Path, folder: Path) -> None:
    made = run(fleetpulse, folder, "demo", "--dataset", "health_reports", "--rows", "2000")
    assert made.returncode == 0, made.stderr
    loaded = run(fleetpulse, folder, "load", "--json")
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout)["rows_loaded"] > 1000
    assert run(fleetpulse, folder, "verify").returncode == 0
    with Serving(fleetpulse, folder) as client:
        assert client.get("/api/health").json() == {"status": "ok", "generation": 1}
        assert "streamlit" in client.get("/top_devices").text.lower()
        drop(folder / "incoming" / "news.csv")
        until = time.monotonic() + 30
        while client.get("/api/health").json()["generation"] == 1:
            assert time.monotonic() < until
            time.sleep(0.2)


class Serving:
    """`fleetpulse serve` while the block runs; it ends with both of its programs."""

    def __init__(self, program: Path, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        command = [str(program), "serve", "--port", str(self._port)]
        self._process = subprocess.Popen(
            command, cwd=folder, env=plain(), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )

    def __enter__(self) -> httpx.Client:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=30)
        until = time.monotonic() + 60
        while True:
            try:
                self._client.get("/api/health")
                return self._client
            except httpx.TransportError:
                assert self._process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self._client.close()
        children = list(_children(self._process.pid))
        assert len(children) == 2
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(timeout=30) == 128 + signal.SIGTERM
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def _children(parent: int) -> Iterator[int]:
    for told in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = told.read_text().partition(" (")
        except OSError:
            continue
        if int(rest.rpartition(")")[2].split()[1]) == parent:
            yield int(pid)


def drop(path: Path) -> None:
    path.write_text("timestamp,id,type,status\n2026-02-15T10:00:00Z,new,sensor,online\n")


@pytest.mark.parametrize("said", [["nothing"], []])
def test_a_command_that_does_not_exist_is_told_what_does(
    fleetpulse: Path, folder: Path, said: list[str]
) -> None:
    told = run(fleetpulse, folder, *said)
    assert told.returncode == 2
    assert "verify" in told.stdout + told.stderr


def test_texts_name_the_installed_command(fleetpulse: Path, tmp_path: Path) -> None:
    program = "import fleetpulse; fleetpulse.use(); import warehouse; warehouse.metric('freshness')"
    done = subprocess.run(
        [fleetpulse.with_name("python"), "-c", program],
        cwd=tmp_path,
        env=plain(),
        capture_output=True,
        text=True,
    )
    assert "run `fleetpulse load`" in done.stderr
