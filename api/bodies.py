"""How large a request's body may be: small, but for uploads, which see to themselves."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES = 1 << 20
UPLOAD = "/v1/event"


class Bounded:
    """ASGI middleware: reading beyond MAX_BYTES raises HTTPException, 413, in the reader."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rstrip("/").endswith(UPLOAD):
            return await self._app(scope, receive, send)
        passed = 0

        async def bounded() -> Message:
            nonlocal passed
            message = await receive()
            passed += len(message.get("body", b""))
            if passed > MAX_BYTES:
                raise HTTPException(413, f"The body is larger than {MAX_BYTES:,} bytes")
            return message

        await self._app(scope, bounded, send)
