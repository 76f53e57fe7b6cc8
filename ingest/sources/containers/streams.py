"""Read compressed streams forward and within limits: gzip (RFC 1952), bzip2 and xz."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from typing import BinaryIO

from ingest.base.errors import SourceError
from ingest.reading.base import Source
from ingest.sources.containers.base import Budget

#: Exceptions of the decompressors for damaged streams.
DAMAGED = (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)
_XZ_MEMORY = 256_000_000  # bytes; `xz -9` needs 65 MB
_KEPT = 4096  # bytes before the current position that can be read again
_CHUNK = 262_144
_AT_ONCE = 64_000_000  # bytes


class _Xz:
    """An xz stream with a memory limit, which LZMAFile lacks."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        self._begun = True

    def read(self, size: int) -> bytes:
        while True:
            if self._decoder.eof:
                rest = self._decoder.unused_data or self._file.read(_CHUNK)
                rest = rest.lstrip(b"\x00")  # padding between streams
                if not rest:
                    return b""
                self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
                data = self._decoder.decompress(rest, size)
            elif self._decoder.needs_input:
                packed = self._file.read(_CHUNK)
                if not packed:
                    raise EOFError("it breaks off")
                data = self._decoder.decompress(packed, size)
            else:
                data = self._decoder.decompress(b"", size)
            if data:
                return data


_OPENERS: dict[bytes, Callable[[BinaryIO], Callable[[int], bytes]]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file, mode="rb").read1,
    b"BZh": lambda file: bz2.BZ2File(file).read1,
    b"\xfd7zXZ\x00": lambda file: _Xz(file).read,
}


def is_packed(head: bytes) -> bool:
    """Whether a file with this beginning is compressed with gzip, bzip2 or xz."""
    return any(head.startswith(magic) for magic in _OPENERS)


class Stream:
    """Reads the content of a compressed or plain file forward.

    It has the methods that tarfile and fastwarc need; the last few kilobytes can be read again.
    """

    def __init__(self, file: BinaryIO, source: Source, budget: Budget, slack: int | None = None) -> None:
        """Open the stream.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
            budget: limits of what unpacking may cost.
            slack: as in `Budget.check_ratio`.
        """
        head = file.read(8)
        file.seek(0)
        opener = next((opener for magic, opener in _OPENERS.items() if head.startswith(magic)), None)
        self._read = opener(file) if opener else file.read
        self._file, self._source, self._budget, self._slack = file, source, budget, slack
        self._is_packed = opener is not None
        self._unpacked = 0  # bytes taken from the stream
        self._place = 0
        self._behind = b""

    def read(self, size: int = -1) -> bytes:
        """Read this number of bytes; fewer only at the end.

        Raises:
            SourceError: the stream is a decompression bomb.
            OSError: the number is too large for memory, as for a tar header that claims a huge name.
        """
        size = _AT_ONCE if size < 0 else size
        if size > _AT_ONCE:
            raise OSError(f"a header claims {size:,} bytes")
        again = self._unpacked - self._place
        parts = [self._behind[-again:][:size]] if again else []
        wanted = size - len(parts[0]) if parts else size
        try:
            while wanted > 0 and (chunk := self._fill(min(wanted, _CHUNK))):
                parts.append(chunk)
                wanted -= len(chunk)
        except (*DAMAGED, SourceError):
            if not any(parts):  # otherwise the next call raises it again, and the bytes before it are not lost
                raise
        data = b"".join(parts)
        self._place += len(data)
        return data

    def _fill(self, size: int) -> bytes:
        chunk = self._read(size)
        self._unpacked += len(chunk)
        if self._is_packed:
            self._budget.check_ratio(self._source, self._unpacked, self._file.tell(), self._slack)
            self._budget.check_total(self._source, self._unpacked)
        self._behind = chunk[-_KEPT:] if len(chunk) >= _KEPT else (self._behind + chunk)[-_KEPT:]
        return chunk

    def seek(self, place: int, whence: int = 0) -> int:
        """Move forward, or a few kilobytes back.

        Args:
            place: offset in unpacked bytes.
            whence: has to be 0, for an offset from the beginning.

        Raises:
            OSError: the offset is too far back.
        """
        if whence != 0 or place < self._unpacked - len(self._behind):
            raise OSError("the stream cannot be read again from there")
        self._place = min(place, self._unpacked)
        while self._place < place and self.read(min(place - self._place, _CHUNK)):
            pass
        return self._place

    def tell(self) -> int:
        """The current offset, in unpacked bytes."""
        return self._place

    def close(self) -> None:
        """Do nothing; the caller closes the file."""
