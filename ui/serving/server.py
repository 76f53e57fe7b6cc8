"""The server: it listens, reports when the page can be opened, and shuts down cleanly."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import closing, suppress

import uvicorn

from ingest.archive.archive import Archive
from qa.chat.models import ChatModel
from ui.serving.accounts import Accounts
from ui.serving.app import Application, application
from ui.serving.hosts import is_loopback
from ui.state.database import PageDatabase

_STOPPING = 3  # seconds that running requests have at shutdown


def serve(
    archive: Archive,
    host: str = "127.0.0.1",
    port: int = 7860,
    accounts: Accounts | None = None,
    read_only: bool = False,
    ready: Callable[[str], None] = lambda _: None,
    chat: ChatModel | None = None,
    open_to_all: bool = False,
) -> None:
    """Serve the page until the process is interrupted or terminated.

    Args:
        archive: an open archive.
        host: address to listen on. For other addresses than loopback the caller must provide `accounts`, or decide
            that access is open.
        port: port to listen on.
        accounts: who may sign in; None for no sign-in.
        read_only: whether the archive cannot be changed from the page.
        ready: called with the address of the page when it can be opened.
        chat: the chat model that writes the answers; None to quote them.
        open_to_all: answer under any host name without sign-in, on loopback, too.

    Raises:
        OSError: the port is taken.
    """
    from ui.page import Page, theme

    with closing(PageDatabase.beside(archive.settings)) as database:
        page = Page(archive, database, chat, read_only=read_only)
        page.examples.prepare()
        served = application(
            page.build(),
            database,
            port=port,
            accounts=accounts,
            loopback_only=accounts is None and not open_to_all and is_loopback(host),
            read_only=read_only,
            theme=theme(),
        )
        run(served, host, port, ready)


def run(served: Application, host: str, port: int, ready: Callable[[str], None] = lambda _: None) -> None:
    """Run an application in the main thread until the process is interrupted or terminated.

    Args:
        served: the application.
        host: address to listen on.
        port: port to listen on.
        ready: called with the address of the page when it can be opened.

    Raises:
        OSError: the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    with suppress(KeyboardInterrupt):  # the server has stopped by then
        Server(served, lambda: ready(address)).run([listening])


class Server(uvicorn.Server):
    """A server without a log line per request."""

    def __init__(self, served: Application, ready: Callable[[], None] = lambda: None) -> None:
        """Configure the server.

        Args:
            served: the application.
            ready: called when requests are answered.
        """
        super().__init__(
            uvicorn.Config(
                served.asgi,
                ws="none",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_STOPPING,
            )
        )
        self._served, self._ready = served, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer requests."""
        await super().startup(sockets)
        if self.started:
            await asyncio.to_thread(self._ready)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop the server."""
        self._served.gradio.stop_event.set()
        log = logging.getLogger("uvicorn.error")
        level = log.level
        log.setLevel(logging.CRITICAL)  # streams of open pages are closed, which is not an error
        try:
            await super().shutdown(sockets)
        finally:
            log.setLevel(level)
