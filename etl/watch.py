#!/usr/bin/env python3
"""Load files as soon as they land in the incoming folder.

Watches the folder and runs the loader when something was written or moved there; since events get
lost, everything is looked through at the start and again every --every seconds. An object store
tells of nothing: it is asked every --every seconds. Stops on Ctrl-C or SIGTERM, between two runs.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from etl.disk import Locked
from etl.load import cluster, folders
from etl.run import load
from etl.unread import is_temporary
from warehouse import Settings

DEBOUNCE_SECONDS = 0.1
RETRY_SECONDS = 1.0
LOOK_SECONDS = 60.0
POLL_SECONDS = 10.0


class _Wake(FileSystemEventHandler):
    """Puts True into a queue when a file is finished under its final name."""

    def __init__(self, news: SimpleQueue[bool]) -> None:
        self._news = news

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ("created", "modified", "moved", "closed"):
            name = Path(str(event.dest_path or event.src_path)).name
            if event.is_directory or not is_temporary(name):
                self._news.put(True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line until it is told to stop; returns the exit status."""
    options = _parser().parse_args(arguments)
    settings = Settings.at(options.incoming, options.data)
    if not settings.incoming_url and not settings.incoming.is_dir():
        shown = str(settings.incoming)
        print(f"watch: the incoming folder {shown!r} does not exist", file=sys.stderr)
        return 2
    every = options.every or (POLL_SECONDS if settings.incoming_url else LOOK_SECONDS)
    news: SimpleQueue[bool] = SimpleQueue()  # the one queue whose put a signal handler may call
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: news.put(False))
    print(f"watching {settings.incoming_place}; Ctrl-C stops", flush=True)
    with _observed(settings, news):
        retry = every if settings.incoming_url else RETRY_SECONDS
        while _goes_on(news, retry if _run(settings, options.remote) else every):
            pass
    return 0


@contextmanager
def _observed(settings: Settings, news: SimpleQueue[bool]) -> Iterator[None]:
    """Hear of what happens in the folder meanwhile, where there is one."""
    if settings.incoming_url:
        yield
        return
    observer = Observer()
    observer.schedule(_Wake(news), str(settings.incoming), recursive=True)
    observer.start()
    try:
        yield
    finally:
        observer.stop()
        observer.join()


def _goes_on(news: SimpleQueue[bool], seconds: float) -> bool:
    """Wait for news, at most so long, and for what follows at once; False: told to stop."""
    try:
        heard = [news.get(timeout=seconds)]
    except Empty:
        return True
    if heard[0]:
        time.sleep(DEBOUNCE_SECONDS)
    while not news.empty():
        heard.append(news.get())
    return all(heard)


def _run(settings: Settings, remote: str | None = None) -> bool:
    """One run of the loader; tells whether another try is due soon."""
    try:
        summary = load(settings, remote=remote)
    except Locked:
        return True
    except Exception as failed:
        print(f"watch: failed, nothing was published: {failed}", file=sys.stderr, flush=True)
        return True
    if summary.published:
        print(summary, flush=True)
    return summary.waiting > 0


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not from 0.1 s to a day")
    return seconds


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    folders(made)
    cluster(made)
    made.add_argument(
        "--every",
        type=_seconds,
        metavar="SECONDS",
        help="look through the whole folder at least this often (60; an object store: 10)",
    )
    return made


if __name__ == "__main__":
    sys.exit(main())
