"""A file's rows counted and read a second time, sharing nothing with the loader."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import re
import zlib

from etl.read import zstd

BLANK = b" \t\v\f"


class NotText(Exception):
    """Nothing can be counted: the compressed stream is broken or the encoding is not known."""


def decompressed(name: str, stored: bytes) -> bytes:
    """The text as bytes. Raises NotText."""
    try:
        if name.lower().endswith(".gz"):
            return gzip.decompress(stored)
        if name.lower().endswith(".zst"):
            return zstd.decompress(stored)
    except (OSError, EOFError, zlib.error, zstd.ZstdError) as broken:
        raise NotText from broken
    return stored


def physical_lines(text: bytes) -> list[bytes]:
    """The lines in UTF-8, without their ends; what is not UTF-8 stays as it is. Raises NotText."""
    plain = _utf_8(text)
    end = b"\n" if b"\n" in plain or b"\r" not in plain else b"\r"
    lines = plain.split(end)
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines]


def _utf_8(text: bytes) -> bytes:
    if text.startswith(b"\xef\xbb\xbf"):
        return text[3:]
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _transcoded(text, "utf-16")
    start = text[:1000]
    if start[1::2].count(0) > len(start) / 4:
        return _transcoded(text, "utf-16-le")
    if start[0::2].count(0) > len(start) / 4:
        return _transcoded(text, "utf-16-be")
    return text


def _transcoded(text: bytes, encoding: str) -> bytes:
    try:
        return text.decode(encoding).encode("utf-8")
    except UnicodeError as broken:
        raise NotText from broken


def is_blank(line: bytes) -> bool:
    return not line.strip(BLANK)


def cells(line: bytes) -> set[str]:
    """Every text that a cell of the line may hold, whatever the delimiter."""
    text = line.decode("utf-8")
    found = set(re.split("[,;\t]", text))
    for delimiter in ",;\t":
        found |= set(next(csv.reader(io.StringIO(text), delimiter=delimiter), []))
        tidy = re.sub(rf" *({re.escape(delimiter)}) *", r"\1", text.strip())
        found |= set(next(csv.reader(io.StringIO(tidy), delimiter=delimiter), []))
    return {cell.strip(" \t") for cell in found}


def instant(cell: str) -> dt.datetime | None:
    """A timestamp as naive UTC; None where it is none."""
    try:
        read = dt.datetime.fromisoformat(cell.upper().removesuffix(" UTC"))
    except (ValueError, OverflowError):
        return None
    return read.astimezone(dt.UTC).replace(tzinfo=None) if read.tzinfo else read


def row_numbers(lines: list[bytes], names: set[str]) -> list[int]:
    """The numbers, from 1, of the lines that are rows: not blank, and behind the header if the
    first line is one, that is, holds one of the names; without names it always is."""
    header = next((n for n, line in enumerate(lines, 1) if _shown(line).strip()), 0)
    if header and names:
        first = {
            cell.strip().strip('"').strip().lower() for cell in _parts(_shown(lines[header - 1]))
        }
        header = header if first & names else 0
    return [n for n, line in enumerate(lines, 1) if n > header and not is_blank(line)]


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace")


def _parts(text: str) -> list[str]:
    return re.split("[,;\t]", text)
