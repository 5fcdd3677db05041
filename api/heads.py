"""Requests whose heads and trailers are of bounded length: the fast parser would take headers of
any size.

uvicorn picks its protocol before it imports an application and has no setting for this, so its
class is changed in place.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024

_METHODS = ("data_received", "on_body", "on_message_complete")


def bound() -> None:
    """From now on answer 400 and close once more than MAX_HEAD_BYTES came that the parser made
    neither a piece of a body nor the end of a request of."""
    take, give, end = (getattr(HttpToolsProtocol, name) for name in _METHODS)

    def data_received(self: Any, data: bytes) -> None:
        self.unread_bytes = getattr(self, "unread_bytes", 0) + len(data)
        take(self, data)
        if self.unread_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(
                f"The head or the trailers of a request have {MAX_HEAD_BYTES} bytes at most."
            )

    def on_body(self: Any, body: bytes) -> None:
        self.unread_bytes = 0
        give(self, body)

    def on_message_complete(self: Any) -> None:
        self.unread_bytes = 0
        end(self)

    for name, made in zip(_METHODS, (data_received, on_body, on_message_complete), strict=True):
        setattr(HttpToolsProtocol, name, made)
