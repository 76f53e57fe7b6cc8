"""The routes for signing in and out."""

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
from ui.serving.accounts import normalized
from ui.serving.attempts import Attempts
from ui.serving.sessions import LONGEST
from ui.serving.targets import SIGN_IN, back_to
from ui.serving.visitors import Visitors

_LARGEST = 16_384  # bytes of a form
_TIMEOUT = 10  # seconds to receive a form
_WAITING = 16  # people who can wait for their password check
_log = logging.getLogger(__name__)


class SignIn:
    """The sign-in page, its form, and signing out."""

    def __init__(self, visitors: Visitors, attempts: Attempts) -> None:
        """Prepare the routes.

        Args:
            visitors: accounts and sessions.
            attempts: limits failed attempts.
        """
        self._visitors, self._attempts = visitors, attempts
        # A hash needs a processor and much memory. One at a time, so that many attempts do not slow the page down.
        self._hashing = anyio.CapacityLimiter(1)
        self._waiting = 0

    async def show(self, request: Request) -> Response:
        """Handle `GET /sign-in`."""
        wanted = back_to(request.query_params.get("next", "/"))
        if await self._visitors.name_of(request) is not None:
            return _to(wanted)
        return _page(wanted)

    async def enter(self, request: Request) -> Response:
        """Handle `POST /sign-in`."""
        form = await _form(request)
        if form is None:
            return _page("/", words.BAD_FORM, 400)
        name, password, wanted = (
            normalized(form.get("name", "")),
            form.get("password", ""),
            back_to(form.get("next", "/")),
        )
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
        """Handle `POST /sign-out`: end the session. The settings that the browser saved stay."""
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
            _log.warning("too many failed sign-ins from %s or for the same name", address)
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
    """Read the fields of a form; None if it is invalid, too large or too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(_TIMEOUT):
            async for part in request.stream():
                body += part
                if len(body) > _LARGEST:
                    return None
        fields = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=9)
    except (TimeoutError, ClientDisconnect, ValueError):
        return None
    return {name: values[0] for name, values in fields.items()}
