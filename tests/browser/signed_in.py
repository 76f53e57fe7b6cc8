"""The page for people who are signed in by a header, as a proxy in front of it would: `ARCHIVE PORT`."""

from __future__ import annotations

import socket
import sys

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request

from ingest import Archive
from ui.assets import head, styles
from ui.page import Page, theme
from ui.state.database import PageDatabase


def main(folder: str, port: str) -> None:
    with Archive.open(folder) as archive:
        page = Page(archive, PageDatabase.beside(archive.settings))
        page.examples.prepare()
        app = gr.mount_gradio_app(
            FastAPI(), page.build(), "/", auth_dependency=_who, theme=theme(), css=styles(), head=head(), ssr_mode=False
        )
        with socket.create_server(("127.0.0.1", int(port))) as listening:  # who comes early waits
            print(f"http://127.0.0.1:{port}", flush=True)
            uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


def _who(request: Request) -> str | None:
    return request.headers.get("x-who")


if __name__ == "__main__":
    main(*sys.argv[1:])
