"""The grammar of links: a click on one is an event of the page, never a visit.

Each is `#VERB-` and numbers: a turn of the conversation from 0, and in it a citation, a carrier or a headline from 1.
Those of the archive tab take an id or a name: `#item-ID` opens an article, `#putback-ID` puts one back,
`#month-2025-03` limits the list (`#month-all` takes that back), `#leaf-2` turns to a page of it.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: A citation: turn, number.
CITE = re.compile(r"#cite-(\d{1,6})-(\d{1,3})")

#: An article that a refusal names: turn, place.
NEAR = re.compile(r"#near-(\d{1,6})-(\d{1,3})")

#: Another carrier of a cited story: turn, number of the citation, place.
CARRIER = re.compile(r"#carrier-(\d{1,6})-(\d{1,3})-(\d{1,3})")

#: Ask again without a limit, or not as it was searched: turn, and what.
DROP = re.compile(r"#drop-(\d{1,6})-(time|publisher|day|wording)")

#: Change what was understood and ask again: turn.
CHANGE = re.compile(r"#change-(\d{1,6})")

#: Copy a link to an answer: turn.
LINK = re.compile(r"#link-(\d{1,6})")

#: A thumb up or down for an answer, or a comment on it: which, turn.
OPINION = re.compile(r"#(up|down|comment)-(\d{1,6})")

#: A cited article in one of its versions: turn, number of the citation, the version's twelve hexadecimal digits.
VERSION = re.compile(r"#version-(\d{1,6})-(\d{1,3})-([0-9a-f]{12})")

#: An article by its id, as it is now or in one of its versions.
ARTICLE = re.compile(r"#article-([0-9a-f]{16})(?:-([0-9a-f]{12}))?")

#: The answer that came into view: its turn.
LOOK = re.compile(r"#look-(\d{1,6})")

#: Back to the link that opened an article, its own address without the #; handled in the browser.
BACK = "#back-"


def is_web(url: str | None) -> bool:
    """Whether an address that an article gives leads to the web; what cannot be read as one does not."""
    try:
        return urlsplit(url or "").scheme in ("http", "https")
    except ValueError:
        return False
