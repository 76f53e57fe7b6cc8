"""What servers said of pages that were fetched, so that they can be asked whether anything is new (RFC 9110, 13.1)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "fetched.json"

_MOST = 100_000  # pages; the oldest are forgotten, and fetched as if they were new
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Remembered:
    """A page that was fetched and went in whole.

    Attributes:
        etag: its ETag.
        modified: its Last-Modified.
        articles: ids of the articles that came of it, those that its links lead to among them.
    """

    etag: str | None
    modified: str | None
    articles: tuple[str, ...]

    def headers(self) -> dict[str, str]:
        """The headers that ask for it only where it has changed."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}


class Memory:
    """Pages that were fetched, by their address, in a small file in the archive's folder. It may be deleted."""

    def __init__(self, folder: Path | None) -> None:
        """Args: folder: of the archive; None where it has none, and nothing is kept from run to run."""
        self._path = folder / FILE if folder else None
        self._changed = False
        self._pages = self._load()

    def get(self, url: str) -> Remembered | None:
        """What is known of a page."""
        return self._pages.get(url)

    def note(self, url: str, etag: str | None, modified: str | None, articles: Sequence[str]) -> None:
        """Remember a page, or forget one that the server says nothing about."""
        if self._pages.pop(url, None) is not None:
            self._changed = True
        if etag or modified:
            self._pages[url] = Remembered(etag, modified, tuple(dict.fromkeys(articles)))
            self._changed = True

    def save(self) -> None:
        """Write the file, where anything has changed; call it once the articles are in the archive."""
        if not self._changed or self._path is None:
            return
        kept = dict(list(self._pages.items())[-_MOST:])
        beside = self._path.with_suffix(".new")
        try:
            whole = {"pages": {url: asdict(page) for url, page in kept.items()}}
            beside.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
            beside.replace(self._path)
            self._changed = False
        except OSError as error:  # the next time pages are fetched as if they were new
            _log.warning("%s cannot be written: %s", self._path, error)

    def _load(self) -> dict[str, Remembered]:
        if self._path is None:
            return {}
        try:
            pages = json.loads(self._path.read_text(encoding="utf-8"))["pages"]
            return {str(url): _remembered(page) for url, page in pages.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("%s cannot be read, and is begun anew: %s", self._path, error)
            return {}


def _remembered(page: Mapping[str, object]) -> Remembered:
    etag, modified, articles = page["etag"], page["modified"], page["articles"]
    if not isinstance(articles, list) or not all(isinstance(value, str | None) for value in (etag, modified)):
        raise ValueError("it has another form")
    return Remembered(etag, modified, tuple(map(str, articles)))  # type: ignore[arg-type] # checked above
