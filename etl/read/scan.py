"""One look at a file's bytes before anything parses them.

Gives the identity (sha256 of the bytes as stored), an independent count of lines, and the traits
that decide which path the text takes. The loader's own counts are held against these.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

BLOCK_BYTES = 1 << 20
MAX_LINE_BYTES = 1_000_000
HEAD_BYTES = 64 * 1024

Progress = Callable[[int], None]


class Unreadable(Exception):
    """The file as a whole cannot be read; the text says why."""


class Reader(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(slots=True)
class Scan:
    """What the bytes of one file say. `lines` counts physical lines of the decompressed text."""

    source_id: str = ""
    stored_bytes: int = 0
    lines: int = 0
    head: bytes = b""
    has_quotes: bool = False
    has_spaces: bool = False
    has_tabs: bool = False
    has_odd_bytes: bool = False
    failure: str | None = None
    _ends_open: bool = field(default=False, repr=False)
    _returns: int = field(default=0, repr=False)

    @property
    def has_returns(self) -> bool:
        """Do lines end with a carriage return, too?"""
        return self._returns > 0

    @property
    def padding(self) -> str:
        """The blanks that may stand around cells: those that the text holds at all."""
        return " " * self.has_spaces + "\t" * self.has_tabs


class _Hashing(io.RawIOBase):
    """Passes bytes through and hashes them, so that one reading serves both."""

    def __init__(self, source: BinaryIO, progress: Progress | None) -> None:
        self._source = source
        self._progress = progress
        self.digest = hashlib.sha256()
        self.bytes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._source.read(size)
        self.digest.update(chunk)
        self.bytes += len(chunk)
        if self._progress:
            self._progress(len(chunk))
        return chunk

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


def compression(path: Path) -> str:
    """The value of read_csv's `compression` for a file name."""
    return {".gz": "gzip", ".zst": "zstd"}.get(path.suffix.lower(), "none")


def open_text(path: Path, raw: Any) -> Reader:
    """The decompressed bytes of `raw`, by the file's name."""
    kind = compression(path)
    if kind == "gzip":
        return gzip.GzipFile(fileobj=raw)
    if kind == "zstd":
        from etl.read.zstd import ZstdFile

        return ZstdFile(raw)
    return raw  # type: ignore[no-any-return]


def blocks(source: Reader) -> Iterator[bytes]:
    """The text in pieces that end at a line feed, but for the last and for very long lines.

    Raises Unreadable when the compressed stream is broken or ends early.
    """
    rest = b""
    while chunk := _read(source):
        cut = chunk.rfind(b"\n") + 1
        if not cut and len(rest) < 16 * BLOCK_BYTES:
            rest += chunk
            continue
        yield rest + chunk[:cut]
        rest = chunk[cut:]
    if rest:
        yield rest


def _read(source: Reader) -> bytes:
    try:
        return source.read(BLOCK_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile) as broken:
        raise Unreadable(f"the compressed data is broken or cut off ({broken})") from broken
    except Exception as broken:
        if type(broken).__name__ == "ZstdError":  # its module is imported only for .zst files
            raise Unreadable(f"the compressed data is broken or cut off ({broken})") from broken
        raise


def scan(path: Path, progress: Progress | None = None) -> Scan:
    """Read the whole file once. A broken one has `failure` set and still has its identity."""
    found = Scan()
    with path.open("rb", buffering=0) as stored:
        hashing = _Hashing(stored, progress)
        try:
            for block in blocks(open_text(path, hashing)):
                _look(found, block)
        except Unreadable as broken:
            found.failure = str(broken)
        while hashing.read(BLOCK_BYTES):
            pass
    if found._returns not in (0, found.lines):  # a CSV reader takes one kind of line end only
        found.has_odd_bytes = True
    found.lines += found._ends_open
    found.source_id = hashing.digest.hexdigest()
    found.stored_bytes = hashing.bytes
    return found


def blank_lines(path: Path, header_line: int) -> int:
    """Count the blank lines after the header, independently of any CSV reader."""
    with path.open("rb") as stored:
        blank = before = number = 0
        for block in blocks(open_text(path, stored)):
            for line in block.split(b"\n")[: block.count(b"\n") or 1]:
                number += 1
                empty = not (line.removeprefix(BOM_UTF8) if number == 1 else line).strip()
                blank += empty
                before += empty and number < header_line
    return blank - before


def _look(found: Scan, block: bytes) -> None:
    if len(found.head) < HEAD_BYTES:
        found.head += block[: HEAD_BYTES - len(found.head)]
    feeds = block.count(b"\n")
    found.lines += feeds
    found._ends_open = not block.endswith(b"\n")
    found._returns += block.count(b"\r") if b"\r" in block else 0
    found.has_quotes = found.has_quotes or b'"' in block
    found.has_spaces = found.has_spaces or b" " in block
    found.has_tabs = found.has_tabs or b"\t" in block
    found.has_odd_bytes = found.has_odd_bytes or _odd(block)


def _odd(block: bytes) -> bool:
    """Must the text be rewritten line by line before a CSV reader sees it?"""
    return (
        b"\0" in block
        or b"\x01" in block
        or (b"\r" in block and block.count(b"\r") != block.count(b"\r\n"))
        or len(block) > BLOCK_BYTES + MAX_LINE_BYTES
        or not _is_utf8(block)
    )


def _is_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
