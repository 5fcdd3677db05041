"""Requests whose heads are of bounded length: the fast parser would take headers of any size.

uvicorn picks its protocol before it imports an application and has no setting for this, so its
class is changed in place.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024


def bound() -> None:
    """From now on answer 400 and close once MAX_HEAD_BYTES came and the head still goes on."""
    take, begin, end = (getattr(HttpToolsProtocol, name) for name in _METHODS)

    def data_received(self: Any, data: bytes) -> None:
        take(self, data)
        if getattr(self, "is_head", False) and not self.transport.is_closing():
            self.head_bytes += len(data)
            if self.head_bytes > MAX_HEAD_BYTES:
                self.send_400_response(f"The head of a request has {MAX_HEAD_BYTES} bytes at most.")

    def on_message_begin(self: Any) -> None:
        self.is_head, self.head_bytes = True, 0
        begin(self)

    def on_headers_complete(self: Any) -> None:
        self.is_head = False
        end(self)

    for name, made in zip(
        _METHODS, (data_received, on_message_begin, on_headers_complete), strict=True
    ):
        setattr(HttpToolsProtocol, name, made)


_METHODS = ("data_received", "on_message_begin", "on_headers_complete")
