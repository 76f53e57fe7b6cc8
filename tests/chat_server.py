"""A server on loopback that speaks OpenAI's protocol and says what it is told to, word by word."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def chat_server(reply: str, pause: float = 0.0) -> Iterator[str]:
    """The address of the server, for DATELINE_CHAT_URL.

    Args:
        reply: what it says to everything.
        pause: seconds before each word.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for word in reply.split(" "):
                time.sleep(pause)
                self._event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": f"{word} "}}]})
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            self.wfile.write(b"data: [DONE]\n\n")

        def _event(self, part: dict[str, object]) -> None:
            whole = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", **part}
            self.wfile.write(f"data: {json.dumps(whole)}\n\n".encode())
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
