"""Identify signed-in visitors by the cookies of their requests."""

from __future__ import annotations

import anyio
from starlette.requests import HTTPConnection

from ui.serving.accounts import Accounts
from ui.serving.sessions import Session, Sessions


class Visitors:
    """Accounts, sessions and the cookie that connects a request with them."""

    def __init__(self, accounts: Accounts, sessions: Sessions, cookie: str) -> None:
        """Prepare the lookup.

        Args:
            accounts: who may sign in.
            sessions: who is signed in.
            cookie: name of the cookie with the token.
        """
        self.accounts, self.sessions, self.cookie = accounts, sessions, cookie
        self._lookups = anyio.CapacityLimiter(8)

    def token_of(self, request: HTTPConnection) -> str:
        """The token in the cookie of a request; empty without one."""
        return request.cookies.get(self.cookie, "")

    async def name_of(self, request: HTTPConnection) -> str | None:
        """The name of the signed-in person who sent a request; None without a valid session."""
        token = self.token_of(request)
        if not token:
            return None
        session = self.sessions.cached(token)
        if session is None:
            session = await anyio.to_thread.run_sync(self.sessions.find, token, limiter=self._lookups)
        return session.name if session is not None and self._is_valid(session) else None

    def _is_valid(self, session: Session) -> bool:
        """Whether the account still exists with the same password."""
        return self.accounts.mark(session.name) == session.mark
