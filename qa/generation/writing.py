"""The answerer that writes: a chat model summarises the passages, and each of its sentences is checked.

Its answer is streamed by sentence, each linked to the words of the articles that support it. The model may repair a
sentence that fails its check once; else the sentence is shown as struck out. Where the model is unavailable, too slow,
refuses, or writes nothing that is supported, the answer is quoted instead, and says why.
"""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from ingest.archive.archive import Archive, Found
from ingest.index.keywords import terms
from qa.base.answer import Answer, Sentence
from qa.chat.base import MAX_WRITTEN
from qa.chat.models import ChatModel
from qa.chat.prompts import PROMPTS, VERSION, fence_of, fill
from qa.chat.stream import ChatFailed, Meter, Sentences, Written, estimate_tokens
from qa.generation.quoting import QuotingAnswerer
from qa.language.attribution import broken
from qa.question.question import Question
from qa.reader.evidence import Evidence
from qa.verification.injection import split_injection, without_injection
from qa.verification.verify import ADDRESS, Source, StatementCheck, best_sentences, link, source_of

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_PASSAGES = 6  # the most passages in the prompt
_SENTENCES = 8  # the most sentences of an answer; the rest is not read
_REPAIRS = 3  # the most repairs of an answer
_ORDERED = 0.6  # share of its terms that a sentence shares with a prompt injection when it follows that
_CACHED = 256  # answers in the cache
_EVERY = 0.15  # seconds between two drafts of a sentence that is being written
_REFUSES = re.compile(
    r"^\W*(?:no answer\b|i(?:[’']m| am) (?:sorry|unable|not able)|i can(?:not|[’']t)|as an ai\b)", re.IGNORECASE
)
_ABOUT_PASSAGES = re.compile(
    r"\b(?:passages?|articles?|sources?|texts?|they)\b.{0,40}\b(?:do|does|did|is|are) ?n[o’']t\b.{0,40}"
    r"\b(?:say|tell|mention|state|name|give|specify|contain|provide|include|reveal|explain|said|told|mentioned|stated"
    r"|given|specified)\b"
    r"|\bno (?:passage|article|source|information|mention)\b|\b(?:is|are) missing\b",
    re.IGNORECASE,
)
_INCOMPLETE = "The chat model says that the passages do not contain the whole answer."
_QUOTED_TOO = "The chat model left out the words that answer the question; they are quoted after its text."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ShownPassages:
    """The passages in the prompt, in the order of their numbers.

    Attributes:
        passages: the passages with the facts of their articles.
        sources: the same passages, as statements are checked against them.
        fence: a word that none of them contains.
        orders: what was left out of them because it looks like prompt injection.
    """

    passages: tuple[Found, ...]
    sources: tuple[Source, ...]
    fence: str
    orders: str

    def text(self, numbers: Sequence[int]) -> str:
        """The passages of some numbers, as the model reads them."""
        return "\n\n".join(self._one(number) for number in numbers)

    def _one(self, number: int) -> str:
        facts, source = self.passages[number - 1].article, self.sources[number - 1]
        dated = f"Published: {facts.published.in_words()}" if facts.published else "Undated"
        by = f"Publisher: {facts.publisher}. " if facts.publisher else ""
        return fill(
            "passage",
            fence=self.fence,
            number=number,
            headline=without_injection(facts.headline) or "-",
            source=f"{by}{dated}",
            text=source.text,
        )


class WritingAnswerer:
    """Writes an answer, and refuses where the quoting answerer does."""

    def __init__(
        self, chat: ChatModel, archive: Archive, check: StatementCheck, quoting: QuotingAnswerer | None = None
    ) -> None:
        """Combine a chat model, an archive and a check.

        Args:
            chat: writes the answers.
            archive: has the articles that are cited.
            check: checks every sentence.
            quoting: decides whether there is an answer, and answers where the chat model does not.
        """
        self.chat = chat
        self._archive = archive
        self._check = check
        self._quoting = quoting or QuotingAnswerer()
        self._cache = _Cache()

    def answer(self, question: Question, evidence: Sequence[Evidence]) -> Iterator[Answer]:
        """Yield the answer in parts, which add up to it; nothing where the confidence is too low.

        Args:
            question: what is asked.
            evidence: sentences that may answer it, the most confident first.
        """
        quoted = list(self._quoting.answer(question, evidence))
        if not quoted or question.style == "quote":
            yield from quoted
            return
        key = (question, self._archive.fingerprint, self.chat.name, VERSION)
        cached = self._cache.get(key)
        if cached is not None:
            yield cached
            return
        whole: Answer | None = None
        for part in self._written(question, evidence, quoted):
            whole = part if whole is None else whole + part
            yield part
        # An answer that was quoted because the model failed, or that breaks off, is not cached.
        if whole is not None and whole.written and whole.note in (None, _INCOMPLETE, _QUOTED_TOO, quoted[0].note):
            self._cache.put(key, whole)

    def _written(self, question: Question, evidence: Sequence[Evidence], quoted: Sequence[Answer]) -> Iterator[Answer]:
        meter = Meter(self.chat)
        base = replace(quoted[0], sentences=(), written=True)
        kept: list[Sentence] = []
        note = None
        try:
            shown, messages = self._prompt(question, evidence)
            for part in self._sentences(base, shown, messages, meter):
                kept += part.supported
                yield part
            if not kept:
                note = "wrote nothing that the passages support"
        except _Incomplete:
            note = None if kept else "found no answer in the passages"
            if kept:
                yield replace(base, note=_INCOMPLETE)
        except ChatFailed as failed:
            note = str(failed)
        _log.info("%s", meter.cost.line())
        if note is None:
            further = (
                () if _answers(kept, quoted) else tuple(sentence for part in quoted for sentence in part.sentences)
            )
            yield replace(base, sentences=further, note=_QUOTED_TOO if further else None, cost=meter.cost)
        elif kept:
            yield replace(base, cost=meter.cost, note=f"The answer breaks off: the chat model {self.chat.name} {note}.")
        else:
            reason = f"Quoted, not written: the chat model {self.chat.name} {note}."
            for part in quoted:
                yield replace(part, note=reason, cost=meter.cost)

    def _prompt(self, question: Question, evidence: Sequence[Evidence]) -> tuple[ShownPassages, list[BaseMessage]]:
        """The prompt with as many of the best passages as fit.

        Raises:
            ChatFailed: not even one passage fits.
        """
        hits = {sentence.hit.passage.passage_id: sentence.hit for sentence in evidence}.values()
        best = [hit for hit in hits if without_injection(hit.passage.text)][:_PASSAGES]
        room = min(self.chat.context, self.chat.tokens) - MAX_WRITTEN
        while best:
            shown = self._shown(best)
            limits = f"It is asked of what was {question.limits}.\n" if question.limits else ""
            asked = fill("ask", passages=shown.text(range(1, len(best) + 1)), question=question.text, limits=limits)
            messages = _messages(fill("write", fence=shown.fence), asked)
            if sum(estimate_tokens(str(message.content)) for message in messages) <= room:
                return shown, messages
            best.pop()
        raise ChatFailed("has no room for a single passage; increase DATELINE_CHAT_CONTEXT or DATELINE_CHAT_TOKENS")

    def _shown(self, hits: Sequence[Found]) -> ShownPassages:
        sources = tuple(
            source_of(hit, self._archive.article(hit.passage.article_id).text, _heading(hit)) for hit in hits
        )
        orders = [split_injection(text)[1] for hit in hits for text in (hit.article.headline, hit.passage.text)]
        fence = fence_of([f"{source.heading}\n{source.text}" for source in sources])
        return ShownPassages(tuple(hits), sources, fence, " ".join(filter(None, orders)))

    def _sentences(
        self, base: Answer, shown: ShownPassages, messages: Sequence[BaseMessage], meter: Meter
    ) -> Iterator[Answer]:
        """Yield the checked sentences of the answer, and between them drafts of the one that is being written."""
        sentences, count, repairs, drafted = Sentences(), 0, 0, 0.0
        seen: list[str] = []
        stream = meter.words(messages)
        for words in _and_end(stream):
            for written in sentences.finish() if words is None else sentences.feed(words):
                if _REFUSES.match(written.text) or _ABOUT_PASSAGES.search(written.text):
                    raise _Incomplete
                if written.text.endswith("?") or _repeats(written.text, seen):
                    continue
                settled = self.settle(written, shown)
                if settled.struck is not None and settled.text and repairs < _REPAIRS:
                    repairs += 1
                    repaired = self._repaired(written, settled.struck, shown, meter)
                    settled = settled if repaired is None or _repeats(repaired.text, seen) else repaired
                seen += [written.text, settled.text]
                yield replace(base, sentences=(settled,))
                count += 1
                if count >= _SENTENCES:
                    stream.close()
                    return
            if words is not None and sentences.rest.strip() and time.monotonic() - drafted > _EVERY:
                drafted = time.monotonic()
                if _withheld(sentences.rest, shown) is None:
                    yield replace(base, draft=sentences.rest)

    def settle(self, written: Written, shown: ShownPassages, *, again: bool = False) -> Sentence:
        """Check a sentence and cite the words that support it; it is struck, with the reason, where no passage does.

        A sentence that cites a wrong passage, or none, is linked to the passage that supports it.

        Args:
            written: the sentence.
            shown: the passages in the prompt.
            again: whether the model has repaired it.
        """
        withheld = _withheld(written.text, shown)
        if withheld is not None:
            return Sentence("", (), struck=withheld)
        incomplete = broken(written.text)
        if incomplete is not None:
            return Sentence(written.text, (), struck=incomplete)
        cited = [number for number in written.markers if 1 <= number <= len(shown.passages)]
        others = [number for number in _nearest(written.text, shown) if [number] != cited]
        reason: str | None = None
        for numbers in filter(None, [cited, *([number] for number in others)]):
            verdict = self._check.check(written.text, [shown.sources[number - 1] for number in numbers])
            if verdict.reason is None:
                links = link(written.text, [shown.passages[number - 1] for number in numbers])
                if links:
                    return Sentence(written.text, links)
            reason = reason or verdict.reason  # the reason of the cited passage comes first
        return Sentence(written.text, (), struck=reason or "it cites no passage")

    def _repaired(self, written: Written, reason: str, shown: ShownPassages, meter: Meter) -> Sentence | None:
        """The sentence as the model repairs it; None where that is not supported either."""
        numbers = [number for number in written.markers if 1 <= number <= len(shown.passages)]
        numbers = numbers or _nearest(written.text, shown)[:1]
        messages = _messages(
            fill("write", fence=shown.fence),
            fill("repair", passages=shown.text(numbers), sentence=written.text, reason=reason),
        )
        if not numbers or meter.left <= 0 or not meter.affords(messages, MAX_WRITTEN):
            return None
        sentences = Sentences()
        for again in [*sentences.feed("".join(meter.words(messages))), *sentences.finish()]:
            if _REFUSES.match(again.text) or _ABOUT_PASSAGES.search(again.text):
                return None
            settled = self.settle(Written(again.text, again.markers or tuple(numbers)), shown, again=True)
            return settled if settled.struck is None else None
        return None


class _Incomplete(Exception):
    """The model says that the passages do not contain the answer, or not all of it."""


class _Cache:
    """A thread-safe cache of answers, the latest used last."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[Question, str, str, str], Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[Question, str, str, str]) -> Answer | None:
        with self._lock:
            answer = self._answers.get(key)
            if answer is None:
                return None
            self._answers.move_to_end(key)
        return replace(answer, cost=replace(answer.cost, cached=True) if answer.cost else None)

    def put(self, key: tuple[Question, str, str, str], answer: Answer) -> None:
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > _CACHED:
                self._answers.popitem(last=False)


def _and_end(stream: Iterator[str]) -> Iterator[str | None]:
    """The words, then None at the end."""
    yield from stream
    yield None


def _messages(system: str, human: str) -> list[BaseMessage]:
    from langchain_core.messages import HumanMessage, SystemMessage

    return [SystemMessage(system), HumanMessage(human)]


def _heading(hit: Found) -> str:
    published = hit.article.published
    return f"{without_injection(hit.article.headline)}{f' ({published.in_words()})' if published else ''}"


def _nearest(text: str, shown: ShownPassages) -> list[int]:
    """Numbers of the two passages whose best sentences share most terms with a sentence, the best first."""
    wanted = set(terms(text))

    def shared(number: int) -> int:
        source = shown.sources[number - 1].text
        return len(
            wanted & {term for _, span in best_sentences(text, [source]) for term in terms(source[slice(*span)])}
        )

    order = sorted(range(1, len(shown.sources) + 1), key=lambda number: (-shared(number), number))
    return [number for number in order[:2] if shared(number)]


def _withheld(text: str, shown: ShownPassages) -> str | None:
    """The reason why the text of a sentence is withheld; None where it may be shown."""
    if ADDRESS.search(text):
        return "it held an address or markup"
    if _runs(text) & _runs(f"{PROMPTS['write'][0].template} {PROMPTS['ask'][0].template}"):
        return "it repeated what the model was told"
    own, ordered = set(terms(text)), set(terms(shown.orders))
    if own and len(own & ordered) >= _ORDERED * len(own):
        return "an article told the model to say so"
    return None


def _answers(written: Sequence[Sentence], quoted: Sequence[Answer]) -> bool:
    """Whether a written sentence cites words that would be quoted, or contains the short answer."""
    short = set(terms(quoted[0].short_answer or ""))
    if short and any(short <= set(terms(sentence.text)) for sentence in written):
        return True
    wanted = {c for part in quoted for sentence in part.sentences for c in sentence.citations}
    return any(
        own.article_id == other.article_id and own.start < other.end and other.start < own.end
        for sentence in written
        for own in sentence.citations
        for other in wanted
    )


def _runs(text: str) -> set[tuple[str, ...]]:
    """The runs of six words of a text."""
    words = re.findall(r"\w+", text.casefold())
    return set(zip(*(words[start:] for start in range(6)), strict=False))


def _repeats(text: str, seen: Sequence[str]) -> bool:
    stems = set(terms(text))
    return any(stems == set(terms(other)) for other in seen)
