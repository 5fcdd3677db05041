"""Servers of Spark Connect on loopback: Sail, and a Spark master with two workers of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 120.0
# `make cluster` names the environment that holds Spark; without it the suite runs on Sail.
SPARK = "FLEETPULSE_SPARK"
_HIDING = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none "$1" && shift && exec "$@"', "sh"]


def may_hide() -> bool:
    """May this user run a program that sees an empty folder where another one lies?"""
    try:
        return subprocess.run([*_HIDING, "/mnt", "true"], capture_output=True).returncode == 0
    except OSError:
        return False


@dataclass(slots=True)
class Server:
    """A running server: `remote` is its address, `processes` are what was started for it."""

    remote: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def python_workers(self) -> list[int]:
        """The processes of Spark's executors that run Python, each a fork of a daemon."""
        parents, daemons = {}, set()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                parents[int(folder.name)] = int((folder / "stat").read_text().split()[-49])
                if b"pyspark.daemon" in (folder / "cmdline").read_bytes():
                    daemons.add(int(folder.name))
        ours = {process.pid for process in self.processes}

        def is_ours(pid: int) -> bool:
            return pid in ours or (pid in parents and is_ours(parents[pid]))

        return [pid for pid in daemons if parents[pid] in daemons and is_ours(pid)]


@contextmanager
def sail(
    folder: Path, env: Mapping[str, str] | None = None, hidden: Path | None = None
) -> Iterator[Server]:
    """Sail, with its log in `folder`; it sees nothing of what lies in `hidden`."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("sail")),
        *("spark", "server", "--port", str(port)),
    ]
    if hidden:
        command = [*_HIDING, str(hidden), *command]
    with _started(folder / "sail.log", command, env) as process:
        wait_for(port, process, folder / "sail.log")
        yield Server(f"sc://127.0.0.1:{port}", [process])


@contextmanager
def spark(folder: Path, home: Path, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A standalone Spark from the environment `home`: a master, two workers of one core each and a
    Connect server, with logs and scratch files in `folder`."""
    env = {**(env or {}), **_spark_env(folder, home)}
    master = free_port()
    runs = str(_jars(home) / "bin" / "spark-class")
    deploy = "org.apache.spark.deploy"
    address = f"spark://127.0.0.1:{master}"
    host = ("--host", "127.0.0.1", "--webui-port", "0")
    worker = [runs, f"{deploy}.worker.Worker", address, *host, "--cores", "1", "--memory", "2g"]
    with (
        _started(
            folder / "master.log",
            [runs, f"{deploy}.master.Master", *host, "--port", str(master)],
            env,
        ) as main,
        _started(folder / "worker1.log", worker, env) as one,
        _started(folder / "worker2.log", worker, env) as two,
    ):
        wait_for(master, main, folder / "master.log")
        with _connect_server(folder, home, address, env) as last:
            yield Server(last.remote, [*last.processes, one, two, main])


@contextmanager
def local_spark(folder: Path, home: Path) -> Iterator[Server]:
    """A Connect server with all of Spark in its own process, on two cores."""
    with _connect_server(folder, home, "local[2]", _spark_env(folder, home)) as server:
        yield server


def _jars(home: Path) -> Path:
    (found,) = home.glob("lib/python*/site-packages/pyspark")
    return found


def _spark_env(folder: Path, home: Path) -> dict[str, str]:
    return {
        "SPARK_HOME": str(_jars(home)),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "PYSPARK_PYTHON": str(home / "bin" / "python"),
        "PYTHONPATH": "",
    }


@contextmanager
def _connect_server(
    folder: Path, home: Path, address: str, env: Mapping[str, str]
) -> Iterator[Server]:
    connect = free_port()
    server = [
        *(str(_jars(home) / "bin" / "spark-submit"), "--master", address),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer"),
        *_settings(
            {
                "spark.connect.grpc.binding.address": "127.0.0.1",
                "spark.connect.grpc.binding.port": str(connect),
                "spark.driver.host": "127.0.0.1",
                "spark.executor.memory": "1g",
                "spark.sql.shuffle.partitions": "4",
                "spark.sql.session.timeZone": "UTC",
                "spark.sql.warehouse.dir": str(folder / "warehouse"),
                "spark.ui.enabled": "false",
            }
        ),
        "spark-internal",
    ]
    with _started(folder / "server.log", server, env) as process:
        wait_for(connect, process, folder / "server.log")
        yield Server(f"sc://127.0.0.1:{connect}", [process])


def any_server(
    folder: Path, env: Mapping[str, str] | None = None, hidden: Path | None = None
) -> AbstractContextManager[Server]:
    """Spark where `make cluster` says where it is, else Sail, which sees nothing in `hidden`."""
    home = os.environ.get(SPARK)
    return spark(folder, Path(home).absolute(), env) if home else sail(folder, env, hidden)


def _settings(values: Mapping[str, str]) -> list[str]:
    return [part for name, value in values.items() for part in ("--conf", f"{name}={value}")]


@contextmanager
def _started(
    log: Path,
    command: Sequence[str],
    env: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with the block."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **(env or {})},
            cwd="/",
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the port answers. Raises AssertionError, with the log, if it does not."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)
    raise AssertionError(f"no server on port {port}: {log.read_text('utf-8')[-3000:]}")
