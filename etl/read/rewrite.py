"""Odd text made plain: UTF-8 with line feeds, one physical line for each of the original's.

A record that runs over lines is written on its first one, with its line ends escaped, and blank
lines stand for the others. Records that cannot be kept (invalid UTF-8, NUL, 0x01, far too long)
become blank lines and rejects with their number. So every other line keeps its number.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from etl.read.dialect import Dialect
from etl.read.header import WINDOWS, is_no_row
from etl.read.records import LINE_END, encoded, end_of_line, end_of_record
from etl.read.scan import BLOCK_BYTES, MAX_LINE_BYTES, Unreadable, blocks, is_utf8, open_text


@dataclass(slots=True)
class Rewritten:
    """The plain copy and its physical lines.

    `spans` has the first line of each record that runs over lines, `continued` counts the lines
    after their first ones; `rejected_lines` has (line, reason, raw).
    """

    path: Path
    lines: int = 0
    continued: int = 0
    spans: set[int] = field(default_factory=set)
    rejected_lines: list[tuple[int, str, str]] = field(default_factory=list)


def rewrite(path: Path, target: Path, dialect: Dialect) -> Rewritten:
    """Write the plain copy of `path`. Raises Unreadable where the encoding itself is broken, or
    the header cannot be kept."""
    result = Rewritten(target)
    with path.open("rb") as stored, target.open("wb") as copy:
        writer = _Writer(copy, result, dialect)
        rest = b""
        for block in _as_utf8(blocks(open_text(path, stored)), dialect.encoding):
            text = rest + block
            rest = text[writer.write(text, _whole_lines(text), is_last=False) :]
        writer.write(rest, len(rest), is_last=True)
    return result


def _whole_lines(text: bytes) -> int:
    """Up to where it is certain where lines end."""
    feed = text.rfind(b"\n") + 1
    return feed or text.rstrip(b"\r").rfind(b"\r") + 1


@dataclass(slots=True)
class _Writer:
    copy: BinaryIO
    result: Rewritten
    dialect: Dialect

    def write(self, text: bytes, until: int, is_last: bool) -> int:
        """Write the records of text[:until]; returns where the first one begins that is not whole
        yet."""
        if self.dialect.above and self.result.lines < self.dialect.header_at:
            return self._each(text, 0, until, is_last)
        whole = text[:until]
        if b'"' not in whole and _is_plain(feeds := LINE_END.sub(b"\n", whole)):
            self._as_it_is(feeds)
            return until
        if not _is_plain(whole):
            return self._each(text, 0, until, is_last)
        at = 0
        from etl.read.quotes import doubtful_lines  # numpy, which most loads do without

        for start in doubtful_lines(whole, self.dialect.delimiter):
            if start < at or start >= until:
                continue
            self._as_it_is(text[at:start])
            at = self._each(text, start, start + 1, is_last)
            if at == start:
                return at
        self._as_it_is(text[at:until])
        return max(at, until)

    def _as_it_is(self, lines: bytes) -> None:
        """Lines each of which is a record."""
        self.result.lines += lines.count(b"\n")
        self.copy.write(lines.replace(b"\r\n", b"\n") if b"\r" in lines else lines)
        if lines and not lines.endswith(b"\n"):
            self.result.lines += 1
            self.copy.write(b"\n")

    def _each(self, text: bytes, at: int, until: int, is_last: bool) -> int:
        """Write the records that begin in text[at:until] one by one."""
        while at < until:
            is_skipped = self.result.lines < self.dialect.skipped
            end = (
                end_of_line(text, at)
                if is_skipped
                else end_of_record(text, at, self.dialect.delimiter, is_last)
            )
            ends = text[end:] if end is not None and len(text) - end < 3 else None
            if end is None or (not is_last and ends in (b"", b"\r", b"\r\r")):
                break  # the record or its line end may go on
            self._record(text[at:end])
            found = LINE_END.match(text, end)
            at = found.end() if found else end
        return at

    def _record(self, record: bytes) -> None:
        first = self.result.lines + 1
        over = len(LINE_END.findall(record))
        self.result.lines += 1 + over
        reason = _reason(record, self.dialect.encoding)
        if reason and first <= self.dialect.header_line <= self.result.lines:
            raise Unreadable(f"its header cannot be read: {reason}")
        is_lost = 0 < self.dialect.above <= first and self.result.lines < self.dialect.header_at
        if is_lost and not reason:
            reason = None if is_no_row(record) else "it stands above the header"
        if first > self.dialect.header_line or is_lost:
            self.result.continued += over
            if reason:
                self.result.rejected_lines.append((first, reason, _raw(record)))
                record = b""
            elif over:
                self.result.spans.add(first)
        elif reason:
            record = b""
        self.copy.write((encoded(record) if over else record) + b"\n" * (over + 1))


def _is_plain(text: bytes) -> bool:
    """Are all lines short, of valid text and ended by LF or CRLF?"""
    return (
        b"\0" not in text
        and b"\x01" not in text
        and text.count(b"\r") == text.count(b"\r\n")
        and (len(text) <= BLOCK_BYTES + MAX_LINE_BYTES or _are_short(text))
        and is_utf8(text)
    )


def _are_short(text: bytes) -> bool:
    return max(map(len, text.split(b"\n"))) <= MAX_LINE_BYTES


def _as_utf8(source: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The text without a byte order mark at its start; what is invalid stays so."""
    if encoding == "utf-8":
        yield from source
        return
    if encoding == "utf-8-sig":
        yield next(source, b"").removeprefix(codecs.BOM_UTF8)
        yield from source
        return
    if encoding == WINDOWS:
        for block in source:
            yield block.decode(WINDOWS, "surrogateescape").encode("utf-8", "surrogateescape")
        return
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    for block in source:
        yield decoder.decode(block).encode("utf-8", "surrogatepass")
    try:
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeError:  # cut off within a character, which costs its record
        yield b"\xff"


def _reason(record: bytes, encoding: str) -> str | None:
    if len(record) > MAX_LINE_BYTES:
        return f"the line is {len(record):,} bytes long; at most {MAX_LINE_BYTES:,} are read"
    if b"\0" in record or b"\x01" in record:
        return "the line holds a control character (NUL or 0x01)"
    try:
        record.decode("utf-8")
    except UnicodeDecodeError as broken:
        if encoding.startswith("utf-8"):
            return f"byte {broken.start + 1} of the line is not valid UTF-8"
        name = encoding.upper().replace("WINDOWS", "Windows")
        return f"the line holds bytes that are not valid {name}"
    return None


def _raw(record: bytes) -> str:
    shown = record[:MAX_LINE_BYTES].decode("utf-8", "backslashreplace")
    return shown.replace("\0", "\\x00")
