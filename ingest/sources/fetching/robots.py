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
    """The rules of sites, each fetched once, or found once not to be had."""

    def __init__(self, fetch: Callable[[str], str]) -> None:
        """Args: fetch: the text of a robots.txt, "" where there is none; raises where that cannot be known."""
        self._fetch = fetch
        self._sites: dict[str, Protego | Exception] = {}

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
            try:
                self._sites[site] = Protego.parse(self._fetch(f"{site}/robots.txt"))
            except Exception as error:  # whatever it is: a site in trouble is not asked again for each of its pages
                self._sites[site] = error
        known = self._sites[site]
        if isinstance(known, Exception):
            raise known.with_traceback(None)
        return known
