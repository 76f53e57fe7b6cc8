"""Which addresses may be fetched."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.fetching.addresses import Gate, Refused, check_url, is_public, redacted


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1",
        "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::8.8.8.8",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::", "2001::1",
        "192.0.0.1", "192.0.0.8", "192.0.0.255", "192.88.99.1", "3fff::1", "3fff:fff::1", "::ffff:192.88.99.1",
    ],
)  # fmt: skip
def test_what_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8", "1.1.1.1", "172.32.0.1", "192.0.1.1", "192.88.98.1", "2606:4700::1111", "::ffff:8.8.8.8",
        "64:ff9b::808:808", "2002:808:808::1",
    ],
)  # fmt: skip
def test_what_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_within_another_is_as_public_as_it(address: ipaddress.IPv4Address) -> None:
    for text in (f"::ffff:{address}", f"64:ff9b::{int(address) >> 16:x}:{int(address) & 0xFFFF:x}"):
        assert is_public(ipaddress.ip_address(text)) == is_public(address)


def resolver(*answers: Sequence[str]) -> tuple[list[str], Gate]:
    """What is asked for, and a gate whose names have these addresses, one answer a time."""
    asked: list[str] = []
    left = list(answers)

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return left.pop(0)

    return asked, Gate(resolve=resolve)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.0.0.1.", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
        "0", "0x0", "[::1]", "::1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254", "2852039166",
        "0xA9FEA9FE", "0251.0376.0251.0376", "[fd00:ec2::254]", "[64:ff9b::7f00:1]", "10.1", "999.1.1.1", "1.2.3.4.5",
    ],
)  # fmt: skip
def test_no_spelling_of_an_address_is_looked_up_or_let_through(host: str) -> None:
    asked, gate = resolver(["8.8.8.8"])
    if host == "1.2.3.4.5":  # a name, if an odd one
        assert gate.addresses(host, 80) == ["8.8.8.8"]
        return
    with pytest.raises(Refused):
        gate.addresses(host, 80)
    assert not asked


def test_a_name_has_only_public_addresses_or_none_is_given() -> None:
    _, gate = resolver(["8.8.8.8", "2606:4700::1111"], ["8.8.8.8", "10.0.0.1"], ["::1"], [])
    assert gate.addresses("news.example", 443) == ["8.8.8.8", "2606:4700::1111"]
    for _ in range(2):
        with pytest.raises(Refused, match="not a public address"):
            gate.addresses("news.example", 443)
    with pytest.raises(OSError, match="has no address"):
        gate.addresses("news.example", 443)


def test_a_resolver_has_a_time_of_its_own() -> None:
    over = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        if host == "slow":
            over.wait(60)
        return ["8.8.8.8"]

    gate = Gate(resolve=slow)
    with pytest.raises(TimeoutError, match=r"within 0\.05 seconds"):
        gate.addresses("slow", 80, 0.05)
    assert gate.addresses("quick", 80, 20) == ["8.8.8.8"]  # while the other one still waits
    over.set()


def test_networks_that_are_allowed_besides() -> None:
    gate = Gate(allow=["10.1.0.0/16"], resolve=lambda host, port: ["10.1.2.3"] if host == "in" else ["10.2.0.1"])
    assert gate.addresses("in", 80) == ["10.1.2.3"]
    with pytest.raises(Refused):
        gate.addresses("out", 80)


@pytest.mark.parametrize(
    "url", ["http://a.example", "https://a.example:8443/x?y#z", "http://[2606:4700::1]:80/", "HTTPS://A.example"]
)
def test_web_addresses(url: str) -> None:
    scheme, host, port = check_url(url)
    assert scheme in ("http", "https")
    assert host == host.lower()
    assert port in (80, 443, 8443)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://a.example/x", "scheme"), ("file:///etc/passwd", "scheme"), ("gopher://a.example", "scheme"),
        ("http://", "not a web address"), ("http:///x", "not a web address"),
        ("http://a.example:x/", "not a web address"), ("http://[::1/", "not a web address"),
        ("http://a.example\\@b.example/", "not a web address"),
        ("http://a b.example/", "not a web address"), ("http://a.example:99999/", "not a web address"),
        ("http://me:secret@a.example/", "password"), ("http://me@a.example/", "password"),
        ("http://a.example:22/", "port 22"), ("http://a.example:25/", "port 25"), ("http://a.example:1/", "port 1"),
    ],
)  # fmt: skip
def test_what_is_no_address_to_fetch(url: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as caught:
        check_url(url)
    assert "secret" not in str(caught.value)


def test_a_password_is_not_shown() -> None:
    assert redacted("https://me:secret@a.example/x?y=1") == "https://a.example/x?y=1"
    assert redacted("https://a.example/x@y") == "https://a.example/x@y"
    assert "secret" not in redacted("http://me:secret@[::1/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?api_key=S3CR", "?api_key=***"), ("?a=1&apikey=S3CR&b=2", "?a=1&apikey=***&b=2"),
        ("?access_token=S3CR;more#x", "?access_token=***#x"), ("?X-Amz-Signature=S3CR", "?X-Amz-Signature=***"),
        ("?Password=S3CR", "?Password=***"), ("#token=S3CR", "#token=***"), ("?sig=S3CR&sid=S3CR", "?sig=***&sid=***"),
        ("?keyword=pier&design=a&page=2", "?keyword=pier&design=a&page=2"), ("?key=", "?key="),
    ],
)  # fmt: skip
def test_a_key_in_a_query_is_not_shown(query: str, expected: str) -> None:
    assert redacted(f"https://a.example/feed{query}") == f"https://a.example/feed{expected}"
    assert redacted(f"http://me:secret@[::1/feed{query}") == f"http://[::1/feed{expected}"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"https://a.example/{text}"):
        redacted(url)
        try:
            scheme, host, port = check_url(url)
        except Refused:
            continue
        assert scheme in ("http", "https")
        assert host
        assert port in (80, 443) or port >= 1024
