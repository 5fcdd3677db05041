"""Who may write: the holder of the token, or without a token this machine itself."""

from __future__ import annotations

import hmac
import ipaddress
import os
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.errors import Refused

VARIABLE = "FLEETPULSE_API_TOKEN"

_bearer = HTTPBearer(auto_error=False, description=f"{VARIABLE}; not needed on loopback without it")


def writer(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Let a request pass that may upload or trigger. Raises Refused, 401 or 403."""
    if token := os.environ.get(VARIABLE):
        _check_token(token, credentials)
    elif not _is_local(request):
        raise Refused(
            403,
            "Uploads and reports are accepted only from this machine, as http://localhost, "
            f"until {VARIABLE} is set on the server.",
        )


Writer = Depends(writer)
OPTIONAL: dict[str, Any] = {
    "security": [{}]
}  # adds to the bearer that OpenAPI has it from: or none


def _check_token(token: str, credentials: HTTPAuthorizationCredentials | None) -> None:
    given = credentials.credentials if credentials else ""
    if not hmac.compare_digest(given.encode("latin-1"), token.encode()):
        raise Refused(
            401,
            "This needs the header `Authorization: Bearer <token>` with the server's token.",
            headers={"WWW-Authenticate": "Bearer"},
        )


def _is_local(request: Request) -> bool:
    """Does the request come from this machine, and not from a web page of somewhere else?

    A browser on this machine also sends what foreign pages tell it to: their origin gives them
    away, or the name by which they made it call us.
    """
    if request.client is None or not _is_loopback(request.client.host):
        return False
    named = [f"//{request.headers.get('host', '')}", *request.headers.getlist("origin")]
    return all(_is_loopback(_host(url)) for url in named)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
