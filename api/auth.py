"""A request as reports/access.py looks at it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from reports import access

_bearer = HTTPBearer(
    auto_error=False, description=f"{access.TOKEN}; not needed on loopback without it"
)


def writer(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Let a request pass that may upload or trigger. Raises access.Denied."""
    access.check(
        access.Visitor(
            address=request.client.host if request.client else None,
            host=request.headers.get("host", ""),
            origins=request.headers.getlist("origin"),
            headers=frozenset(request.headers),
            token=credentials.credentials.encode("latin-1") if credentials else b"",
        )
    )


Writer = Depends(writer)
OPTIONAL: dict[str, Any] = {
    "security": [{}]
}  # adds to the bearer that OpenAPI has it from: or none
