"""Titles of people, from which all rules about names take theirs."""

from __future__ import annotations

MALE_TITLES = frozenset("mr sir lord king prince".split())
FEMALE_TITLES = frozenset("mrs ms miss dame lady queen princess".split())

#: Words that are a person's title by themselves.
PERSONAL_TITLES = (
    MALE_TITLES
    | FEMALE_TITLES
    | frozenset(
        """president minister secretary dr prof professor captain judge justice general colonel major senator
        representative governor mayor superintendent chancellor premier ambassador bishop pope chairman chairwoman
        director""".split()
    )
)

#: All words that titles are made of: "Deputy Prime Minister", "Secretary of State".
TITLES = PERSONAL_TITLES | frozenset(
    """chief prime foreign deputy acting former finance transport health state water environment treasury home defence
    defense trade of the and""".split()
)
