"""A multipart/form-data body read as it arrives: one file to disk, a few short fields."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from api.errors import Problem
from uploads.errors import UploadError
from uploads.part import Part

WRITE_BYTES = 2 << 20
MAX_FIELD_BYTES = 10_000
MAX_FIELDS = 20
DRAIN_BYTES = 1 << 30


@dataclass(slots=True)
class Form:
    """What a body held: its text fields, and how many files went to the part."""

    fields: dict[str, str] = field(default_factory=dict)
    files: int = 0


async def receive(content_type: str, body: AsyncIterator[bytes], part: Part) -> Form:
    """Read the whole body, the field `file` to `part`, the others to the form.

    One piece of WRITE_BYTES is written while the next comes in. Raises Problem (415, 422) and
    UploadError after the body was read to its end, so that the client gets to see why, and what
    `body` raises when it breaks off.
    """
    writing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    writing.set_result(None)
    try:
        reader = _Reader(_boundary(content_type))
        async for chunk in body:
            reader.feed(chunk)
            if reader.held_bytes >= WRITE_BYTES:
                await writing
                writing = asyncio.ensure_future(run_in_threadpool(part.write, reader.taken()))
        reader.finish()
        await writing
        await run_in_threadpool(part.write, reader.taken())
    except (Problem, UploadError):
        await _drain(body)
        raise
    finally:
        await asyncio.wait([writing])
    return reader.form


async def _drain(body: AsyncIterator[bytes]) -> None:
    """Let the rest of the body pass by, within reason."""
    passed = 0
    async for chunk in body:
        passed += len(chunk)
        if passed > DRAIN_BYTES:
            return


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise Problem(415, "Send multipart/form-data with the fields `file` and `customer_id`.")
    boundary = options.get(b"boundary")
    if not boundary:
        raise Problem(422, "The Content-Type header names no multipart boundary.")
    return boundary


class _Reader:
    """Collects what python-multipart's callbacks tell."""

    def __init__(self, boundary: bytes) -> None:
        self.form = Form()
        self.held_bytes = 0
        self._held: list[bytes] = []
        self._header = b""
        self._value = b""
        self._name = ""
        self._is_file = False
        self._text = b""
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_end": self._finished,
                },
            )
        except ValueError as wrong:
            raise Problem(422, f"The multipart boundary is not usable: {wrong}.") from wrong

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except MultipartParseError as wrong:
            raise Problem(422, f"The body is not multipart/form-data: {wrong}.") from wrong

    def finish(self) -> None:
        """Raises Problem, 422, where the body ended in its middle."""
        if not self._ended:
            raise Problem(422, "The body is cut off: its last boundary is missing.")

    def taken(self) -> list[bytes]:
        """The bytes of the file that are not written yet, as they came."""
        taken, self._held, self.held_bytes = self._held, [], 0
        return taken

    def _begin(self) -> None:
        self._name, self._is_file, self._text = "", False, b""
        self._header = self._value = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
            self._is_file = self._name == "file"
            self.form.files += self._is_file
            if self.form.files > 1:
                raise Problem(422, "The body has more than one `file`; send one at a time.")
        self._header = self._value = b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._held.append(data[start:end])
            self.held_bytes += end - start
            return
        self._text += data[start:end]
        if len(self._text) > MAX_FIELD_BYTES:
            raise Problem(
                422, f"The field {self._name!r} is longer than {MAX_FIELD_BYTES:,} bytes."
            )

    def _end(self) -> None:
        if self._is_file:
            return
        try:
            self.form.fields[self._name] = self._text.decode("utf-8")
        except UnicodeDecodeError as wrong:
            raise Problem(422, f"The field {self._name!r} is not UTF-8.") from wrong
        if len(self.form.fields) > MAX_FIELDS:
            raise Problem(422, f"The body has more than {MAX_FIELDS} fields.")

    def _finished(self) -> None:
        self._ended = True
