"""Close the routes of Gradio that the page does not need."""

from __future__ import annotations

from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui import words

_API = "/gradio_api"
#: Sign-in, monitoring, run history, editor, and links that store the state of a page.
_CLOSED = (
    "/login", "/logout", "/monitoring", f"{_API}/run-history", f"{_API}/runs", f"{_API}/vibe-", f"{_API}/undo-vibe-",
    f"{_API}/deep_link", f"{_API}/process_recording", f"{_API}/openapi.json", f"{_API}/proxy=", f"{_API}/dev/",
)  # fmt: skip


class Closed:
    """Answers these routes with 404, and uploads to a read-only archive with 403."""

    def __init__(self, app: ASGIApp, read_only: bool) -> None:
        """Wrap an application.

        Args:
            app: the application behind it.
            read_only: refuse uploads.
        """
        self._app, self._read_only = app, read_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            path = scope["path"]
            # Gradio downloads the file of file= if it is a web address.
            if path.startswith(_CLOSED) or (path.startswith(f"{_API}/file") and ":/" in path):
                await PlainTextResponse(words.NOT_HERE, 404)(scope, receive, send)
                return
            if self._read_only and path.rstrip("/") == f"{_API}/upload":
                await JSONResponse({"detail": words.READ_ONLY}, 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)
