"""Serve the dashboard with its HTTP API, and load files meanwhile.

Whatever ends it (Ctrl-C, TERM, a closed terminal, the end of the dashboard) ends both programs. A
load that takes longer than the grace is cut off: the next one starts again and loses nothing.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

import fleetpulse
from warehouse import Settings

GRACE_SECONDS = 10
LOOK_SECONDS = 0.2
PORT = "FLEETPULSE_PORT"


class _Told(Exception):
    """A signal says that it is over."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


def main(arguments: list[str] | None = None) -> int:
    """Run both until one is told to stop; returns the exit status."""
    options = _parser().parse_args(arguments)
    fleetpulse.use()
    settings = Settings.from_env()
    if not settings.incoming_url:
        settings.incoming.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _tell)
    running: list[subprocess.Popen[bytes]] = []
    try:
        if options.watch:
            running.append(_start([str(fleetpulse.APP / "etl" / "watch.py")]))
        running.append(_start(_dashboard(options)))
        return running[-1].wait()
    except _Told as told:
        return told.status
    finally:
        _stop(running)


def _tell(number: int, _frame: FrameType | None) -> None:
    raise _Told(number)


def _start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """A program in a group of its own, so that Ctrl-C reaches it through us only."""
    return subprocess.Popen([sys.executable, *arguments], start_new_session=True)


def _dashboard(options: argparse.Namespace) -> list[str]:
    made = ["-m", "streamlit", "run", str(fleetpulse.APP / "dashboard.py")]
    made += ["--server.port", str(options.port)]
    return made + (["--server.address", options.address] if options.address else [])


def _stop(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """End what still runs, kindly at first."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for process in running:
        process.terminate()
    until = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < until and any(process.poll() is None for process in running):
        time.sleep(LOOK_SECONDS)
    for process in running:
        process.kill()
        process.wait()


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 1 to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument(
        "--port",
        type=_port,
        default=os.environ.get(PORT) or "8501",
        help=f"of the dashboard ({PORT}; now %(default)s)",
    )
    made.add_argument(
        "--address", help="listen there, say 0.0.0.0 (every interface; set a token first)"
    )
    made.add_argument(
        "--no-watch",
        dest="watch",
        action="store_false",
        help="only serve; something else loads the files",
    )
    return made


if __name__ == "__main__":
    sys.exit(main())
