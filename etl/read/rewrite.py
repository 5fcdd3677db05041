"""Odd text made plain: UTF-8 with line feeds, one physical line for each of the original's.

Lines that cannot be kept (invalid UTF-8, NUL, 0x01, a stray carriage return, far too long) become
blank lines in the copy and rejects with their number, so that every other line keeps its number.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from etl.read.scan import MAX_LINE_BYTES, Unreadable, blocks, open_text


@dataclass(slots=True)
class Rewritten:
    """The plain copy, its physical lines, how many of them are blank, and (line, reason, raw)."""

    path: Path
    lines: int = 0
    blank: int = 0
    rejected_lines: list[tuple[int, str, str]] = field(default_factory=list)


def rewrite(path: Path, target: Path, encoding: str, header_line: int) -> Rewritten:
    """Write the plain copy of `path`. Raises Unreadable where the encoding itself is broken, or
    the header line cannot be kept."""
    result = Rewritten(target)
    with path.open("rb") as stored, target.open("wb") as copy:
        source = blocks(open_text(path, stored))
        for number, line in enumerate(_lines(source, encoding), 1):
            reason = _reason(line)
            if reason and number == header_line:
                raise Unreadable(f"its header cannot be read: {reason}")
            if reason and number > header_line:
                result.rejected_lines.append((number, reason, _raw(line)))
                copy.write(b"\n")
            else:
                copy.write(line + b"\n")
                result.blank += number > header_line and not line.strip()
            result.lines = number
    return result


def _lines(source: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Physical lines as UTF-8 (where they are valid), without their line ends."""
    rest = b""
    feed = b""
    for block in _as_utf8(source, encoding):
        if not feed:
            feed = b"\r" if b"\r" in block and b"\n" not in block else b"\n"
        *whole, rest = (rest + block).split(feed)
        yield from (line.removesuffix(b"\r") for line in whole)
    if rest:
        yield rest.removesuffix(b"\r")


def _as_utf8(source: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding == "utf-8":
        yield from source
        return
    if encoding == "utf-8-sig":
        yield next(source, b"").removeprefix(codecs.BOM_UTF8)
        yield from source
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in source:
            yield decoder.decode(block).encode("utf-8")
        yield decoder.decode(b"", final=True).encode("utf-8")
    except UnicodeError as broken:
        raise Unreadable(f"it cannot be read as {encoding.upper()} ({broken})") from broken


def _reason(line: bytes) -> str | None:
    if len(line) > MAX_LINE_BYTES:
        return f"the line is {len(line):,} bytes long; at most {MAX_LINE_BYTES:,} are read"
    if b"\r" in line:
        return "a carriage return stands in the middle of the line"
    if b"\0" in line or b"\x01" in line:
        return "the line holds a control character (NUL or 0x01)"
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as broken:
        return f"byte {broken.start + 1} of the line is not valid UTF-8"
    return None


def _raw(line: bytes) -> str:
    shown = line[:MAX_LINE_BYTES].decode("utf-8", "backslashreplace")
    return shown.replace("\0", "\\x00")
