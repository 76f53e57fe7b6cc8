"""The chat page, served."""

from __future__ import annotations

from collections.abc import Callable

from ingest.archive import Archive
from qa.chat_models import ChatModel
from ui.assets import head, styles
from ui.page import Page, theme
from ui.state.database import PageDatabase


def serve(
    archive: Archive,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: list[tuple[str, str]] | None = None,
    ready: Callable[[str], None] = lambda _: None,
    chat: ChatModel | None = None,
) -> None:
    """Serve the page until the process is interrupted.

    Args:
        archive: an open one.
        host: address to listen on; the caller sees to it that any but loopback has `auth`.
        port: to listen on.
        auth: names and passwords, one of which a visitor must give; None for no sign-in.
        ready: told the page's address once it can be opened.
        chat: writes the answers; None quotes them.

    Raises:
        OSError: the port is taken.
    """
    page = Page(archive, PageDatabase.beside(archive.settings), chat)
    page.welcome.examples()  # loads the model as well, so that the first visitor need not wait for it
    app = page.build()
    app.launch(
        server_name=host,
        server_port=port,
        auth=auth,
        theme=theme(),
        css=styles(),
        head=head(),
        footer_links=[],
        share=False,
        ssr_mode=False,
        quiet=True,
        show_error=False,
        max_file_size="1mb",
        enable_monitoring=False,
        prevent_thread_lock=True,
    )
    ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    app.block_thread()
