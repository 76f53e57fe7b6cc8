"""The answerer that quotes one to three sentences of the articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.index.keywords import terms as stems
from qa.base.answer import Answer, Sentence
from qa.dates.moments import annotate, find_moments, resolved
from qa.question.kinds import Kind, asks_for_overview, asks_for_state
from qa.question.question import Question
from qa.reader.calibration import THRESHOLDS
from qa.reader.evidence import Evidence, cite
from qa.reader.overview import choose_events

_MOST = 3  # sentences of an answer
_MOST_NARROW = 2  # sentences where a name, a date or a number is asked for
_FURTHER = 0.8  # confidence that a further sentence needs, as a share of the first one's
_GAP = 4  # the most characters between two consecutive sentences
_SAME = 0.6  # share of its stems that a sentence shares with another that says the same
_SEVERAL: frozenset[Kind] = frozenset({"said", "why", "how", "what"})  # kinds that more than one sentence may answer


class QuotingAnswerer:
    """Quotes the most confident sentences, and refuses where the confidence is too low.

    Attributes:
        threshold: the least confidence of an answer, 0..1; None for that of the question's caution.
    """

    def __init__(self, threshold: float | None = None) -> None:
        self.threshold = threshold

    def answer(self, question: Question, evidence: Sequence[Evidence]) -> Iterator[Answer]:
        """Yield the answer in parts of one sentence; nothing where the confidence is too low.

        Args:
            question: what is asked.
            evidence: sentences that may answer it, the most confident first.
        """
        threshold = THRESHOLDS[question.caution] if self.threshold is None else self.threshold
        if not evidence or evidence[0].confidence < threshold:
            return
        overview = asks_for_overview(question.text)
        dated = overview or asks_for_state(question.text)
        chosen = (
            choose_events(evidence, threshold, _says_the_same) if overview else choose(question, evidence, threshold)
        )
        for best in chosen:
            moments = find_moments(best.quote, best.hit.article.published)
            noted = annotate(best.quote, moments) if moments else None
            yield Answer(
                question=question,
                answered=True,
                sentences=(Sentence(best.quote, (cite(best),), _day(best) if dated else None, noted),),
                short_answer=None if overview else _short(question, evidence[0]),
                confidence=evidence[0].confidence,
            )


def _short(question: Question, evidence: Evidence) -> str | None:
    """The few words that answer; for a question about when, the day that they mean, where that is known."""
    if question.kind != "when" or not evidence.short:
        return evidence.short
    start = evidence.quote.find(evidence.short)
    moments = find_moments(evidence.quote, evidence.hit.article.published)
    moment = resolved((start, start + len(evidence.short)), moments) if start >= 0 else None
    return moment.words() if moment else evidence.short


def _day(evidence: Evidence) -> str | None:
    published = evidence.hit.article.published
    return published.in_words() if published else None


def choose(question: Question, evidence: Sequence[Evidence], threshold: float) -> list[Evidence]:
    """Choose the sentences to quote: the best, the rest of a quotation that it opens, and others that add something.

    Args:
        question: what is asked.
        evidence: sentences that may answer it, the most confident first.
        threshold: the least confidence of a further sentence.
    """
    best = evidence[0]
    chosen = [best, *_completing(best)]
    most = _MOST if question.kind in _SEVERAL else _MOST_NARROW
    floor = max(threshold, _FURTHER * best.confidence)
    for further in evidence[1:]:
        if len(chosen) >= most or further.confidence < floor:
            break
        if not any(_says_the_same(further, other) for other in chosen):
            chosen.append(further)
    return _in_order(chosen)


def _completing(best: Evidence) -> list[Evidence]:
    """The sentence with the other half of a quotation, which names the speaker."""
    opened = best.quote.count("“") - best.quote.count("”")
    passage = best.hit.passage
    if opened == 0 or best.span not in passage.sentences:
        return []
    at = passage.sentences.index(best.span) + (1 if opened > 0 else -1)
    if not 0 <= at < len(passage.sentences):
        return []
    start, end = passage.sentences[at]
    gap = max(best.span[0], start) - min(best.span[1], end)
    quote = passage.text[start - passage.start : end - passage.start]
    return [replace(best, span=(start, end), quote=quote)] if gap <= _GAP else []


def _says_the_same(one: Evidence, other: Evidence) -> bool:
    if one.hit.passage.article_id == other.hit.passage.article_id and one.span == other.span:
        return True
    if one.quote == other.quote:
        return True
    one_stems, other_stems = set(stems(one.quote)), set(stems(other.quote))
    return len(one_stems & other_stems) >= _SAME * max(1, min(len(one_stems), len(other_stems)))


def _in_order(chosen: Sequence[Evidence]) -> list[Evidence]:
    """Group the sentences by article, in the order of the article, with the article of the best sentence first."""
    articles = list(dict.fromkeys(evidence.hit.passage.article_id for evidence in chosen))
    return sorted(chosen, key=lambda e: (articles.index(e.hit.passage.article_id), e.span))
