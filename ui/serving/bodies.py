"""Requests to Gradio whose body would make it fetch something from the web.

Gradio downloads what a file in the value of a component names, where that is an address, whichever component it is.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import words

_API = "/gradio_api/"
_LARGEST = 20_000_000  # bytes of a request with values; files are sent apart


class Bodies:
    """Answers these with 403, and bodies that are larger than any value of the page with 413."""

    def __init__(self, app: ASGIApp) -> None:
        """Args: app: what lies behind it."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
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
            await self._app(scope, _again(messages, receive), send)


def names_an_address(body: bytes) -> bool:
    """Whether a JSON body holds a file whose path is an address; what is no JSON holds none."""
    try:
        return _has_address(json.loads(body))
    except (ValueError, RecursionError):
        return False


def _has_address(value: Any) -> bool:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if "://" in str(each.get("path") or "")[:20]:  # its `url` is not followed in what comes in
                return True
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return False


async def _whole(receive: Receive) -> tuple[list[Message], bytes | None]:
    """All messages of a body, and the body; None for one that is too large."""
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


def _again(messages: list[Message], receive: Receive) -> Receive:
    """What was received, once more, and then what comes."""
    waiting = iter(messages)

    async def replayed() -> Message:
        for message in waiting:
            return message
        return await receive()

    return replayed
