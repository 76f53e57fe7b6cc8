"""Signing in and out."""

from __future__ import annotations

import asyncio
import logging
import math
from urllib.parse import parse_qs

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ui import words
from ui.render import phrases
from ui.render.sign_in import POLICY, sign_in_page
from ui.serving.accounts import as_kept
from ui.serving.attempts import Attempts
from ui.serving.sessions import LONGEST
from ui.serving.targets import SIGN_IN, back_to
from ui.serving.visitors import Visitors

_LARGEST = 16_384  # bytes of a form
_SLOWEST = 10  # seconds for it to come in
_WAITING = 16  # who may wait for a password to be checked
_log = logging.getLogger(__name__)


class SignIn:
    """The sign-in page, what it sends, and signing out."""

    def __init__(self, visitors: Visitors, attempts: Attempts) -> None:
        """Args: visitors: who may come in, and is in; attempts: how often they failed."""
        self._visitors, self._attempts = visitors, attempts
        # A hash takes a processor and much memory: one at a time, so that a flood of them leaves the page its own.
        self._hashing = anyio.CapacityLimiter(1)
        self._waiting = 0

    async def show(self, request: Request) -> Response:
        """`GET /sign-in`."""
        wanted = back_to(request.query_params.get("next", "/"))
        if await self._visitors.name_of(request) is not None:
            return _to(wanted)
        return _page(wanted)

    async def enter(self, request: Request) -> Response:
        """`POST /sign-in`."""
        form = await _form(request)
        if form is None:
            return _page("/", words.BAD_FORM, 400)
        name, password, wanted = as_kept(form.get("name", "")), form.get("password", ""), back_to(form.get("next", "/"))
        if not name or not password:
            return _page(wanted, words.FILL_BOTH, 400, name)
        if self._waiting >= _WAITING:
            return _page(wanted, words.SIGN_IN_BUSY, 503, name, wait=5)
        self._waiting += 1
        try:
            return await self._checked(request, name, password, wanted)
        finally:
            self._waiting -= 1

    async def leave(self, request: Request) -> Response:
        """`POST /sign-out`: the session ends; what the browser keeps of the page is not of a person, and stays."""
        token = self._visitors.token_of(request)
        if token:
            await anyio.to_thread.run_sync(self._visitors.sessions.end, token)
        response = _to(SIGN_IN)
        response.delete_cookie(self._visitors.cookie, path="/", httponly=True, samesite="lax")
        return response

    async def _checked(self, request: Request, name: str, password: str, wanted: str) -> Response:
        address = request.client.host if request.client else ""
        wait = await anyio.to_thread.run_sync(self._attempts.begin, name, address)
        if wait:
            _log.warning("too many failed sign-ins from %s or for one name", address)
            return _page(wanted, phrases.too_many_attempts(wait), 429, name, wait)
        accounts, sessions = self._visitors.accounts, self._visitors.sessions
        right = await anyio.to_thread.run_sync(accounts.check, name, password, limiter=self._hashing)
        mark = accounts.mark(name)
        if not right or mark is None:
            _log.info("a sign-in from %s failed", address)
            return _page(wanted, words.WRONG_PASSWORD, 401, name)
        await anyio.to_thread.run_sync(self._attempts.succeeded, name)
        before = self._visitors.token_of(request)
        if before:
            await anyio.to_thread.run_sync(sessions.end, before)
        token = await anyio.to_thread.run_sync(sessions.begin, name, mark)
        response, secure = _to(wanted), request.url.scheme == "https"
        response.set_cookie(
            self._visitors.cookie, token, LONGEST, path="/", secure=secure, httponly=True, samesite="lax"
        )
        return response


def _to(path: str) -> Response:
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})


def _page(wanted: str, problem: str = "", status: int = 200, name: str = "", wait: float = 0) -> Response:
    headers = {"Content-Security-Policy": POLICY}
    if wait:
        headers["Retry-After"] = str(math.ceil(wait))
    if status == 401:
        headers["WWW-Authenticate"] = 'Session realm="Dateline"'
    return HTMLResponse(sign_in_page(wanted, problem, name), status, headers)


async def _form(request: Request) -> dict[str, str] | None:
    """The fields of a form; None where it is none, or is too long in every sense."""
    body = bytearray()
    try:
        async with asyncio.timeout(_SLOWEST):
            async for part in request.stream():
                body += part
                if len(body) > _LARGEST:
                    return None
        fields = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=9)
    except (TimeoutError, ClientDisconnect, ValueError):
        return None
    return {name: values[0] for name, values in fields.items()}
