"""Ranges of a large plain file: whole lines of it, each range read as a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from etl.read.dialect import Dialect
from etl.read.scan import Scan
from etl.read.source import Source, is_plain

COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes `begin` to `end` of a file: so many `lines`, after those that stand `before` them; one
    of as many ranges as `parts` says."""

    begin: int
    end: int
    before: int
    lines: int
    parts: int = 0

    @property
    def bytes(self) -> int:
        return self.end - self.begin

    def alone(self) -> Range:
        """The same lines in a file that holds nothing else."""
        return replace(self, begin=0, end=self.bytes)


def divide(scan: Scan, dialect: Dialect, most_lines: int) -> list[Range]:
    """The ranges of a file, of about `most_lines` each; none where it has to be read as a whole."""
    if scan.lines <= most_lines or not is_plain(scan, dialect):
        return []
    found = list(_ranges(scan, max(most_lines, dialect.header_line + 1)))
    return [replace(part, parts=len(found)) for part in found] if len(found) > 1 else []


def _ranges(scan: Scan, most_lines: int) -> Iterator[Range]:
    begin = before = 0
    for offset, lines in scan.cuts:
        if lines - before >= most_lines:
            yield Range(begin, offset, before, lines - before)
            begin, before = offset, lines
    if begin < scan.stored_bytes:
        yield Range(begin, scan.stored_bytes, before, scan.lines - before)


def narrow(source: Source, part: Range, head: bytes, folder: Path) -> None:
    """Let a plain source be that range of itself, below the lines up to its header, which are in
    `head`; its text is copied to `folder`."""
    above = source.dialect.header_line
    header = b""
    source.lines = part.lines
    if part.before:
        header = b"".join(head.splitlines(keepends=True)[:above])
        source.lines += above
        source.skipped = part.before - above
    target = folder / f"{source.source_id}-{part.before}.csv"
    with source.text.open("rb") as stored, target.open("wb") as out:
        out.write(header)
        stored.seek(part.begin)
        left = part.bytes
        while left and (piece := stored.read(min(left, COPY_BYTES))):
            out.write(piece)
            left -= len(piece)
    source.text = target
