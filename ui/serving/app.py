"""Build the web application: the Gradio page behind the checks that each request must pass."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read by Gradio when it is imported

import gradio as gr
from fastapi import FastAPI
from gradio.routes import App
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from ui.assets import head, styles
from ui.serving.accounts import Accounts
from ui.serving.attempts import Attempts
from ui.serving.bodies import Bodies
from ui.serving.closed import Closed
from ui.serving.gate import Gate, name_of
from ui.serving.headers import SafeHeaders
from ui.serving.hosts import Hosts
from ui.serving.sessions import Sessions
from ui.serving.sign_in import SignIn
from ui.serving.targets import SIGN_IN, SIGN_OUT
from ui.serving.visitors import Visitors
from ui.state.database import PageDatabase
from ui.views.intake import MAX_UPLOAD


@dataclass(frozen=True)
class Application:
    """The application that is served.

    Attributes:
        asgi: the ASGI application.
        gradio: the Gradio part of it. Its `stop_event` ends the streams of open pages.
    """

    asgi: ASGIApp
    gradio: App


def application(
    blocks: gr.Blocks,
    database: PageDatabase,
    *,
    port: int = 7860,
    accounts: Accounts | None = None,
    loopback_only: bool = False,
    read_only: bool = False,
    theme: gr.themes.Base | None = None,
    clock: Callable[[], float] = time.time,
) -> Application:
    """Build the application.

    Args:
        blocks: the page.
        database: stores sessions and sign-in attempts.
        port: the port. It is part of the cookie name, because browsers separate cookies by host only.
        accounts: who may sign in; None for no sign-in.
        loopback_only: answer only under names of this machine.
        read_only: refuse uploads.
        theme: the theme of the page.
        clock: returns the seconds since 1970.
    """
    visitors = None
    routes: list[BaseRoute] = []
    if accounts is not None:
        visitors = Visitors(accounts, Sessions(database, clock), f"dateline-{port}")
        sign_in = SignIn(visitors, Attempts(database, clock))
        routes = [
            Route(SIGN_IN, sign_in.show),
            Route(SIGN_IN, sign_in.enter, methods=["POST"]),
            Route(SIGN_OUT, sign_in.leave, methods=["POST"]),
        ]
    app = FastAPI(routes=routes, docs_url=None, redoc_url=None, openapi_url=None)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        auth_dependency=name_of if visitors else None,
        theme=theme,
        css=styles(),
        head=head(),
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="1mb" if read_only else MAX_UPLOAD,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
    )
    blocks.has_launched = True  # before that, Gradio accepts any path of this machine as an uploaded file
    gradio = next(route.app for route in app.routes if isinstance(route, Mount) and isinstance(route.app, App))
    asgi: ASGIApp = Closed(Bodies(app), read_only)
    if visitors:
        asgi = Gate(asgi, visitors)
    return Application(SafeHeaders(Hosts(asgi, loopback_only)), gradio)
