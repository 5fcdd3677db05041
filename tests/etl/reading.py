"""A file's rows counted and read a second time, sharing nothing with the loader."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import itertools
import re
import zlib

from warehouse import zstd

BLANKS = " \t\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff"
ENDS = re.compile(rb"\r\r\n|\r\n|\n|\r")
MOST_LINES = 1000


class NotText(Exception):
    """Nothing can be counted: the compressed stream is broken."""


def decompressed(stored: bytes) -> bytes:
    """The text as bytes. Raises NotText."""
    try:
        if stored.startswith(b"\x1f\x8b"):
            return gzip.decompress(stored)
        if stored.startswith(b"\x28\xb5\x2f\xfd"):
            return zstd.decompress(stored)
    except (OSError, EOFError, zlib.error, zstd.ZstdError) as broken:
        raise NotText from broken
    return stored


def physical_lines(text: bytes) -> list[bytes]:
    """The lines in UTF-8 with their ends; what is not UTF-8 stays as it is."""
    plain = _utf_8(text)
    ends = [found.end() for found in ENDS.finditer(plain)]
    cuts = [0, *ends] if ends and ends[-1] == len(plain) else [0, *ends, len(plain)]
    return [plain[start:end] for start, end in itertools.pairwise(cuts)]


def records(lines: list[bytes], delimiter: str) -> dict[int, bytes]:
    """The records by the number, from 1, of the line on which each begins, without line ends
    behind them. Python's csv decides how far each goes."""
    found = {}
    at = 0
    while at < len(lines):
        extent = _extent(lines, at, delimiter)
        found[at + 1] = b"".join(lines[at : at + extent]).rstrip(b"\r\n")
        at += extent
    return found


def _extent(lines: list[bytes], at: int, delimiter: str) -> int:
    """How many lines the record has that begins on one of them."""
    text = ""
    for number, line in enumerate(lines[at : at + MOST_LINES], 1):
        text += line.decode("utf-8", "surrogateescape")
        if len(text.encode("utf-8", "surrogateescape").rstrip(b"\r\n")) > 1_000_000:
            return 1
        try:
            list(
                csv.reader(
                    [_tidy(text.rstrip("\r\n"), delimiter)], delimiter=delimiter, strict=True
                )
            )
        except csv.Error as wrong:
            if "unexpected end" not in str(wrong):
                return 1
        else:
            return number
    return 1


def _tidy(text: str, delimiter: str) -> str:
    """Without blanks before quotes that open and behind quotes that close."""
    blanks = "[" + BLANKS.replace(delimiter, "") + "]+"
    edge = re.escape(delimiter)
    text = re.sub(f'(^|{edge}){blanks}"', r'\1"', text)
    return re.sub(f'"{blanks}(?={edge}|$)', '"', text)


def _utf_8(text: bytes) -> bytes:
    if text.startswith(b"\xef\xbb\xbf"):
        return text[3:]
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _transcoded(text, "utf-16")
    start = text[:1000]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    pairs = len(start) // 2
    if odd and odd >= pairs * 0.8 and even <= pairs * 0.1:
        return _transcoded(text, "utf-16-le")
    if even and even >= pairs * 0.8 and odd <= pairs * 0.1:
        return _transcoded(text, "utf-16-be")
    if is_windows(text):
        return text.decode("cp1252", "surrogateescape").encode("utf-8", "surrogateescape")
    return text


def is_windows(text: bytes) -> bool:
    """Is it not UTF-8, and no letter of it is?"""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("utf-8", "ignore").isascii()
    return False


def _transcoded(text: bytes, encoding: str) -> bytes:
    """Half a pair, or half a unit at the end, is no valid UTF-8 either."""
    half = len(text) % 2
    whole = text[: len(text) - half].decode(encoding, "surrogatepass")
    return whole.encode("utf-8", "surrogatepass") + b"\xff" * half


def is_blank(record: bytes, delimiter: str) -> bool:
    return not _shown(record).strip(BLANKS + "\r\n\v\f" + delimiter)


def cells(record: bytes, delimiter: str) -> set[str]:
    """Every text that a cell of the record may hold."""
    text = _shown(record)
    tidy = _tidy(text, delimiter)
    found = {*text.split(delimiter), *next(csv.reader([tidy], delimiter=delimiter), [])}
    return {cell.strip(BLANKS) for cell in found}


def instant(cell: str) -> dt.datetime | None:
    """A timestamp as naive UTC; None where it is none."""
    text = re.sub(" ?(UTC|GMT|Z)$", "Z", cell.upper())
    text = re.sub(r"(:\d\d\S*) ([+-])", r"\1\2", text)
    ended = re.sub(r"([T ])24:00(?!:?[.,:]?\d*[.,])", r"\g<1>00:00", text)
    try:
        read = dt.datetime.fromisoformat(ended) + dt.timedelta(days=ended != text)
        return read.astimezone(dt.UTC).replace(tzinfo=None) if read.tzinfo else read
    except (ValueError, OverflowError):
        return None


def rows(
    lines: list[bytes], delimiter: str, names: set[str], header_line: int | None = None
) -> dict[int, bytes]:
    """The records that are rows, by their first line: not blank, and behind the header if the
    first one is one, that is, holds one of the names; without names it always is. Below a damaged
    first line the header is where it is said to be, if it names columns, and comments above it are
    no rows either."""
    skipped = 0
    for line in lines:
        if not _is_no_row(line):
            break
        skipped += 1
    found = records(lines[skipped:], delimiter)
    rows = {at + skipped: record for at, record in found.items()}
    first = rows.get(skipped + 1, b"")
    is_header = not names or bool(_header(first.replace(b"\0", b""), delimiter) & names)
    if b"\0" in first or "\ufffd" in _shown(first):
        if header_line in rows and len(_header(rows[header_line], delimiter) & names) > 1:
            rows.pop(header_line)
            rows = {at: r for at, r in rows.items() if at > header_line or not _is_no_row(r)}
    elif is_header:
        rows.pop(skipped + 1, None)
    return {at: record for at, record in rows.items() if not is_blank(record, delimiter)}


def _is_no_row(line: bytes) -> bool:
    """Is a line blank, a comment or `sep=`?"""
    text = _shown(line.rstrip(b"\r\n"))
    return bool(re.fullmatch(f'#.*|"?sep=."?|[{BLANKS}\v\f,;|]*', text, re.IGNORECASE))


def _header(record: bytes, delimiter: str) -> set[str]:
    """The names in a first record; none where it is malformed."""
    try:
        found = next(
            csv.reader([_tidy(_shown(record), delimiter)], delimiter=delimiter, strict=True)
        )
    except (csv.Error, StopIteration):
        return set()
    return {cell.strip(BLANKS).lower() for cell in found}


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace")
