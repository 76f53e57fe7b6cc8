"""What sites ask of robots (RFC 9309)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from protego import Protego

#: The name by which robots.txt may speak of Dateline.
ROBOT = "Dateline"

MAX_BYTES = 512_000  # RFC 9309 wants at least 500 KiB to be read
_MOST = 1_000  # sites
_LONGEST_DELAY = 30.0  # seconds; a site that asks for more is given this


class Robots:
    """The rules of sites, each fetched once."""

    def __init__(self, fetch: Callable[[str], str]) -> None:
        """Args: fetch: the text of a robots.txt, "" where there is none; raises where that cannot be known."""
        self._fetch = fetch
        self._sites: dict[str, Protego] = {}

    def allows(self, url: str) -> bool:
        """Whether a page may be fetched."""
        return self._rules(url).can_fetch(url, ROBOT)

    def delay(self, url: str) -> float:
        """Seconds that its site asks to be left between requests; 0 where it does not say."""
        return min(float(self._rules(url).crawl_delay(ROBOT) or 0), _LONGEST_DELAY)

    def _rules(self, url: str) -> Protego:
        from protego import Protego

        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc.lower()}"
        if site not in self._sites:
            if len(self._sites) >= _MOST:
                self._sites.clear()
            self._sites[site] = Protego.parse(self._fetch(f"{site}/robots.txt"))
        return self._sites[site]
