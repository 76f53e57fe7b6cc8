"""Check the host name of each request, and block requests from other sites."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui import words

_PORTS = {"http": "80", "https": "443"}


class Hosts:
    """Blocks requests that other sites make through a visitor's browser."""

    def __init__(self, app: ASGIApp, loopback_only: bool) -> None:
        """Wrap an application.

        Args:
            app: the application behind it.
            loopback_only: answer only under names of this machine. A hostile site could make another name point
                here to read the page (DNS rebinding).
        """
        self._app, self._loopback_only = app, loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
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
    """Whether a host name or address is a loopback one."""
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
    """Whether another site sent a request. Only following a link to the page is allowed."""
    origin = headers.get("origin")
    if origin is not None and not _same(origin, [headers.get("host", ""), headers.get("x-forwarded-host", "")]):
        return True
    if headers.get("sec-fetch-site") in (None, "same-origin", "none"):
        return False
    return method not in ("GET", "HEAD") or headers.get("sec-fetch-mode") != "navigate"


def _same(origin: str, hosts: list[str]) -> bool:
    scheme, _, authority = origin.lower().partition("://")
    port = f":{_PORTS.get(scheme, '')}"
    own_hosts = {host.partition(",")[0].strip().lower().removesuffix(port) for host in hosts}
    return bool(authority) and authority.removesuffix(port) in own_hosts
