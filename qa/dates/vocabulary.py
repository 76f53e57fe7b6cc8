"""English words for dates and small numbers, from which the patterns of all rules are built."""

from __future__ import annotations

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

#: The first month of each season.
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}

#: Words before a week, month or year that relate it to the present one.
RELATIVE_WORDS = ("this", "last", "past", "next", "previous")

#: Words for a part of a month or year.
PARTS = ("early", "mid", "late", "start", "beginning", "middle", "end")

#: A year of four digits that may be meant as a date.
YEAR = r"(?:1[4-9]|20)\d\d"

#: The numbers from one to nineteen.
SMALL_NUMBERS = tuple(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen""".split()
)

#: The tens from twenty to ninety.
TENS = tuple("twenty thirty forty fifty sixty seventy eighty ninety".split())

ORDINALS = ("first", "second", "third", "fourth")


def any_of(*words: str) -> str:
    """A pattern that matches one of some words, the earlier ones first."""
    return f"(?:{'|'.join(words)})"
