"""The answerer that writes: a chat model joins what the passages say, and every sentence of it is checked.

What it writes reaches the reader sentence by sentence, each linked to the words of the articles that it rests on. One
that fails its check is mended once by the model, else it is shown as struck out. Where the model is down, too slow,
refuses, or writes nothing that holds, the answer is quoted instead, and says why.
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
from qa.chat.stream import ChatFailed, Meter, Sentences, Written, reckon
from qa.generation.quoting import QuotingAnswerer
from qa.language.attribution import broken
from qa.question.question import Question
from qa.reader.evidence import Evidence
from qa.verification.injection import apart, without_orders
from qa.verification.verify import ADDRESS, Source, StatementCheck, best_sentences, link, source_of

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_PASSAGES = 6  # that the model is given at the most
_SENTENCES = 8  # of an answer; what comes behind them is not read
_REPAIRS = 3  # of an answer
_ORDERED = 0.6  # share of a sentence's terms that an order in an article has, from which on it obeys
_KEPT = 256  # answers that are kept for the next who asks the same
_EVERY = 0.15  # seconds between two looks at a sentence that is being written
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
_INCOMPLETE = "The model that wrote this says that the passages do not tell all of the answer."
_BESIDE = "What the model wrote holds, but leaves out the words that answer; they are quoted behind it."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Given:
    """The passages that the model is given, in the order of their numbers.

    Attributes:
        found: the passages.
        sources: the same, as statements are checked against them.
        fence: a word that none of them holds.
        orders: what was left out of them, since it speaks to a model.
    """

    found: tuple[Found, ...]
    sources: tuple[Source, ...]
    fence: str
    orders: str

    def text(self, numbers: Sequence[int]) -> str:
        """Some of them as the model reads them."""
        return "\n\n".join(self._one(number) for number in numbers)

    def _one(self, number: int) -> str:
        facts, source = self.found[number - 1].article, self.sources[number - 1]
        dated = f"Published: {facts.published.in_words()}" if facts.published else "Undated"
        by = f"Publisher: {facts.publisher}. " if facts.publisher else ""
        return fill(
            "passage",
            fence=self.fence,
            number=number,
            headline=without_orders(facts.headline) or "-",
            source=f"{by}{dated}",
            text=source.text,
        )


class WritingAnswerer:
    """Writes where the evidence is enough for an answer, and refuses where the quoting answerer does."""

    def __init__(
        self, chat: ChatModel, archive: Archive, check: StatementCheck, quoting: QuotingAnswerer | None = None
    ) -> None:
        """Bind it.

        Args:
            chat: writes.
            archive: holds the articles that are cited.
            check: of every sentence.
            quoting: decides whether there is an answer, and gives it where the model does not.
        """
        self.chat = chat
        self._archive = archive
        self._check = check
        self._quoting = quoting or QuotingAnswerer()
        self._kept = _Kept()

    def answer(self, question: Question, evidence: Sequence[Evidence]) -> Iterator[Answer]:
        """Parts of the answer as they come, which add up to it; nothing where the evidence is not enough."""
        quoted = list(self._quoting.answer(question, evidence))
        if not quoted or question.style == "quote":
            yield from quoted
            return
        key = (question, self._archive.fingerprint, self.chat.name, VERSION)
        kept = self._kept.get(key)
        if kept is not None:
            yield kept
            return
        whole: Answer | None = None
        for part in self._written(question, evidence, quoted):
            whole = part if whole is None else whole + part
            yield part
        # What was quoted for want of a model, or broke off, is asked again.
        if whole is not None and whole.written and whole.note in (None, _INCOMPLETE, _BESIDE, quoted[0].note):
            self._kept.put(key, whole)

    def _written(self, question: Question, evidence: Sequence[Evidence], quoted: Sequence[Answer]) -> Iterator[Answer]:
        meter = Meter(self.chat)
        base = replace(quoted[0], sentences=(), written=True)
        told: list[Sentence] = []
        note = None
        try:
            given, messages = self._prompt(question, evidence)
            for part in self._sentences(base, given, messages, meter):
                told += part.told
                yield part
            if not told:
                note = "wrote nothing that the passages support"
        except _Incomplete:
            note = None if told else "found no answer in the passages"
            if told:
                yield replace(base, note=_INCOMPLETE)
        except ChatFailed as failed:
            note = str(failed)
        _log.info("%s", meter.cost.line())
        if note is None:
            beside = () if _tells(told, quoted) else tuple(each for part in quoted for each in part.sentences)
            yield replace(base, sentences=beside, note=_BESIDE if beside else None, cost=meter.cost)
        elif told:
            yield replace(base, cost=meter.cost, note=f"The answer breaks off: the chat model {self.chat.name} {note}.")
        else:
            said = f"Quoted, not written: the chat model {self.chat.name} {note}."
            for part in quoted:
                yield replace(part, note=said, cost=meter.cost)

    def _prompt(self, question: Question, evidence: Sequence[Evidence]) -> tuple[Given, list[BaseMessage]]:
        """What the model reads: as many of the best passages as fit, the weakest left out whole.

        Raises:
            ChatFailed: not even one fits.
        """
        found = {each.found.passage.passage_id: each.found for each in evidence}.values()
        best = [each for each in found if without_orders(each.passage.text)][:_PASSAGES]
        room = min(self.chat.context, self.chat.tokens) - MAX_WRITTEN
        while best:
            given = self._given(best)
            limits = f"It is asked of what was {question.limits}.\n" if question.limits else ""
            asked = fill("ask", passages=given.text(range(1, len(best) + 1)), question=question.text, limits=limits)
            messages = _messages(fill("write", fence=given.fence), asked)
            if sum(reckon(str(message.content)) for message in messages) <= room:
                return given, messages
            best.pop()
        raise ChatFailed(
            "has no room for a single passage; DATELINE_CHAT_CONTEXT and DATELINE_CHAT_TOKENS say how much"
        )

    def _given(self, found: Sequence[Found]) -> Given:
        sources = tuple(
            source_of(each, self._archive.article(each.passage.article_id).text, _heading(each)) for each in found
        )
        orders = [apart(text)[1] for each in found for text in (each.article.headline, each.passage.text)]
        fence = fence_of([f"{source.heading}\n{source.text}" for source in sources])
        return Given(tuple(found), sources, fence, " ".join(filter(None, orders)))

    def _sentences(self, base: Answer, given: Given, messages: Sequence[BaseMessage], meter: Meter) -> Iterator[Answer]:
        """The answer's sentences as they are settled, and between them the one that is being written."""
        sentences, count, repairs, shown = Sentences(), 0, 0, 0.0
        said: list[str] = []
        stream = meter.words(messages)
        for words in _and_end(stream):
            for written in sentences.finish() if words is None else sentences.feed(words):
                if _REFUSES.match(written.text) or _ABOUT_PASSAGES.search(written.text):
                    raise _Incomplete
                if written.text.endswith("?") or _repeats(written.text, said):
                    continue
                settled = self.settle(written, given)
                if settled.struck is not None and settled.text and repairs < _REPAIRS:
                    repairs += 1
                    mended = self._repaired(written, settled.struck, given, meter)
                    settled = settled if mended is None or _repeats(mended.text, said) else mended
                said += [written.text, settled.text]
                yield replace(base, sentences=(settled,))
                count += 1
                if count >= _SENTENCES:
                    stream.close()
                    return
            if words is not None and sentences.rest.strip() and time.monotonic() - shown > _EVERY:
                shown = time.monotonic()
                if _withheld(sentences.rest, given) is None:
                    yield replace(base, draft=sentences.rest)

    def settle(self, written: Written, given: Given, *, again: bool = False) -> Sentence:
        """A sentence with the words that it rests on; struck, with the reason, where no passage supports it.

        What cites a wrong passage, or none, and stands in another of them, is linked to that one.

        Args:
            written: the sentence.
            given: the passages.
            again: whether it is the model's second try.
        """
        withheld = _withheld(written.text, given)
        if withheld is not None:
            return Sentence("", (), struck=withheld)
        hangs = broken(written.text)
        if hangs is not None:
            return Sentence(written.text, (), struck=hangs)
        cited = [number for number in written.markers if 1 <= number <= len(given.found)]
        others = [number for number in _nearest(written.text, given) if [number] != cited]
        reason: str | None = None
        for numbers in filter(None, [cited, *([number] for number in others)]):
            verdict = self._check.check(written.text, [given.sources[number - 1] for number in numbers])
            if verdict.reason is None:
                links = link(written.text, [given.found[number - 1] for number in numbers])
                if links:
                    return Sentence(written.text, links)
            reason = reason or verdict.reason  # that of the cited passage, where there is one
        return Sentence(written.text, (), struck=reason or "it cites no passage")

    def _repaired(self, written: Written, reason: str, given: Given, meter: Meter) -> Sentence | None:
        """The sentence as the model writes it again, where that holds."""
        numbers = [number for number in written.markers if 1 <= number <= len(given.found)]
        numbers = numbers or _nearest(written.text, given)[:1]
        messages = _messages(
            fill("write", fence=given.fence),
            fill("repair", passages=given.text(numbers), sentence=written.text, reason=reason),
        )
        if not numbers or meter.left <= 0 or not meter.affords(messages, MAX_WRITTEN):
            return None
        sentences = Sentences()
        for again in [*sentences.feed("".join(meter.words(messages))), *sentences.finish()]:
            if _REFUSES.match(again.text) or _ABOUT_PASSAGES.search(again.text):
                return None
            settled = self.settle(Written(again.text, again.markers or tuple(numbers)), given, again=True)
            return settled if settled.struck is None else None
        return None


class _Incomplete(Exception):
    """The model says that the passages do not tell it, or not all of it."""


class _Kept:
    """Answers by what they hang on, the latest used last; safe for threads."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[Question, str, str, str], Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[Question, str, str, str]) -> Answer | None:
        with self._lock:
            found = self._answers.get(key)
            if found is None:
                return None
            self._answers.move_to_end(key)
        return replace(found, cost=replace(found.cost, cached=True) if found.cost else None)

    def put(self, key: tuple[Question, str, str, str], answer: Answer) -> None:
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > _KEPT:
                self._answers.popitem(last=False)


def _and_end(stream: Iterator[str]) -> Iterator[str | None]:
    """The words, and None when there are no more."""
    yield from stream
    yield None


def _messages(system: str, human: str) -> list[BaseMessage]:
    from langchain_core.messages import HumanMessage, SystemMessage

    return [SystemMessage(system), HumanMessage(human)]


def _heading(found: Found) -> str:
    published = found.article.published
    return f"{without_orders(found.article.headline)}{f' ({published.in_words()})' if published else ''}"


def _nearest(text: str, given: Given) -> list[int]:
    """Numbers of the passages whose best sentences share most with a sentence, at most two, the nearest first."""
    wanted = set(terms(text))

    def shared(number: int) -> int:
        source = given.sources[number - 1].text
        return len(
            wanted & {term for _, span in best_sentences(text, [source]) for term in terms(source[slice(*span)])}
        )

    order = sorted(range(1, len(given.sources) + 1), key=lambda number: (-shared(number), number))
    return [number for number in order[:2] if shared(number)]


def _withheld(text: str, given: Given) -> str | None:
    """Why not even the words of a sentence are shown; None where they may be."""
    if ADDRESS.search(text):
        return "it held an address or markup"
    if _runs(text) & _runs(f"{PROMPTS['write'][0].template} {PROMPTS['ask'][0].template}"):
        return "it repeated what the model was told"
    own, ordered = set(terms(text)), set(terms(given.orders))
    if own and len(own & ordered) >= _ORDERED * len(own):
        return "an article told the model to say so"
    return None


def _tells(told: Sequence[Sentence], quoted: Sequence[Answer]) -> bool:
    """Whether some sentence rests on words that would be quoted, or holds the few that answer."""
    short = set(terms(quoted[0].short_answer or ""))
    if short and any(short <= set(terms(sentence.text)) for sentence in told):
        return True
    wanted = {c for part in quoted for sentence in part.sentences for c in sentence.citations}
    return any(
        own.article_id == other.article_id and own.start < other.end and other.start < own.end
        for sentence in told
        for own in sentence.citations
        for other in wanted
    )


def _runs(text: str) -> set[tuple[str, ...]]:
    """Its runs of six words."""
    words = re.findall(r"\w+", text.casefold())
    return set(zip(*(words[start:] for start in range(6)), strict=False))


def _repeats(text: str, said: Sequence[str]) -> bool:
    mine = set(terms(text))
    return any(mine == set(terms(other)) for other in said)
