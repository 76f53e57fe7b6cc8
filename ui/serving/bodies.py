"""Block requests whose body would make Gradio download something from the web.

If the value of any component has a file whose path is a web address, Gradio downloads it.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import words

_API = "/gradio_api/"
_LARGEST = 20_000_000  # bytes of a request with values; files are uploaded separately


class Bodies:
    """Answers such requests with 403, and requests with larger bodies than the page sends with 413."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "POST" or not path.startswith(_API) or "/upload" in path:
            await self._app(scope, receive, send)
            return
        messages, body = await _whole(receive)
        if body is None:
            await PlainTextResponse(words.TOO_LARGE, 413)(scope, receive, send)
        elif names_an_address(body):
            await PlainTextResponse(words.NOT_FETCHED, 403)(scope, receive, send)
        else:
            await self._app(scope, _replay(messages, receive), send)


def names_an_address(body: bytes) -> bool:
    """Whether a JSON body has a file whose path is a web address. False for a body that is not JSON."""
    try:
        return _has_address(json.loads(body))
    except (ValueError, RecursionError):
        return False


def _has_address(value: Any) -> bool:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "://" in str(part.get("path") or "")[:20]:  # Gradio does not follow its `url` in requests
                return True
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return False


async def _whole(receive: Receive) -> tuple[list[Message], bytes | None]:
    """Receive the messages of a body, and join them; None instead of a body that is too large."""
    messages, parts, size = [], [], 0
    while True:
        message = await receive()
        messages.append(message)
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > _LARGEST:
            return messages, None
        if message["type"] != "http.request" or not message.get("more_body"):
            return messages, b"".join(parts)


def _replay(messages: list[Message], receive: Receive) -> Receive:
    """Receive these messages again, and then the following ones."""
    waiting = iter(messages)

    async def replayed() -> Message:
        for message in waiting:
            return message
        return await receive()

    return replayed
