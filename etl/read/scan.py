"""One look at a file's bytes before anything parses them.

Gives the identity (sha256 of the bytes as stored), an independent count of lines, and the traits
that decide which path the text takes. The loader's own counts are held against these.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from etl.read.records import BLANKS, may_run_over

BLOCK_BYTES = 1 << 20
MAX_LINE_BYTES = 1_000_000
HEAD_BYTES = 64 * 1024
CUT_BYTES = 16 << 20

_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)

Progress = Callable[[int], None]


class Unreadable(Exception):
    """The file as a whole cannot be read; the text says why."""


class Reader(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(slots=True)
class Scan:
    """What the bytes of one file say. `lines` counts physical lines of the decompressed text.

    `cuts`: where lines begin in a file that is not compressed, about every CUT_BYTES: the offset,
    and how many lines stand before it.
    """

    source_id: str = ""
    stored_bytes: int = 0
    lines: int = 0
    head: bytes = b""
    has_quotes: bool = False
    has_spaces: bool = False
    has_tabs: bool = False
    has_odd_bytes: bool = False
    has_invalid_bytes: bool = False
    has_utf8: bool = False
    failure: str | None = None
    invisible: str = ""
    cuts: list[tuple[int, int]] = field(default_factory=list)
    _ends_open: bool = field(default=False, repr=False)
    _feeds: int = field(default=0, repr=False)
    _looked: int = field(default=0, repr=False)
    _returns: int = field(default=0, repr=False)
    _last_returns: bytes = field(default=b"", repr=False)
    _odd_quotes: bool = field(default=False, repr=False)
    _beside_quotes: set[int] = field(default_factory=set, repr=False)

    @property
    def has_returns(self) -> bool:
        """Do lines end with a carriage return, too?"""
        return self._returns > 0

    @property
    def is_windows(self) -> bool:
        """Is the text Windows-1252: not UTF-8, and no letter of it is?"""
        return self.has_invalid_bytes and not self.has_utf8

    def may_run_over(self, delimiter: str) -> bool:
        """May records run over physical lines, or quotes be broken?"""
        return self.has_quotes and may_run_over(self._odd_quotes, self._beside_quotes, delimiter)

    @property
    def padding(self) -> str:
        """The blanks that may stand around cells: those that the text holds at all."""
        return " " * self.has_spaces + "\t" * self.has_tabs + self.invisible


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
    """The value of read_csv's `compression`, by the file's first bytes whatever its name."""
    with path.open("rb", buffering=0) as stored:
        start = stored.read(4)
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    skippable = start[1:] == b"\x2a\x4d\x18" and start[0] >> 4 == 5  # how pzstd begins a file
    return "zstd" if start == b"\x28\xb5\x2f\xfd" or skippable else "none"


def open_text(path: Path, raw: Any) -> Reader:
    """The decompressed bytes of `raw`, which are those of the file at `path`."""
    kind = compression(path)
    if kind == "gzip":
        return gzip.GzipFile(fileobj=raw)
    if kind == "zstd":
        from warehouse.zstd import ZstdFile

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
            text = open_text(path, hashing)
            for block in blocks(text):
                _look(found, block)
                if text is hashing:
                    _cut(found, block)
        except Unreadable as broken:
            found.failure = str(broken)
        while hashing.read(BLOCK_BYTES):
            pass
    if found._returns not in (0, found._feeds):  # a CSV reader takes one kind of line end only
        found.has_odd_bytes = True
    found.lines += found._ends_open
    found.source_id = hashing.digest.hexdigest()
    found.stored_bytes = hashing.bytes
    return found


def blank_lines(path: Path, header_line: int, delimiter: str = "") -> int:
    """Count the blank lines after the header, independently of any CSV reader.

    The text is UTF-8 with LF or CRLF.
    """
    with path.open("rb") as stored:
        blank = number = 0
        for block in blocks(open_text(path, stored)):
            for line in block.split(b"\n")[: block.count(b"\n") or 1]:
                number += 1
                blank += number > header_line and is_blank(line, delimiter)
    return blank


def is_blank(line: bytes, delimiter: str) -> bool:
    """Does the line hold nothing but delimiters and blanks?"""
    rest = line.strip(b" \t\r\v\f" + delimiter.encode())
    if not rest:
        return True
    if rest[0] < 128 or len(rest) > MAX_LINE_BYTES:
        return False
    return not rest.decode("utf-8", "replace").strip(BLANKS + "\r\v\f" + delimiter)


def _look(found: Scan, block: bytes) -> None:
    if len(found.head) < HEAD_BYTES:
        found.head += block[: HEAD_BYTES - len(found.head)]
    feeds = block.count(b"\n")
    found._feeds += feeds
    found._ends_open = not block.endswith((b"\n", b"\r"))
    if b"\r" in block or found._last_returns:
        found._returns += block.count(b"\r")
        found.lines += _line_ends(found._last_returns + block) - len(found._last_returns)
        found._last_returns = block[len(block.rstrip(b"\r")) :][-2:]
    else:
        found.lines += feeds
    found.has_spaces = found.has_spaces or b" " in block
    found.has_tabs = found.has_tabs or b"\t" in block
    if not block.isascii():
        seen = [c for c in BLANKS[2:] if c not in found.invisible and c.encode() in block]
        found.invisible += "".join(seen)
        valid = is_utf8(block)
        found.has_invalid_bytes = found.has_invalid_bytes or not valid
        found.has_utf8 = found.has_utf8 or valid or bool(_UTF8.search(block))
    found.has_odd_bytes = found.has_odd_bytes or found.has_invalid_bytes or _is_odd(block)
    if b'"' in block:
        found.has_quotes = True
        if not found.has_odd_bytes:
            from etl.read.quotes import quote_traits  # numpy, which most loads do without

            odd, beside = quote_traits(block)
            found._odd_quotes = found._odd_quotes or odd
            found._beside_quotes |= beside


def _cut(found: Scan, block: bytes) -> None:
    found._looked += len(block)
    last = found.cuts[-1][0] if found.cuts else 0
    if found._looked - last >= CUT_BYTES and block.endswith(b"\n"):
        found.cuts.append((found._looked, found.lines))


def _line_ends(text: bytes) -> int:
    """How many there are of LF, CRLF, CR and CR CR LF."""
    returns = text.count(b"\r") - text.count(b"\r\n") - text.count(b"\r\r\n")
    return text.count(b"\n") + returns


def _is_odd(block: bytes) -> bool:
    """Must the text be rewritten before a CSV reader sees it?"""
    return (
        b"\0" in block
        or b"\x01" in block
        or (b"\r" in block and block.count(b"\r") != block.count(b"\r\n"))
        or len(block) > BLOCK_BYTES + MAX_LINE_BYTES
    )


def is_windows(text: bytes) -> bool:
    """Is a text, or its beginning, Windows-1252 by the rule of Scan.is_windows?"""
    whole = text[: text.rfind(b"\n") + 1] or text  # the end may be cut within a letter
    return not is_utf8(whole) and not _UTF8.search(whole)


def is_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
