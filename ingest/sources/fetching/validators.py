"""Remember the validators of fetched pages for conditional requests (RFC 9110, 13.1)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "fetched.json"

_MOST = 100_000  # pages; the oldest are forgotten, and then fetched like new ones
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Remembered:
    """A page that was fetched and ingested completely.

    Attributes:
        etag: its ETag header.
        modified: its Last-Modified header.
        articles: ids of its articles, including those that its links lead to.
    """

    etag: str | None
    modified: str | None
    articles: tuple[str, ...]

    def headers(self) -> dict[str, str]:
        """The headers of a conditional request."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}


class Memory:
    """Fetched pages by URL, stored in a small file in the archive's folder that may be deleted."""

    def __init__(self, folder: Path | None) -> None:
        """Args: folder: folder of the archive; None where it has none, so that nothing is remembered."""
        self._path = folder / FILE if folder else None
        self._changed = False
        self._pages = self._load()

    def get(self, url: str) -> Remembered | None:
        """Return what is remembered about a page."""
        return self._pages.get(url)

    def note(self, url: str, etag: str | None, modified: str | None, articles: Sequence[str]) -> None:
        """Remember a page, or forget it where the server sent no validators.

        Args:
            url: URL of the page.
            etag: its ETag header.
            modified: its Last-Modified header.
            articles: ids of its articles.
        """
        if self._pages.pop(url, None) is not None:
            self._changed = True
        if etag or modified:
            self._pages[url] = Remembered(etag, modified, tuple(dict.fromkeys(articles)))
            self._changed = True

    def save(self) -> None:
        """Write the file if anything has changed; to be called when the articles are in the archive."""
        if not self._changed or self._path is None:
            return
        newest = list(self._pages.items())[-_MOST:]
        temporary = self._path.with_suffix(".new")
        try:
            contents = {"pages": {url: asdict(page) for url, page in newest}}
            temporary.write_text(json.dumps(contents, ensure_ascii=False), encoding="utf-8")
            temporary.replace(self._path)
            self._changed = False
        except OSError as error:  # the next run fetches all pages again
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
            _log.warning("%s cannot be read and will be written again: %s", self._path, error)
            return {}


def _remembered(page: Mapping[str, object]) -> Remembered:
    etag, modified, articles = page["etag"], page["modified"], page["articles"]
    if not isinstance(articles, list) or not all(isinstance(value, str | None) for value in (etag, modified)):
        raise ValueError("it has an unexpected form")
    return Remembered(etag, modified, tuple(map(str, articles)))  # type: ignore[arg-type] # checked above
