"""A web server on this machine, for tests of what is fetched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: The network of this machine, as `Fetcher(allow=)` takes it.
HERE = ["127.0.0.0/8"]

#: What a path answers: a body (HTML), or status, headers and body, or what does it by itself.
Answer = str | bytes | tuple[int, Mapping[str, str], bytes] | Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers as the site says."""

    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        self.server.requests.append(Request(self.path, dict(self.headers), time.monotonic()))
        answers = self.server.answers.get(self.path, (404, {}, b"not here"))
        answer = answers.pop(0) if isinstance(answers, list) and len(answers) > 1 else answers
        answer = answer[0] if isinstance(answer, list) else answer
        if callable(answer):
            answer(self)
            return
        if isinstance(answer, str | bytes):
            body = answer.encode() if isinstance(answer, str) else answer
            answer = (200, {"Content-Type": "text/html"}, body)
        self.reply(*answer)

    def reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Request:
    """A request that was made, with the moment in seconds."""

    def __init__(self, path: str, headers: dict[str, str], moment: float) -> None:
        self.path, self.headers, self.moment = path, headers, moment


class Site(ThreadingHTTPServer):
    """A site: `answers` by path, a list of them for one request after another; the last answers from then on."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.requests: list[Request] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, without robots.txt."""
        return [request.path for request in self.requests if request.path != "/robots.txt"]

    def handle_error(self, *_: object) -> None:
        """A client that has gone away is no error of the site's."""


@contextmanager
def serving() -> Iterator[Site]:
    """A site that is up."""
    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
