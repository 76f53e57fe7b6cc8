"""Obey robots.txt (RFC 9309)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from protego import Protego

#: Dateline's name in robots.txt.
ROBOT = "Dateline"

MAX_BYTES = 512_000  # RFC 9309 requires at least 500 KiB
_MOST = 1_000  # sites
_LONGEST_DELAY = 30.0  # seconds; longer delays are reduced to this


class Robots:
    """Caches the rules of sites, and errors in fetching them."""

    def __init__(self, fetch: Callable[[str], str]) -> None:
        """Args: fetch: returns the text of a robots.txt, "" where there is none; raises where it cannot be fetched."""
        self._fetch = fetch
        self._sites: dict[str, Protego | Exception] = {}

    def allows(self, url: str) -> bool:
        """Whether a page may be fetched."""
        return self._rules(url).can_fetch(url, ROBOT)

    def delay(self, url: str) -> float:
        """The delay in seconds that a site asks for between requests; 0 where it asks for none."""
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
            except Exception as error:  # cached too, so that a failing site is not asked again for each of its pages
                self._sites[site] = error
        rules = self._sites[site]
        if isinstance(rules, Exception):
            raise rules.with_traceback(None)
        return rules
