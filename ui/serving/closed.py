"""What Gradio would answer, and the page has no use for."""

from __future__ import annotations

from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui import words

_API = "/gradio_api"
#: Its own sign-in, its view of all requests, its history of calls and editor, and links that keep a page's state.
_CLOSED = (
    "/login", "/logout", "/monitoring", f"{_API}/run-history", f"{_API}/runs", f"{_API}/vibe-", f"{_API}/undo-vibe-",
    f"{_API}/deep_link", f"{_API}/process_recording", f"{_API}/openapi.json", f"{_API}/proxy=", f"{_API}/dev/",
)  # fmt: skip


class Closed:
    """Answers these with 404, and uploads with 403 where the archive is not to be changed."""

    def __init__(self, app: ASGIApp, read_only: bool) -> None:
        """Args: app: what lies behind it; read_only: nothing is uploaded."""
        self._app, self._read_only = app, read_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            path = scope["path"]
            # Gradio fetches what file= names, where that is an address of the web.
            if path.startswith(_CLOSED) or (path.startswith(f"{_API}/file") and ":/" in path):
                await PlainTextResponse(words.NOT_HERE, 404)(scope, receive, send)
                return
            if self._read_only and path.rstrip("/") == f"{_API}/upload":
                await JSONResponse({"detail": words.READ_ONLY}, 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)
