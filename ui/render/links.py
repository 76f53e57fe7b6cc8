"""The grammar of links: a click on one is an event of the page, never a visit.

Each is `#VERB-` and numbers: a turn of the conversation from 0, and in it a citation, a carrier or a headline from 1.
Those of the archive tab take an id or a name: `#item-ID` opens an article, `#putback-ID` puts one back, `#month-2025-03`
limits the list (`#month-all` takes that back), `#leaf-2` turns to a page of it.
"""

from __future__ import annotations

import re

#: A citation: turn, number.
CITE = re.compile(r"#cite-(\d{1,6})-(\d{1,3})")

#: An article that a refusal names: turn, place.
NEAR = re.compile(r"#near-(\d{1,6})-(\d{1,3})")

#: Another carrier of a cited story: turn, number of the citation, place.
CARRIER = re.compile(r"#carrier-(\d{1,6})-(\d{1,3})-(\d{1,3})")

#: Ask again without the limits that were read from a question's words: turn.
ALL = re.compile(r"#all-(\d{1,6})")
