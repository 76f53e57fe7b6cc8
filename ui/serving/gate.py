"""Require a session for every request except those of the sign-in page."""

from __future__ import annotations

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui import words
from ui.serving.targets import SIGN_IN, SIGN_OUT, sign_in_for
from ui.serving.visitors import Visitors

_NAME = "dateline.name"
_OPEN = {("GET", SIGN_IN), ("HEAD", SIGN_IN), ("POST", SIGN_IN), ("POST", SIGN_OUT)}


class Gate:
    """Passes on requests of signed-in people, together with their name."""

    def __init__(self, app: ASGIApp, visitors: Visitors) -> None:
        """Wrap an application.

        Args:
            app: the application behind it.
            visitors: identifies who sends a request.
        """
        self._app, self._visitors = app, visitors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "lifespan" or (scope.get("method"), scope["path"]) in _OPEN:
            await self._app(scope, receive, send)
            return
        name = await self._visitors.name_of(HTTPConnection(scope))
        if name is None:
            await _refusal(Request(scope))(scope, receive, send)
        else:
            await self._app({**scope, _NAME: name}, receive, send)


def name_of(request: HTTPConnection) -> str | None:
    """The name of the signed-in person who sent a request; None without a gate."""
    name = request.scope.get(_NAME)
    return name if isinstance(name, str) else None


def _refusal(request: Request) -> Response:
    wants_page = request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")
    if wants_page:
        path = request.scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1")
        return RedirectResponse(sign_in_for(path, request.url.query), 303, {"Cache-Control": "no-store"})
    headers = {"WWW-Authenticate": 'Session realm="Dateline"', "Cache-Control": "no-store"}
    return JSONResponse({"detail": words.SIGNED_OUT, "sign_in": words.SIGN_IN}, 401, headers)
