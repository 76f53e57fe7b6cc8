"""Fetching from a real server on this machine, and not fetching from it where nobody allowed that."""

from __future__ import annotations

import contextlib
import gzip
import logging
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.base.errors import SourceError
from ingest.sources.fetching.fetcher import MAX_REDIRECTS, Fetcher, Page
from tests.web import HERE, Handler, Site

PAGE = "<!doctype html><html><body><p>The ferry ran aground.</p></body></html>"


def fetched(fetcher: Fetcher, url: str, known: dict[str, str] | None = None) -> Page:
    page = fetcher.fetch(url, known)
    assert page is not None
    return page


def refused(fetcher: Fetcher, url: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetcher.fetch(url)
    error = caught.value
    assert (error.place, bool(error.reason), bool(error.remedy)) == ("", True, True)
    return error


# who may be asked


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "[::1]"])
def test_this_machine_is_not_fetched_from(site: Site, host: str) -> None:
    site.answers["/"] = PAGE
    with Fetcher(delay=0) as fetcher:
        reason = refused(fetcher, site.url(host=host)).reason
    assert "not a public address" in reason or "not a web address" in reason
    assert not site.requests


def test_a_redirect_to_a_private_address_is_not_followed(site: Site) -> None:
    targets = [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
    ]
    with Fetcher(allow=["127.0.0.1/32"], delay=0) as fetcher:
        for target in targets:
            site.answers["/away"] = (302, {"Location": target}, b"")
            error = refused(fetcher, site.url("/away"))
            assert error.file == site.url("/away")
            assert "not a public address" in error.reason or "scheme" in error.reason


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(site: Site) -> None:
    """A name that is public when it is first looked up, and this machine the second time."""
    answers = [["127.0.0.2"], ["10.0.0.1"], ["127.0.0.1"]]
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    site.answers["/"] = PAGE
    for number, reason in enumerate(("no connection", "not a public address", "not a public address"), 1):
        # 127.0.0.2 stands for a public address here: nothing listens there, while the site is at 127.0.0.1
        with Fetcher(allow=["127.0.0.2/32"], resolve=resolve, delay=0, retries=0) as fetcher:
            assert reason in refused(fetcher, site.url(host="news.example")).reason
            assert asked == ["news.example"] * number
    assert not site.requests


def test_a_name_is_connected_to_where_the_resolver_says_and_called_by_its_name(site: Site) -> None:
    site.answers["/"] = PAGE
    with Fetcher(allow=HERE, resolve=lambda host, port: ["127.0.0.1"], delay=0) as fetcher:
        page = fetched(fetcher, site.url(host="news.example"))
    assert page.url == site.url(host="news.example")
    assert {request.headers["Host"] for request in site.requests} == {f"news.example:{site.port}"}


def test_proxies_of_the_environment_are_not_used(site: Site, monkeypatch: pytest.MonkeyPatch, fetcher: Fetcher) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.answers["/"] = PAGE
    with Fetcher(allow=HERE, delay=0) as made_now:
        assert fetched(made_now, site.url()).file.read() == PAGE.encode()


def test_a_password_in_an_address_is_neither_sent_nor_shown(
    fetcher: Fetcher, caplog: pytest.LogCaptureFixture, site: Site
) -> None:
    with caplog.at_level(logging.DEBUG, logger="ingest"):
        error = refused(fetcher, f"http://me:secret@127.0.0.1:{site.port}/")
    assert "password" in error.reason
    assert "secret" not in str(error) + caplog.text
    assert not site.requests


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here to make a certificate with")
def test_a_certificate_has_to_be_the_name_s_own(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / "made.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=news.example",
         "-addext", "subjectAltName=DNS:news.example", "-keyout", made, "-out", tmp_path / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", made)
    site.socket = context.wrap_socket(site.socket, server_side=True)
    site.answers["/"] = PAGE

    def ask(host: str) -> Page | None:
        with Fetcher(allow=HERE, resolve=lambda *_: ["127.0.0.1"], delay=0, retries=0, seconds=5) as fetcher:
            return fetcher.fetch(f"https://{host}:{site.port}/")

    with pytest.raises(SourceError, match="CERTIFICATE_VERIFY_FAILED"):
        ask("news.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    page = ask("news.example")
    assert page is not None
    assert page.file.read() == PAGE.encode()
    with pytest.raises(SourceError, match="CERTIFICATE_VERIFY_FAILED"):
        ask("other.example")


# politeness


def test_it_says_who_it_is_and_asks_robots_txt_once(site: Site, fetcher: Fetcher) -> None:
    site.answers |= {"/a": PAGE, "/b": PAGE}
    fetched(fetcher, site.url("/a"))
    fetched(fetcher, site.url("/b"))
    assert [request.path for request in site.requests] == ["/robots.txt", "/a", "/b"]
    assert all(request.headers["User-Agent"].startswith("Dateline/") for request in site.requests)


def test_what_robots_txt_forbids_is_not_fetched(site: Site, fetcher: Fetcher) -> None:
    rules = b"User-agent: *\nDisallow: /\n\nUser-agent: Dateline\nDisallow: /private\nAllow: /\n"
    site.answers |= {"/robots.txt": (200, {}, rules), "/open": PAGE, "/private/a": PAGE}
    site.answers["/hop"] = (301, {"Location": "/private/a"}, b"")
    fetched(fetcher, site.url("/open"))
    for path in ("/private/a", "/hop"):
        assert "robots.txt of 127.0.0.1 forbids it" in refused(fetcher, site.url(path)).reason
    assert site.paths == ["/open", "/hop"]


@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        ((404, {}, b""), True),
        ((403, {}, b""), True),
        ((200, {}, b"\xff\xfe rubbish \x00"), True),
        ((503, {}, b""), False),
    ],
)
def test_a_robots_txt_that_cannot_be_had(
    site: Site, fetcher: Fetcher, answer: tuple[int, dict[str, str], bytes], allowed: bool
) -> None:
    site.answers |= {"/robots.txt": answer, "/": PAGE}
    if allowed:
        fetched(fetcher, site.url())
    else:
        for _ in range(3):
            assert "its robots.txt cannot be fetched: the server answers 503" in refused(fetcher, site.url()).reason
        assert site.paths == []
        assert len(site.requests) == 3  # one, and two more tries


def test_a_host_has_its_rest_between_requests(site: Site) -> None:
    site.answers["/"] = PAGE
    with Fetcher(allow=HERE, delay=0.2) as fetcher:
        for _ in range(2):
            fetched(fetcher, site.url())
    moments = [request.moment for request in site.requests]
    assert len(moments) == 3
    assert all(after - before >= 0.2 for before, after in pairwise(moments))


def test_a_longer_rest_that_robots_txt_asks_for(site: Site) -> None:
    site.answers |= {"/": PAGE, "/robots.txt": (200, {}, b"User-agent: *\nCrawl-delay: 0.3\n")}
    with Fetcher(allow=HERE, delay=0) as fetcher:
        fetched(fetcher, site.url())
        fetched(fetcher, site.url())
    assert site.requests[2].moment - site.requests[1].moment >= 0.3


# answers


def test_a_page_with_all_that_is_known_of_it(site: Site, fetcher: Fetcher) -> None:
    headers = {"Content-Type": "text/html", "ETag": '"7"', "Last-Modified": "Tue, 05 Mar 2024 10:00:00 GMT"}
    site.answers["/"] = (200, headers, PAGE.encode())
    page = fetched(fetcher, site.url())
    assert (page.url, page.size, page.file.read()) == (site.url(), len(PAGE), PAGE.encode())
    assert (page.etag, page.modified) == ('"7"', "Tue, 05 Mar 2024 10:00:00 GMT")


def test_an_unchanged_page_is_not_sent_again(site: Site, fetcher: Fetcher) -> None:
    def answer(handler: Handler) -> None:
        assert handler.headers["If-None-Match"] == '"7"'
        handler.reply(304, {"ETag": '"7"'}, b"")

    site.answers["/"] = answer
    assert fetcher.fetch(site.url(), {"If-None-Match": '"7"'}) is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(site: Site, fetcher: Fetcher, status: int) -> None:
    site.answers |= {
        "/a": (status, {"Location": "b?x=1"}, b""),
        "/b?x=1": (status, {"Location": site.url("/c")}, b""),
        "/c": PAGE,
    }
    assert fetched(fetcher, site.url("/a")).url == site.url("/c")


def test_endless_redirects(site: Site, fetcher: Fetcher) -> None:
    site.answers |= {"/a": (302, {"Location": "/b"}, b""), "/b": (302, {"Location": "/a"}, b"")}
    assert f"more than {MAX_REDIRECTS} times" in refused(fetcher, site.url("/a")).reason
    assert len(site.paths) == MAX_REDIRECTS + 1


def test_a_redirect_to_nowhere(site: Site, fetcher: Fetcher) -> None:
    site.answers |= {"/a": (302, {}, b""), "/b": (302, {"Location": "http://[::1"}, b"")}
    assert "to nowhere" in refused(fetcher, site.url("/a")).reason
    assert "Invalid URL" in refused(fetcher, site.url("/b")).reason


def test_a_page_that_is_not_there_is_asked_for_once(site: Site, fetcher: Fetcher) -> None:
    assert refused(fetcher, site.url("/gone")).reason == "the server answers 404 Not Found"
    assert site.paths == ["/gone"]


def test_a_server_in_trouble_is_asked_again(site: Site, fetcher: Fetcher) -> None:
    site.answers["/once"] = [(500, {}, b""), (503, {"Retry-After": "0"}, b""), PAGE]
    assert fetched(fetcher, site.url("/once")).file.read() == PAGE.encode()
    site.answers["/always"] = (500, {}, b"")
    assert "500" in refused(fetcher, site.url("/always")).reason
    assert site.paths == ["/once"] * 3 + ["/always"] * 3


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "text/css"])
def test_what_holds_no_articles(site: Site, fetcher: Fetcher, kind: str) -> None:
    site.answers["/"] = (200, {"Content-Type": kind}, b"x")
    assert f"it is {kind}" in refused(fetcher, site.url()).reason


def test_shift_jis_by_the_header_and_by_the_page(site: Site, fetcher: Fetcher) -> None:
    page = '<html><head><meta charset="Shift_JIS"></head><body><p>函館港で新しい連絡船が就航した。</p></body></html>'
    site.answers |= {
        "/header": (200, {"Content-Type": "text/html; charset=Shift_JIS"}, page.encode("shift_jis")),
        "/page": (200, {"Content-Type": "text/html"}, page.encode("shift_jis")),
    }
    assert fetched(fetcher, site.url("/header")).file.read().decode("utf-8-sig") == page
    assert fetched(fetcher, site.url("/page")).file.read() == page.encode("shift_jis")  # its reader sees to that


def test_a_packed_body(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(PAGE.encode()))
    assert fetched(fetcher, site.url()).file.read() == PAGE.encode()


def test_a_body_that_is_too_long(site: Site) -> None:
    def without_length(handler: Handler) -> None:
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x" * 10_000)

    site.answers |= {
        "/said": (200, {"Content-Length": "5000000000"}, b""),
        "/unsaid": without_length,
        "/bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 5_000_000)),
    }
    with Fetcher(allow=HERE, delay=0, max_bytes=200_000) as fetcher:
        assert "5,000.0 MB" in refused(fetcher, site.url("/said")).reason
        assert "more than 0.2 MB" in refused(fetcher, site.url("/unsaid")).reason
        assert "more than 0.2 MB" in refused(fetcher, site.url("/bomb")).reason


def drip(handler: Handler, head: bytes) -> None:
    """Send something every tenth of a second, and never end: no wait of its own is long."""
    handler.close_connection = True
    handler.wfile.write(head)
    with contextlib.suppress(OSError):  # it is waited for no longer
        while True:
            time.sleep(0.1)
            handler.wfile.write(b"x")
            handler.wfile.flush()


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_slow_drip_ends_with_the_time_in_all(site: Site, head: bytes) -> None:
    site.answers["/"] = lambda handler: drip(handler, head)
    with Fetcher(allow=HERE, delay=0, seconds=1, retries=0) as fetcher:
        assert "too long" in refused(fetcher, site.url()).reason


@pytest.mark.parametrize(
    "answer",
    [
        b"rubbish\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip",
        b"",
    ],
)
def test_a_server_that_speaks_no_http(site: Site, fetcher: Fetcher, answer: bytes) -> None:
    def speak(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(answer)

    site.answers["/"] = speak
    assert refused(fetcher, site.url()).file == site.url()


def test_nobody_listens(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "no connection" in refused(fetcher, f"http://127.0.0.1:{port}/").reason


def test_a_name_that_nobody_knows() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("Name or service not known")

    with Fetcher(resolve=unknown, delay=0, retries=0) as fetcher:
        assert "cannot be looked up" in refused(fetcher, "http://nowhere.example/").reason


def test_a_name_server_that_never_answers_is_not_waited_for() -> None:
    over = threading.Event()

    def hang(host: str, port: int) -> Sequence[str]:
        over.wait()
        return ["127.0.0.1"]

    try:
        with Fetcher(allow=HERE, resolve=hang, delay=0, retries=0, seconds=0.3) as fetcher:
            reason = refused(fetcher, "http://slow.example/").reason
    finally:
        over.set()
    pattern = r"takes too long: slow\.example cannot be looked up: no name server answered within 0\.\d+ seconds"
    assert re.search(pattern, reason)  # what is left of the 0.3 seconds


@pytest.mark.parametrize(
    "url", ["http://" + "a" * 70 + ".example/", "http://a..example/", "http://ä\x00.example/", "http://%zz/"]
)
def test_names_that_cannot_be(fetcher: Fetcher, url: str) -> None:
    assert refused(fetcher, url).reason
