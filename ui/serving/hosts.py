"""Which names the page is asked by, and which other sites may ask it: none."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui import words

_PORTS = {"http": "80", "https": "443"}


class Hosts:
    """Refuses what other sites make a visitor's browser ask for."""

    def __init__(self, app: ASGIApp, loopback_only: bool) -> None:
        """Make one.

        Args:
            app: what lies behind it.
            loopback_only: answer under names of this machine only; another name may be one that a hostile site
                made point here, to read along as if it were the page.
        """
        self._app, self._loopback_only = app, loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if self._loopback_only and not is_loopback(_host(headers.get("host", ""))):
            await PlainTextResponse(words.WRONG_HOST, 421)(scope, receive, send)
        elif _from_elsewhere(headers, scope.get("method", "GET")):
            await PlainTextResponse(words.WRONG_ORIGIN, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Whether a name or an address is of this machine alone."""
    host = host.strip("[]").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host(authority: str) -> str:
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def _from_elsewhere(headers: Headers, method: str) -> bool:
    """Whether another site sent a request; a link there may lead here, no more."""
    origin = headers.get("origin")
    if origin is not None and not _same(origin, [headers.get("host", ""), headers.get("x-forwarded-host", "")]):
        return True
    if headers.get("sec-fetch-site") in (None, "same-origin", "none"):
        return False
    return method not in ("GET", "HEAD") or headers.get("sec-fetch-mode") != "navigate"


def _same(origin: str, hosts: list[str]) -> bool:
    scheme, _, authority = origin.lower().partition("://")
    port = f":{_PORTS.get(scheme, '')}"
    known = {host.partition(",")[0].strip().lower().removesuffix(port) for host in hosts}
    return bool(authority) and authority.removesuffix(port) in known
