"""The grammar of the links on the page: a click on one triggers an event and never leaves the page.

A link is `#VERB-` and numbers: a turn of the conversation from 0, and in it a citation, carrier or headline from 1.
Links on the archive tab have an id or a name: `#item-ID` opens an article, `#putback-ID` restores one,
`#month-2025-03` filters the list (`#month-all` removes the filter), `#leaf-2` shows a page of the list.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: A citation: turn, number.
CITE = re.compile(r"#cite-(\d{1,6})-(\d{1,3})")

#: A headline under an answer: turn, position.
NEAR = re.compile(r"#near-(\d{1,6})-(\d{1,3})")

#: Another carrier of a cited story: turn, number of the citation, position.
CARRIER = re.compile(r"#carrier-(\d{1,6})-(\d{1,3})-(\d{1,3})")

#: Ask again without a limit, or with the original wording: turn, what to drop.
DROP = re.compile(r"#drop-(\d{1,6})-(time|publisher|day|wording)")

#: Change how the question was understood and ask again: turn.
CHANGE = re.compile(r"#change-(\d{1,6})")

#: Copy a link to an answer: turn.
LINK = re.compile(r"#link-(\d{1,6})")

#: Rate an answer or comment on it: action, turn.
OPINION = re.compile(r"#(up|down|comment)-(\d{1,6})")

#: A version of a cited article: turn, number of the citation, twelve hexadecimal digits of the version.
VERSION = re.compile(r"#version-(\d{1,6})-(\d{1,3})-([0-9a-f]{12})")

#: An article by its id, in its current version or another one.
ARTICLE = re.compile(r"#article-([0-9a-f]{16})(?:-([0-9a-f]{12}))?")

#: The answer that has scrolled into view: turn.
LOOK = re.compile(r"#look-(\d{1,6})")

#: Back to the link that opened the article: the address of that link without the #. Handled in the browser.
BACK = "#back-"


def is_web(url: str | None) -> bool:
    """Whether the address of an article is a valid web address."""
    try:
        return urlsplit(url or "").scheme in ("http", "https")
    except ValueError:
        return False
