"""Suggest example questions that an archive can answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.index.keywords import terms
from qa.dates.vocabulary import WEEKDAYS
from qa.language.names import agreement, find_names, form

if TYPE_CHECKING:
    from typing import Any

    from langchain_core.runnables import Runnable

    from ingest.archive.archive import Archive
    from qa.base.answer import Answer

_ARTICLES = 40  # the newest, in which speakers are searched
_TRIES = 12
_COMMON = 0.25  # share of the passages; a name in more of them is too common to be a topic

# "Transport Minister Hester Vayle said", "said Greta Sound"
_WHO = r"(?:[A-Z][\w’-]+ )?[A-Z][\w’-]+"
_SPEAKER = re.compile(rf"(?P<before>{_WHO}) (?:said|told)\b|\bsaid (?P<after>{_WHO})\b")

# "the Marine Accident Board said": questions about organisations are dull.
_BODY = re.compile(
    r"\b(?:Authority|Agency|Board|Bank|Chamber|Commission|Committee|Company|Corp|Council|Court|Department|Group|Inc|Institute"
    rf"|League|Ministry|Office|Party|Police|Service|Society|Trade|Union|University|United|Ferries|{'|'.join(WEEKDAYS)})\b"
)


def suggest(archive: Archive, chain: Runnable[Any, Answer], limit: int = 4) -> list[str]:
    """Questions about speakers in the newest articles that the chain answers.

    Args:
        archive: the archive to read.
        chain: the pipeline over the archive.
        limit: the greatest number of questions.
    """
    suggestions: list[str] = []
    for number, question in enumerate(_candidates(archive)):
        if len(suggestions) >= limit or number >= _TRIES:
            break
        if chain.invoke(question).answered:
            suggestions.append(question)
    return suggestions


def _candidates(archive: Archive) -> Iterator[str]:
    seen: set[str] = set()
    for head in archive.listing()[:_ARTICLES]:
        text = "".join(passage.text for passage in archive.passages_of(head.article_id))
        speaker = next((name for name in _speakers(text) if name.split()[-1] not in seen), None)
        if speaker is None:
            continue
        seen.add(speaker.split()[-1])
        topic = _topic(head.headline, speaker, archive)
        yield f"What did {speaker} say about {topic}?" if topic else f"What did {speaker} say?"


def _topic(headline: str, speaker: str, archive: Archive) -> str | None:
    """The rarest name in a headline other than the speaker's; None where there is none."""
    names = [name.text for name in find_names(headline) if name.start and not agreement(name.text, speaker)]
    rare = {name: min(map(archive.document_frequency, terms(name)), default=0) for name in names}
    most = _COMMON * archive.n_passages
    rare = {name: count for name, count in rare.items() if 0 < count <= most and form(name) == "name"}
    return min(rare, key=lambda name: (rare[name], name), default=None)


def _speakers(text: str) -> Iterator[str]:
    """The people who say something in a text, with their full name where the text has it."""
    full = {words[-1]: " ".join(words[-2:]) for name in find_names(text) if len(words := name.text.split()) > 1}
    for match in _SPEAKER.finditer(text):
        name = match["before"] or match["after"]
        if not _BODY.search(name) and [other.text for other in find_names(name)] == [name]:
            yield full.get(name, name)
