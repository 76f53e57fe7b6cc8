"""How sure an answer is, in words: how many sources agree, how old they are, how it came about. Never a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ingest.base.article import Published
from qa.base.answer import Answer, Citation
from qa.reader.calibration import THRESHOLDS
from ui.render.phrases import age_in_days, count_of_sources
from ui.words import (
    CLEAR,
    CORRECTED_OF_ONE,
    CORRECTED_OF_SEVERAL,
    DATED,
    DOUBTFUL,
    NEWEST,
    QUOTED,
    UNCERTAIN,
    UNDATED,
    WRITTEN,
)

_LONG_AGO = 31  # days from which on a date says more than an age


def confidence_line(answer: Answer, today: date) -> str:
    """How sure an answer is: `Two independent sources, the newest of 18 March 2025. Quoted. Likely.`

    Sources are independent where their stories are, and who published them: an article and its copies are one.

    Args:
        answer: with its citations; one without any gives an empty line.
        today: the day it is read; ages are of the day as of which it was asked, where one was given.
    """
    if not answer.citations:
        return ""
    stories = _stories(answer.citations)
    publishers = [{c.publisher for c in answer.citations if c.publisher and c.article_id in story} for story in stories]
    sources = _merged(stories, publishers)
    age = _age(answer.citations, answer.question.as_of, today)
    newest = f"{NEWEST} {age}" if len(stories) > 1 and age != UNDATED else age
    corrected = [citation for citation in answer.citations if citation.correction]
    parts = [
        f"{count_of_sources(len(sources), len(stories))}, {newest}",
        *([CORRECTED_OF_SEVERAL if len(stories) > 1 else CORRECTED_OF_ONE] if corrected else []),
        WRITTEN if answer.written else QUOTED,
        _sureness(answer.confidence),
    ]
    return " ".join(f"{part}." for part in parts)


def _sureness(confidence: float) -> str:
    """What a calibrated probability is worth, by the thresholds from which on answers are given.

    From the highest on at least two in three are right; below the usual one only the least caution answers.
    """
    if confidence >= THRESHOLDS["high"]:
        return CLEAR
    return UNCERTAIN if confidence >= THRESHOLDS["normal"] else DOUBTFUL


def _stories(citations: Sequence[Citation]) -> list[set[str]]:
    """The articles of each story that is cited, carriers among them."""
    groups = [{c.article_id, *(carrier.article_id for carrier in c.also_carried_by)} for c in citations]
    return _merged(groups, groups)


def _merged(groups: Sequence[set[str]], keys: Sequence[set[str]]) -> list[set[str]]:
    """Groups, those put together whose keys touch."""
    merged: list[tuple[set[str], set[str]]] = []
    for group, key in zip(groups, keys, strict=True):
        touched = [each for each in merged if each[1] & key]
        apart = [each for each in merged if not each[1] & key]
        merged = [*apart, (group.union(*(g for g, _ in touched)), key.union(*(k for _, k in touched)))]
    return [group for group, _ in merged]


def _age(citations: Sequence[Citation], as_of: str | None, today: date) -> str:
    """How old the newest of some citations is: in days while that says something, else its date."""
    dates = [Published.parse(citation.published) for citation in citations if citation.published]
    if not dates:
        return UNDATED
    newest = max(dates, key=lambda each: each.local_epoch)
    if len(newest.date) == len("2020-07-21"):
        days = ((date.fromisoformat(as_of) if as_of else today) - date.fromisoformat(newest.date)).days
        if 0 <= days < _LONG_AGO:
            return age_in_days(days, Published.parse(as_of).in_words() if as_of else None)
    return DATED.format(date=newest.in_words())
