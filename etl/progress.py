"""How a run shows itself: a bar on a terminal, plain lines elsewhere, nothing for machines."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    """Shows nothing. Base of the others; called from several threads."""

    def begin(self, files: int, size: int) -> None:
        """A run starts on so many files and bytes; each byte is hashed once and parsed once."""

    def hashed(self, size: int) -> None:
        """So many more bytes were hashed."""

    def parsed(self, path: str, size: int, rows: int) -> None:
        """So many bytes of a file were parsed; a large one is, on a cluster, in several ranges."""

    def say(self, what: str) -> None:
        """The run entered another step."""

    def close(self) -> None:
        """The run ended."""


class Plain(Progress):
    """One line for each step and, at most every two seconds, for the files so far."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._files: set[str] = set()
        self._total = self._rows = 0
        self._spoken = self._started = time.monotonic()

    def begin(self, files: int, size: int) -> None:
        self._total = files
        if files:
            self._line(f"reading {_count(files, 'file')}, {size / 1e6:,.1f} MB")

    def parsed(self, path: str, size: int, rows: int) -> None:
        self._files.add(path)
        self._rows += rows
        if time.monotonic() - self._spoken > 2:
            self._spoken = time.monotonic()
            rate = self._rows / max(self._spoken - self._started, 0.001)
            self._line(
                f"{len(self._files):,} of {_count(self._total, 'file')}, {self._rows:,} rows, "
                f"{rate:,.0f} rows/s"
            )

    def say(self, what: str) -> None:
        self._line(what)

    def _line(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


class Bar(Progress):
    """A live bar: files, bytes, rows, rate and time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._bar = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TextColumn("{task.fields[files]}"),
            TextColumn("{task.fields[rows]:,} rows"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._files: set[str] = set()
        self._total = self._rows = 0
        self._task = self._bar.add_task("looking", total=None, files="", rows=0)
        self._bar.start()

    def begin(self, files: int, size: int) -> None:
        self._total = files
        self._bar.update(
            self._task, description="reading", total=2 * size or 1, files=f"0/{files} files"
        )

    def hashed(self, size: int) -> None:
        self._bar.advance(self._task, size)

    def parsed(self, path: str, size: int, rows: int) -> None:
        self._files.add(path)
        self._rows += rows
        self._bar.update(
            self._task,
            advance=size,
            files=f"{len(self._files)}/{self._total} files",
            rows=self._rows,
        )

    def say(self, what: str) -> None:
        self._bar.update(self._task, description=what)

    def close(self) -> None:
        self._bar.stop()


def for_terminal(quiet: bool = False) -> Progress:
    """The progress that suits where the program runs."""
    if quiet:
        return Progress()
    return Bar() if sys.stderr.isatty() else Plain()


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
