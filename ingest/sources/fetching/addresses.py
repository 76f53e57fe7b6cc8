"""Allow requests to public addresses only, in any spelling (RFC 6890 and its updates)."""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit, urlunsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Resolves a name and a port to addresses, as text; raises OSError where there are none.
Resolver = Callable[[str, int], Sequence[str]]

_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}\.?", re.IGNORECASE)
_SECRET = re.compile(
    r"([?&;#](?:[\w.%-]*(?:key|token|secret|passw(?:or)?d|signature|credentials?)"
    r"|(?:[\w.%-]*[_.-])?(?:auth|jwt|pass|pwd|session|sid|sig))=)[^&#]+",
    re.IGNORECASE,
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_6TO4 = ipaddress.ip_network("2002::/16")
# Metadata services of cloud providers outside the link-local and private ranges.
_METADATA = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "192.0.0.192", "100.100.100.200", "fd00:ec2::254")))
# Special-purpose networks that Python counts as public, or did before 3.11.10 and 3.12.4.
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))


class Refused(Exception):
    """An address must not be fetched; the argument is the reason."""


def check_url(url: str) -> tuple[str, str, int]:
    """Check a URL without resolving its host, and return scheme, host and port.

    Raises:
        Refused: it is not a web address, contains a password, or has a port of another service.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(f"it is not a web address: {error}") from None
    if parts.scheme not in ("http", "https"):
        raise Refused(f"its scheme is {parts.scheme!r}; only http and https are allowed")
    if not parts.hostname or re.search(r"[\s\\]", url):
        raise Refused("it is not a web address")
    if parts.username is not None or parts.password is not None:
        raise Refused("it contains a user name or password, which would be stored and shown with the article")
    if port is None:
        port = 80 if parts.scheme == "http" else 443
    check_port(port)
    return parts.scheme, parts.hostname.lower(), port


def check_port(port: int) -> None:
    """Check that a port may belong to a web server.

    Raises:
        Refused: the port is below 1024 and neither 80 nor 443.
    """
    if port not in (80, 443) and port < 1024:
        raise Refused(f"port {port} belongs to another service; only 80, 443 and ports from 1024 on are allowed")


def redacted(url: str) -> str:
    """Return a URL for messages and logs, without user name, password, and keys and tokens in its query."""
    try:
        parts = urlsplit(url)
        url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError:
        url = re.sub(r"//[^/]*@", "//", url)
    return _SECRET.sub(r"\1***", url)


def is_public(address: IPAddress) -> bool:
    """Whether an address is public: not private, loopback, link-local, multicast, reserved or a metadata service.

    An IPv6 address that contains an IPv4 address (mapped, NAT64, 6to4) is public where the IPv4 address is.
    """
    if address in _METADATA or any(address in network for network in _SPECIAL):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    embedded = address.ipv4_mapped
    if address in _NAT64:
        embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    elif address in _6TO4:
        embedded = address.sixtofour
    if embedded is not None:
        return is_public(embedded)
    if address in _COMPATIBLE or address.is_site_local or address.scope_id:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve_name(host: str, port: int) -> Sequence[str]:
    """Resolve a name with the system's resolver.

    Args:
        host: the name.
        port: the port of the connection.
    """
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


class Gate:
    """Resolves names, and allows only public addresses."""

    def __init__(self, allow: Sequence[str] = (), resolve: Resolver = resolve_name) -> None:
        """Args:
        allow: networks that are allowed in addition, such as `127.0.0.1/32`.
        resolve: resolves names.
        """
        self._allow: list[IPNetwork] = [ipaddress.ip_network(network) for network in allow]
        self._resolve = resolve

    def addresses(self, host: str, port: int, seconds: float = 20.0) -> list[str]:
        """Return the addresses to which a connection is allowed; connecting to them needs no second lookup.

        Args:
            host: a name or an address.
            port: the port of the connection.
            seconds: time limit for the lookup.

        Raises:
            Refused: one of the addresses is not public.
            TimeoutError: the lookup took too long.
            OSError: the host has no address.
        """
        check_port(port)
        literal = _literal(host)
        texts = [] if literal else _within(seconds, self._resolve, host, port)
        addresses = [literal] if literal else [ipaddress.ip_address(text) for text in texts]
        if not addresses:
            raise OSError(f"{host} has no address")
        for address in addresses:
            if not is_public(address) and not any(address in network for network in self._allow):
                raise Refused(
                    f"{host} has the address {address}, which is not a public address" if str(address) != host
                    else f"{host} is not a public address"
                )  # fmt: skip
        return [str(address) for address in addresses]


def _within(seconds: float, resolve: Resolver, host: str, port: int) -> Sequence[str]:
    """Call a resolver in a separate thread, because the system's resolver has no time limit and cannot be stopped.

    Raises:
        TimeoutError: the resolver took too long; its daemon thread continues.
        OSError: from the resolver.
    """
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except Exception as error:  # raised again in the calling thread
            answers.put(error)

    threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no name server answered within {seconds:.3g} seconds") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _literal(host: str) -> IPAddress | None:
    """The address of a host that is an address, in any spelling that systems accept; None for a name."""
    host = host.strip("[]")
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if not _NUMERIC.fullmatch(host):
        return None
    try:
        # 127.1, 0x7f.0.0.1, 017700000001 and 2130706433 are all 127.0.0.1
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        raise Refused(f"{host} is neither a name nor an address") from None
