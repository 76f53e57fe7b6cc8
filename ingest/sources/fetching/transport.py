"""Connect only to addresses that were checked, within an overall deadline."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from ingest.sources.fetching.addresses import Gate

_TRIED = 4  # addresses of one name
_LOOKUP = 20.0  # seconds; the default time limit for resolving a name


class Deadline:
    """Limits the total time of a response, because a slow server can stay within the limit of every single read."""

    def __init__(self) -> None:
        self._at = float("inf")

    def set(self, seconds: float) -> None:
        """Start the time limit now."""
        self._at = time.monotonic() + seconds

    def cut(self, timeout: float | None) -> float:
        """Shorten a timeout in seconds to the time that is left.

        Raises:
            httpcore.ReadTimeout: no time is left.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole response took too long")
        return left if timeout is None else min(left, timeout)


class _Backend(httpcore.NetworkBackend):
    """Resolves names with the gate, and connects to the addresses that it returned."""

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
        raise httpcore.UnsupportedProtocol("Unix sockets are not supported")

    def sleep(self, seconds: float) -> None:
        time.sleep(self._deadline.cut(seconds))


class _Stream(httpcore.NetworkStream):
    """A connection on which no wait exceeds the deadline."""

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
    """The body of a response in the type that httpx requires."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


class Transport(httpx.BaseTransport):
    """Sends requests of httpx; raises httpcore's errors, and `Refused` for an address that is not public.

    httpx.HTTPTransport does not accept a network backend. Without one, the name would be resolved twice: once for the
    check, and again, possibly with another result, for the connection.
    """

    def __init__(self, gate: Gate, deadline: Deadline) -> None:
        """Create the pool of connections.

        Args:
            gate: resolves names and refuses addresses that are not public.
            deadline: limits all reads and writes.
        """
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=4,
            keepalive_expiry=5,
            network_backend=_Backend(gate, deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, without following redirects."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        core_request = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        response = self._pool.handle_request(core_request)
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response.stream), extensions=response.extensions
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()
