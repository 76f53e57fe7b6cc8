"""Fetch pages from the web: only from public addresses, and obeying robots.txt and delays."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import BinaryIO, cast
from urllib.parse import urljoin

import httpcore
import httpx

from ingest.base.errors import SourceError
from ingest.reading.http_bodies import BodyError, as_utf8, decoded, may_hold_articles, media_type
from ingest.sources.fetching.addresses import Gate, Refused, Resolver, check_url, redacted, resolve_name
from ingest.sources.fetching.robots import MAX_BYTES as MAX_ROBOTS
from ingest.sources.fetching.robots import ROBOT, Robots
from ingest.sources.fetching.transport import Deadline, Transport

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({429, 500, 502, 503, 504})  # temporary errors
_LONGEST_PAUSE = 30.0  # seconds; the longest Retry-After that is obeyed
_IN_MEMORY = 4_000_000  # bytes; a longer body is in a temporary file while it is read
_MAX_TEXT = 20_000_000  # bytes; longer pages are not converted to UTF-8

_log = logging.getLogger(__name__)


@dataclass
class Page:
    """A fetched page.

    Attributes:
        url: its URL after redirects.
        file: its decoded body, converted to UTF-8 where its header names another charset.
        size: length of the file, in bytes.
        etag: its ETag header, for a conditional request.
        modified: its Last-Modified header, for a conditional request.
    """

    url: str
    file: BinaryIO
    size: int
    etag: str | None
    modified: str | None


class _Failure(Exception):
    """A page cannot be fetched: why, what to do, and whether another attempt may succeed."""

    def __init__(self, reason: str, remedy: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.pause = pause  # seconds until another attempt; None where it would not succeed


_NOTHING_TO_DO = "Save what you need by hand, and ingest that file"
_LATER_REMEDY = "Try again later"


class Fetcher:
    """Fetches pages; to be used by one thread.

    It obeys robots.txt, waits between requests to a host, follows at most five redirects and checks each of them, and
    never connects to an address that is not public. It does not use proxies and passwords of the environment.
    """

    def __init__(
        self,
        *,
        allow: Sequence[str] = (),
        resolve: Resolver = resolve_name,
        delay: float = 1.0,
        seconds: float = 60.0,
        max_bytes: int = 50_000_000,
        retries: int = 2,
        backoff: float = 1.0,
    ) -> None:
        """Args:
        allow: networks that are allowed in addition to the public internet, such as `10.1.0.0/16` of an organization.
        resolve: resolves names.
        delay: seconds between the end of a request to a host and the next one; more where its robots.txt asks for it.
        seconds: time limit for one response.
        max_bytes: maximum length of a decoded body.
        retries: number of further attempts after a temporary error.
        backoff: seconds before the first of them; the pause doubles before each further one.
        """
        self._delay, self._seconds, self._max_bytes = delay, seconds, max_bytes
        self._retries, self._backoff = retries, backoff
        self._deadline = Deadline()
        self._last: dict[str, float] = {}  # host -> time of the last request
        self._robots = Robots(self._robots_txt)
        self._client = httpx.Client(
            transport=Transport(Gate(allow, resolve), self._deadline),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(min(seconds, 20.0)),
            headers={"User-Agent": _user_agent(), "Accept-Encoding": "gzip"},
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def fetch(self, url: str, validators: Mapping[str, str] | None = None) -> Page | None:
        """Fetch a page; None where it has not changed since it was last fetched.

        Args:
            url: URL of the page.
            validators: headers of a conditional request.

        Raises:
            SourceError: the page cannot be fetched, or must not be.
        """
        try:
            with self._followed(url, {**(validators or {}), "Accept": "*/*"}) as (final, response):
                return None if response.status_code == 304 else self._page(final, response)
        except _Failure as failure:
            raise SourceError(redacted(url), "", failure.reason, failure.remedy) from None
        except Refused as refused:
            raise SourceError(
                redacted(url),
                "",
                f"it was not fetched: {refused}",
                "Name a public web address, or save the page as a file",
            ) from None

    @contextmanager
    def _followed(
        self, url: str, headers: Mapping[str, str], ask_robots: bool = True
    ) -> Iterator[tuple[str, httpx.Response]]:
        """The response after redirects, and its URL."""
        for _ in range(MAX_REDIRECTS + 1):
            _, host, _ = check_url(url)
            if ask_robots and not self._robots.allows(url):
                raise _Failure(f"robots.txt of {host} forbids it", "Ask the publisher for a feed of it")
            pause = max(self._delay, self._robots.delay(url) if ask_robots else 0)
            with self._answer(url, host, headers, pause) as response:
                if response.status_code not in _REDIRECTS:
                    yield url, response
                    return
                url = self._target(url, response)
        raise _Failure(f"it redirects more than {MAX_REDIRECTS} times", "Name the final address")

    def _target(self, url: str, response: httpx.Response) -> str:
        location = response.headers.get("Location")
        if not location:
            raise _Failure(f"it redirects (status {response.status_code}) to nowhere", _LATER_REMEDY)
        try:
            return urljoin(url, str(location))
        except ValueError:
            raise _Failure("it redirects to an invalid address", _NOTHING_TO_DO) from None

    @contextmanager
    def _answer(self, url: str, host: str, headers: Mapping[str, str], pause: float) -> Iterator[httpx.Response]:
        """The response to a request, which is repeated after temporary errors."""
        for attempt in range(self._retries + 1):
            try:
                response = self._send(url, host, headers, pause)
                break
            except _Failure as failure:
                if failure.pause is None or attempt == self._retries:
                    raise
                _log.info("%s: %s; trying again", redacted(url), failure.reason)
                time.sleep(max(failure.pause, self._backoff * 2**attempt))
        try:
            yield response
        finally:
            response.close()
            self._last[host] = time.monotonic()

    def _send(self, url: str, host: str, headers: Mapping[str, str], pause: float) -> httpx.Response:
        """Send one request after the pause of its host; the body is not yet read.

        Raises:
            _Failure: there was no response, or a temporary error.
        """
        time.sleep(max(0.0, self._last.get(host, float("-inf")) + pause - time.monotonic()))
        self._deadline.set(self._seconds)
        try:
            with _failures():
                response = self._client.send(self._client.build_request("GET", url, headers=headers), stream=True)
        finally:
            self._last[host] = time.monotonic()
        if response.status_code in _LATER:
            response.close()
            raise _Failure(_state(response), _LATER_REMEDY, _retry_after(response))
        return response

    def _page(self, url: str, response: httpx.Response) -> Page:
        if response.status_code != 200:
            raise _Failure(_state(response), "Check the address; the page may have moved, or want a login")
        content_type = response.headers.get("Content-Type")
        kind = media_type(content_type)
        if not may_hold_articles(kind):
            raise _Failure(f"it is {kind}, which holds no articles", "Name the address of a page, feed or file")
        body = self._body(response, self._max_bytes)
        size = body.seek(0, 2)
        body.seek(0)
        if size <= _MAX_TEXT and "charset" in (content_type or "").lower():
            text = as_utf8(body.read(), content_type)
            body.close()
            body = _temporary()
            size = body.write(text)
            body.seek(0)
        return Page(url, body, size, response.headers.get("ETag"), response.headers.get("Last-Modified"))

    def _body(self, response: httpx.Response, limit: int) -> BinaryIO:
        """The decoded body."""
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and len(length) < 20 and int(length) > limit:
            raise _Failure(
                f"it has {int(length) / 1e6:,.1f} MB; at most {limit / 1e6:g} MB are fetched", _NOTHING_TO_DO
            )
        copy = _temporary()
        try:
            with _failures():
                for chunk in decoded(response.iter_raw(), response.headers.get("Content-Encoding"), limit):
                    copy.write(chunk)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def _robots_txt(self, address: str) -> str:
        """The text of a robots.txt, "" where there is none; nothing is fetched from a site where this fails."""
        try:
            with self._followed(address, {"Accept": "text/plain"}, ask_robots=False) as (_, response):
                if response.status_code != 200:
                    return ""
                return self._body(response, MAX_ROBOTS).read().decode("utf-8", "replace")
        except _Failure as failure:
            raise _Failure(f"its robots.txt cannot be fetched: {failure.reason}", failure.remedy) from None


@contextmanager
def _failures() -> Iterator[None]:
    """Turn errors of connections and bodies into failures; temporary ones may be retried."""
    try:
        yield
    except BodyError as error:
        raise _Failure(str(error), _NOTHING_TO_DO) from None
    except (httpcore.TimeoutException, httpx.TimeoutException) as error:
        raise _Failure(f"it takes too long: {error or 'no answer'}", _LATER_REMEDY, 0.0) from None
    except (httpcore.ConnectError, httpcore.NetworkError) as error:
        raise _Failure(f"no connection: {error}", "Check the address, and your own connection", 0.0) from None
    except httpx.InvalidURL as error:
        raise _Failure(f"it is not a web address: {error}", "Correct the address") from None
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, httpx.HTTPError) as error:
        raise _Failure(f"its server violates the HTTP protocol: {error}", _LATER_REMEDY) from None
    except (OSError, UnicodeError) as error:
        raise _Failure(f"it cannot be fetched: {error}", _LATER_REMEDY) from None


def _temporary() -> BinaryIO:
    """A temporary file without a name; the caller closes it."""
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))


def _state(response: httpx.Response) -> str:
    return f"the server answers {response.status_code} {response.reason_phrase}".rstrip()


def _retry_after(response: httpx.Response) -> float:
    """The Retry-After of a response in seconds, up to the limit."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), _LONGEST_PAUSE) if text.isdecimal() and len(text) < 10 else 0.0


def _user_agent() -> str:
    try:
        number = version("dateline")
    except PackageNotFoundError:  # run from a checkout
        number = "0"
    return f"{ROBOT}/{number} (news archive; obeys robots.txt as {ROBOT})"
