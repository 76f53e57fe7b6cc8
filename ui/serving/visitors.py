"""Who sends a request, where people sign in."""

from __future__ import annotations

import anyio
from starlette.requests import HTTPConnection

from ui.serving.accounts import Accounts
from ui.serving.sessions import Session, Sessions


class Visitors:
    """Names of visitors by the cookies of their requests."""

    def __init__(self, accounts: Accounts, sessions: Sessions, cookie: str) -> None:
        """Args: accounts, sessions: what a name is known by; cookie: name of the cookie that holds the token."""
        self.accounts, self.sessions, self.cookie = accounts, sessions, cookie
        self._lookups = anyio.CapacityLimiter(8)

    def token_of(self, request: HTTPConnection) -> str:
        """The token that a request brings; empty where it brings none."""
        return request.cookies.get(self.cookie, "")

    async def name_of(self, request: HTTPConnection) -> str | None:
        """The name of who is signed in; None where nobody is, or no longer."""
        token = self.token_of(request)
        if not token:
            return None
        session = self.sessions.seen(token)
        if session is None:
            session = await anyio.to_thread.run_sync(self.sessions.find, token, limiter=self._lookups)
        return session.name if session is not None and self._stands(session) else None

    def _stands(self, session: Session) -> bool:
        """Whether the account is there, with the password that the session began with."""
        return self.accounts.mark(session.name) == session.mark
