"""Describe the confidence of an answer in words: number and age of its sources, and how it was made. Never a number."""

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

_LONG_AGO = 31  # days after which a date is clearer than an age


def confidence_line(answer: Answer, today: date) -> str:
    """Describe the confidence: `Two independent sources, the newest from 18 March 2025. Quoted. Likely correct.`

    Sources are independent if they carry different stories by different publishers. An article and its copies count
    as one source.

    Args:
        answer: the answer. Without citations the line is empty.
        today: the current day. Ages are counted from the as-of date of the question instead, if it has one.
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
        _likelihood(answer.confidence),
    ]
    return " ".join(f"{part}." for part in parts)


def _likelihood(confidence: float) -> str:
    """Describe a calibrated probability by the thresholds for answering.

    Above the highest threshold at least two in three answers are right. Below the normal threshold only the lowest
    strictness answers at all.
    """
    if confidence >= THRESHOLDS["high"]:
        return CLEAR
    return UNCERTAIN if confidence >= THRESHOLDS["normal"] else DOUBTFUL


def _stories(citations: Sequence[Citation]) -> list[set[str]]:
    """The articles of each cited story, with its other carriers."""
    groups = [{c.article_id, *(carrier.article_id for carrier in c.also_carried_by)} for c in citations]
    return _merged(groups, groups)


def _merged(groups: Sequence[set[str]], keys: Sequence[set[str]]) -> list[set[str]]:
    """Merge groups whose keys overlap."""
    merged: list[tuple[set[str], set[str]]] = []
    for group, key in zip(groups, keys, strict=True):
        overlapping = [pair for pair in merged if pair[1] & key]
        separate = [pair for pair in merged if not pair[1] & key]
        merged = [*separate, (group.union(*(g for g, _ in overlapping)), key.union(*(k for _, k in overlapping)))]
    return [group for group, _ in merged]


def _age(citations: Sequence[Citation], as_of: str | None, today: date) -> str:
    """The age in days of the newest citation, or its date if it is older than a month."""
    dates = [Published.parse(citation.published) for citation in citations if citation.published]
    if not dates:
        return UNDATED
    newest = max(dates, key=lambda published: published.local_epoch)
    if len(newest.date) == len("2020-07-21"):
        days = ((date.fromisoformat(as_of) if as_of else today) - date.fromisoformat(newest.date)).days
        if 0 <= days < _LONG_AGO:
            return age_in_days(days, Published.parse(as_of).in_words() if as_of else None)
    return DATED.format(date=newest.in_words())
