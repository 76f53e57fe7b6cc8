"""Connections to the very address that was checked, within a time in all."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from ingest.sources.fetching.addresses import Gate

_TRIED = 4  # addresses of one name
_LOOKUP = 20.0  # seconds that looking a name up may take where nothing else is said


class Deadline:
    """When what is under way has to be done; a server that sends a byte now and then keeps any other limit."""

    def __init__(self) -> None:
        self._at = float("inf")

    def set(self, seconds: float) -> None:
        """From now on, so many seconds are left."""
        self._at = time.monotonic() + seconds

    def cut(self, timeout: float | None) -> float:
        """What may be waited of a wait in seconds.

        Raises:
            httpcore.ReadTimeout: nothing.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("it took too long in all")
        return left if timeout is None else min(left, timeout)


class _Backend(httpcore.NetworkBackend):
    """Looks names up through the gate, and connects to what the gate gave."""

    def __init__(self, gate: Gate, deadline: Deadline) -> None:
        self._gate = gate
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._gate.addresses(host, port, self._deadline.cut(timeout or _LOOKUP))[:_TRIED]
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} cannot be looked up: {error}") from None
        except (OSError, UnicodeError) as error:  # UnicodeError: a label of over 63 characters
            raise httpcore.ConnectError(f"{host} cannot be looked up: {error}") from None
        last: Exception | None = None
        for address in addresses:
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.cut(timeout), local_address, socket_options
                )
                return _Stream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise httpcore.UnsupportedProtocol("only the network is connected to")

    def sleep(self, seconds: float) -> None:
        time.sleep(self._deadline.cut(seconds))


class _Stream(httpcore.NetworkStream):
    """A connection on which no wait goes beyond the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.cut(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.cut(timeout))
        return _Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Body(httpx.SyncByteStream):
    """The body of a response as httpx wants it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


class Transport(httpx.BaseTransport):
    """What httpx sends through; raises httpcore's errors, and `Refused` for an address that is not public.

    httpx.HTTPTransport takes no network backend of one's own, and without one the name would be looked up twice: once
    to be checked, and again, perhaps with another answer, to be connected to.
    """

    def __init__(self, gate: Gate, deadline: Deadline) -> None:
        """Args: deadline: of all that is read and written."""
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=4,
            keepalive_expiry=5,
            network_backend=_Backend(gate, deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; redirects are the caller's to follow."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        sent = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        response = self._pool.handle_request(sent)
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response.stream), extensions=response.extensions
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()
