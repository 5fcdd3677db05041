"""What a file may be, checked while its bytes pass: size, packed and unpacked, and lines."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

from etl.read.scan import HEAD_BYTES, MAX_LINE_BYTES
from uploads.errors import TooLarge, Unusable
from warehouse.zstd import ZstdDecompressor, ZstdError

MAX_TEXT_BYTES = 1 << 30
MAX_RATIO = 200
RATIO_FROM_BYTES = 16 << 20  # while it streams; at the end the ratio counts at any size
PIECE_BYTES = 1 << 18
_MAGIC = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}
_MAGIC_BYTES = 4
_ENDS = (b"\n", b"\r")


class _Unpacker(Protocol):
    """Decompresses frame after frame; `open` inside of one."""

    @property
    def open(self) -> bool: ...
    def text(self, piece: bytes) -> Iterator[bytes]: ...


class Inspector:
    """Takes the stored bytes piece by piece, then `finish`. Both raise TooLarge or Unusable.

    Afterwards `suffix` is what the compression calls for and `head` the first bytes of the text.
    """

    def __init__(self, max_bytes: int) -> None:
        self.suffix = ""
        self.head = b""
        self._max_bytes = max_bytes
        self._stored = 0
        self._text = 0
        self._line = 0
        self._begin: bytes | None = b""
        self._unpacker: _Unpacker | None = None

    def feed(self, piece: bytes) -> None:
        """Look at the next bytes."""
        self._stored += len(piece)
        if self._stored > self._max_bytes:
            raise TooLarge(self._max_bytes)
        if self._begin is None:
            self._take(piece)
        else:
            self._begin += piece
            if len(self._begin) >= _MAGIC_BYTES:
                self._start()

    def finish(self) -> None:
        """The file is complete."""
        self._start()
        if self._unpacker is None:
            return
        if self._unpacker.open:
            raise Unusable("The compressed data is cut off.")
        if self._text > MAX_RATIO * self._stored:
            raise _bomb()

    def _start(self) -> None:
        """Tell from the first bytes whether the file is compressed; its name does not matter."""
        begin, self._begin = self._begin, None
        if begin is None:
            return
        self.suffix = next((s for magic, s in _MAGIC.items() if begin.startswith(magic)), "")
        if self.suffix:
            self._unpacker = _Gzip() if self.suffix == ".gz" else _Zstd()
        self._take(begin)

    def _take(self, piece: bytes) -> None:
        for text in self._texts(piece):
            self._text += len(text)
            self._check_size()
            if len(self.head) < HEAD_BYTES:
                self.head += text[: HEAD_BYTES - len(self.head)]
            for start in range(0, len(text), PIECE_BYTES):
                self._check_lines(text, start, min(start + PIECE_BYTES, len(text)))

    def _texts(self, piece: bytes) -> Iterator[bytes]:
        if self._unpacker is None:
            yield piece
            return
        try:
            yield from self._unpacker.text(piece)
        except (zlib.error, ZstdError, EOFError) as broken:
            raise Unusable(f"The compressed data is broken ({broken}).") from broken

    def _check_size(self) -> None:
        if self._unpacker is None:
            return
        if self._text > MAX_TEXT_BYTES:
            raise Unusable("Decompressed, the file is larger than 1 GB.")
        if self._text > max(RATIO_FROM_BYTES, MAX_RATIO * self._stored):
            raise _bomb()

    def _check_lines(self, text: bytes, start: int, end: int) -> None:
        """Carry the open line's length through a piece that is shorter than a line may be."""
        firsts = {mark: at for mark in _ENDS if (at := text.find(mark, start, end)) >= 0}
        self._line += min(firsts.values(), default=end) - start
        if self._line > MAX_LINE_BYTES:
            raise Unusable(f"The file has a line of more than {MAX_LINE_BYTES:,} bytes.")
        if firsts:
            self._line = end - 1 - max(text.rfind(mark, start, end) for mark in firsts)


class _Gzip:
    """Members one after the other; zero bytes between and after them are padding."""

    def __init__(self) -> None:
        self._member: zlib._Decompress | None = zlib.decompressobj(31)

    @property
    def open(self) -> bool:
        return self._member is not None

    def text(self, piece: bytes) -> Iterator[bytes]:
        full = False
        while piece or full:
            if self._member is None:
                if not (piece := piece.lstrip(b"\0")):
                    return
                self._member = zlib.decompressobj(31)
            text = self._member.decompress(piece, PIECE_BYTES)
            piece, full = self._member.unconsumed_tail, len(text) == PIECE_BYTES
            if self._member.eof:
                piece, full, self._member = self._member.unused_data, False, None
            if text:
                yield text


class _Zstd:
    """Frames one after the other."""

    def __init__(self) -> None:
        self._frame: ZstdDecompressor | None = ZstdDecompressor()

    @property
    def open(self) -> bool:
        return self._frame is not None

    def text(self, piece: bytes) -> Iterator[bytes]:
        full = False
        while piece or full:
            self._frame = self._frame or ZstdDecompressor()
            text = self._frame.decompress(piece, PIECE_BYTES)
            piece, full = b"", not self._frame.needs_input
            if self._frame.eof:
                piece, full, self._frame = self._frame.unused_data, False, None
            if text:
                yield text


def _bomb() -> Unusable:
    return Unusable(f"The file unpacks to more than {MAX_RATIO} times its size.")
