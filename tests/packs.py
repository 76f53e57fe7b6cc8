"""Containers for tests, built in memory: zip, tar and web archives."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping

Files = Mapping[str, bytes]


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def tarred(files: Files, mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar file; mode `w:gz`, `w:bz2` or `w:xz` packs it."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


def record(
    kind: str,
    body: bytes,
    url: str = "https://news.example/ferry",
    captured: str = "2024-03-05T10:00:00Z",
    length: int | None = None,
    **more: str,
) -> bytes:
    """One record of a web archive (ISO 28500:2017); `length` is what it claims where that is not so."""
    headers = {
        "WARC-Type": kind,
        "WARC-Record-ID": "<urn:uuid:6f1c2f0e-0000-4000-8000-0123456789ab>",
        "WARC-Date": captured,
        "WARC-Target-URI": url,
        "Content-Type": "application/http; msgtype=" + ("request" if kind == "request" else "response"),
        "Content-Length": str(len(body) if length is None else length),
    } | {name.replace("_", "-"): value for name, value in more.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return b"WARC/1.1\r\n" + lines.encode() + b"\r\n" + body + (b"\r\n\r\n" if length is None else b"")


def http(body: bytes, status: str = "200 OK", content_type: str = "text/html", **more: str) -> bytes:
    """An HTTP response."""
    headers = {"Content-Type": content_type} | {name.replace("_", "-"): value for name, value in more.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def chunked(body: bytes, size: int = 100) -> bytes:
    """A body in the chunked transfer coding (RFC 9112, 7.1)."""
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
