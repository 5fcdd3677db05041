"""Who may ask for reports and upload: the holder of the token, or without a token this machine.

A request that came through a proxy is never local: behind one, everybody comes from loopback.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TOKEN = "FLEETPULSE_API_TOKEN"

# What proxies add (RFC 7239, and what single products write); one is enough.
FORWARDED = (
    "cf-connecting-ip",
    "fastly-client-ip",
    "forwarded",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-real-ip",
)
FORWARDED_PREFIX = "x-forwarded"


class Denied(Exception):
    """Whoever asks may not; the text says what would help."""


class TokenNeeded(Denied):
    """The server wants its token, and this is none or another one."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the address of the connection (None: unknown), the names by which the server and
    the page were called, the names of all headers in lower case, and the token given (UTF-8)."""

    address: str | None
    host: str = ""
    origins: Sequence[str] = ()
    headers: frozenset[str] = field(default_factory=frozenset)
    token: bytes = b""

    @property
    def is_local(self) -> bool:
        """Does it come from this machine, and not from a web page of somewhere else?

        A browser on this machine also sends what foreign pages tell it to: their origin gives them
        away, or the name by which they made it call us.
        """
        if self.address is None or not _is_loopback(self.address) or self.is_forwarded:
            return False
        return all(_is_loopback(_host(url)) for url in (f"//{self.host}", *self.origins))

    @property
    def is_forwarded(self) -> bool:
        """Did it come through a proxy?"""
        return any(name in FORWARDED or name.startswith(FORWARDED_PREFIX) for name in self.headers)


def needs_token() -> bool:
    """Is a token set on this server?"""
    return bool(os.environ.get(TOKEN))


def check(visitor: Visitor) -> None:
    """Let a visitor pass who may write. Raises TokenNeeded or Denied."""
    if token := os.environ.get(TOKEN):
        if not hmac.compare_digest(visitor.token, token.encode()):
            raise TokenNeeded(
                "This needs the header `Authorization: Bearer <token>` with the server's token."
            )
    elif not visitor.is_local:
        raise Denied(
            "Uploads and reports are accepted only from this machine, as http://localhost and "
            f"without a proxy, until {TOKEN} is set on the server."
        )


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
    return bool((mapped or address).is_loopback)
