"""A real Chroma server on this machine, and a small proxy in front of it that wants a key."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

KEY = "Bearer swordfish-1729"


def free_port() -> int:
    """A port that nobody listens on, below the range from which systems give ports to connections by themselves."""
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)  # hypothesis seeds the other generators
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """Its address, such as `http://127.0.0.1:8000`."""
    port = free_port()
    program = Path(sys.executable).parent / "chroma"
    command = [program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    with (folder.parent / "chroma.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=10).close()
                break
            except OSError:
                assert server.poll() is None, (folder.parent / "chroma.log").read_text()
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


class _Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream = 0
    refused: list[str]

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != KEY:
            self.refused.append(self.path)
            self._answer(401, "application/json", b'{"error": "unauthorised"}')
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=600)
        headers = {name: value for name, value in self.headers.items() if name not in ("Host", "Accept-Encoding")}
        connection.request(self.command, self.path, body, headers)
        got = connection.getresponse()
        self._answer(got.status, got.getheader("Content-Type", "application/json"), got.read())
        connection.close()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _pass_on  # noqa: N815 - as http.server names them

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def proxy(upstream: str, certificate: Path | None = None) -> Iterator[tuple[str, list[str]]]:
    """The address of a proxy that wants KEY, and the paths that it refused.

    Args:
        upstream: the server behind it.
        certificate: file with a key and a certificate, for https.
    """
    refused: list[str] = []
    handler = type("Proxy", (_Proxy,), {"upstream": int(upstream.rsplit(":", 1)[1]), "refused": refused})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}", refused
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
