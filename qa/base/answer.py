"""An answer with its sentences and their citations."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from qa.base.cost import Cost
from qa.question.question import Question

#: How every refusal begins.
REFUSAL = "The archive holds no answer to this question."

#: A marker in `Answer.text` that points at a citation, counted from 1.
MARKER = re.compile(r"\[(\d{1,3})\]")

# Characters that Markdown interprets: anywhere in a line, in bare addresses, and at the beginning of a line.
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~$&@]|:(?=//)|(?<=www)\.|^[#+-]", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")


@dataclass(frozen=True)
class Carrier:
    """An article that carries the same story as a cited one.

    Attributes:
        article_id: id of the article.
        headline: its headline.
        publisher: its publisher, or None.
        published: its date, ISO 8601, as exact as the source gave it, or None.
        url: address of the original, or None.
    """

    article_id: str
    headline: str
    publisher: str | None
    published: str | None
    url: str | None

    def source(self) -> str:
        """Publisher and date in one line, for display."""
        parts = [self.publisher, self.published and self.published[:10]]
        return ", ".join(part for part in parts if part) or "undated"


@dataclass(frozen=True)
class Citation:
    """The exact words of an article that support a sentence: `article.text[start:end] == quote`.

    Attributes:
        article_id: id of the article.
        version: version of its text, for which the offsets hold.
        headline: headline of the article.
        publisher: its publisher, or None.
        published: its date, ISO 8601, as exact as the source gave it, or None.
        url: address of the original, or None.
        quote: the exact words.
        start: offset of the first character in the article's text.
        end: one past the last character.
        place: where the article was filed from, or None.
        correction: the editor's note, where the article was corrected.
        also_carried_by: other articles that carry the same story, the first published one first.
    """

    article_id: str
    version: str
    headline: str
    publisher: str | None
    published: str | None
    url: str | None
    quote: str
    start: int
    end: int
    place: str | None = None
    correction: str | None = None
    also_carried_by: tuple[Carrier, ...] = ()

    def source(self) -> str:
        """Publisher and date in one line, for display: `Bloomberg, 2020-07-21`."""
        parts = [self.publisher, self.published and self.published[:10]]
        return ", ".join(part for part in parts if part) or "undated"


@dataclass(frozen=True)
class Sentence:
    """A sentence of an answer with its citations.

    Attributes:
        text: its words, without markers.
        citations: one or more; none where it is struck.
        noted: its words with the days that relative date expressions mean, as in "Last week [13 to 19 July 2020]"; None
            where there are none that can be resolved.
        day: the date of publication for display, where the answer lists events in order; else None.
        struck: the reason where a chat model wrote the sentence and no passage supports it: it is shown as struck, and
            is not part of the answer; else None. The text is empty where it is withheld.
    """

    text: str
    citations: tuple[Citation, ...]
    day: str | None = None
    noted: str | None = None
    struck: str | None = None

    @property
    def shown(self) -> str:
        """Its words for display, with the date of publication and the days of date expressions."""
        words = self.noted or self.text
        return f"{self.day}: {words}" if self.day else words


@dataclass(frozen=True)
class Nearby(Carrier):
    """An article that is related to a question without answering it."""


@dataclass(frozen=True)
class Answer:
    """The answer to a question, or a refusal.

    The parts that a chain streams can be added; their sum is the answer.

    Attributes:
        question: the question as it was understood: its words, range of dates, publishers.
        answered: whether there is an answer; a refusal has no sentences and no citations.
        sentences: its sentences, in order.
        short_answer: the few words that answer, where there are some; None in a refusal.
        confidence: probability that the answer is right, 0..1.
        refusal: the text in place of an answer; None where there is an answer.
        nearby: for a refusal, the nearest articles; for a question about the archive, the articles that were counted.
        note: remarks that no article supports: how the archive was searched, what was counted.
        fingerprint: the archive's schema, embedder, passage size and revision.
        written: whether a chat model wrote the sentences; else they are quoted.
        draft: for a part of a stream, words that are being written and not yet checked; else empty.
        cost: what the chat model used; None where none was used.
    """

    question: Question
    answered: bool
    sentences: tuple[Sentence, ...] = ()
    short_answer: str | None = None
    confidence: float = 0.0
    refusal: str | None = None
    nearby: tuple[Nearby, ...] = ()
    note: str | None = None
    fingerprint: str = ""
    written: bool = False
    draft: str = ""
    cost: Cost | None = None

    @property
    def supported(self) -> tuple[Sentence, ...]:
        """Its sentences without the struck ones."""
        return tuple(sentence for sentence in self.sentences if sentence.struck is None)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations without repeats, in order of first use; marker [n] is the n-th."""
        return tuple(dict.fromkeys(citation for sentence in self.supported for citation in sentence.citations))

    @property
    def also_carried_by(self) -> tuple[Carrier, ...]:
        """Other articles that carry the cited stories, without repeats."""
        return tuple(dict.fromkeys(carrier for citation in self.citations for carrier in citation.also_carried_by))

    @property
    def text(self) -> str:
        """The answer with its markers, or the refusal."""
        if not self.answered:
            return self.refusal or REFUSAL
        numbers = {citation: number for number, citation in enumerate(self.citations, 1)}
        sentences = [
            f"{sentence.shown} {''.join(f'[{numbers[citation]}]' for citation in sentence.citations)}"
            for sentence in self.supported
        ]
        return " ".join([*([self.note] if self.note else []), *sentences])

    def __add__(self, other: Answer) -> Answer:
        """This part with the next one added."""
        return replace(
            other,
            sentences=self.sentences + other.sentences,
            note=other.note or self.note,
        )

    def to_dict(self) -> dict[str, Any]:
        """The answer for JSON, with `text`, and `citations` numbered from 1 as in its markers."""
        numbers = {citation: number for number, citation in enumerate(self.citations, 1)}
        return {
            "question": self.question.as_typed,
            "understood": self.question.to_dict(),
            "answered": self.answered,
            "text": self.text,
            "short_answer": self.short_answer,
            "confidence": round(self.confidence, 4),
            "sentences": [{"text": s.text, "citations": [numbers[c] for c in s.citations]} for s in self.supported],
            "struck": [{"text": s.text, "reason": s.struck} for s in self.sentences if s.struck],
            "citations": [{"number": numbers[c]} | asdict(c) for c in self.citations],
            "note": self.note,
            "nearby": [asdict(near) for near in self.nearby],
            "fingerprint": self.fingerprint,
            "written": self.written,
            "cost": asdict(self.cost) if self.cost else None,
        }

    def to_markdown(self) -> str:
        """The answer in Markdown, followed by its sources with the quoted words; text of articles is escaped."""
        if not self.answered or not self.sentences:
            listed = [f"- {escape_markdown(n.headline)} — {escape_markdown(n.source())}" for n in self.nearby]
            return "\n".join([escape_markdown(self.text), *(["", *listed] if self.answered and listed else [])])
        numbers = {citation: number for number, citation in enumerate(self.citations, 1)}
        lines = [
            *([escape_markdown(self.note), ""] if self.note else []),
            " ".join(
                f"~~{escape_markdown(s.text or '…')}~~ ({escape_markdown(s.struck)})"
                if s.struck
                else f"{escape_markdown(s.shown)} {''.join(f'[{numbers[c]}]' for c in s.citations)}"
                for s in self.sentences
            ),
            "",
        ]
        for citation, number in numbers.items():
            headline = escape_markdown(citation.headline)
            title = f"[{headline}]({escape_link(citation.url)})" if citation.url else headline
            lines.append(
                f"{number}. {title} — {escape_markdown(citation.source())}: “{escape_markdown(citation.quote)}”"
                f"{_also_carried_by(citation)}"
            )
        return "\n".join(lines)


def _also_carried_by(citation: Citation) -> str:
    others = [f"{escape_markdown(c.headline)} — {escape_markdown(c.source())}" for c in citation.also_carried_by]
    return f" Also carried by: {'; '.join(others)}." if others else ""


def escape_markdown(text: str) -> str:
    """Escape a text so that Markdown shows it unchanged, without a link, image, tag or emphasis."""
    return _NUMBERED.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\g<0>", " ".join(text.split())))


def escape_link(url: str) -> str:
    """Escape an address so that it is safe as the target of a Markdown link."""
    return re.sub(r"[\s()<>\"'\\]", lambda match: f"%{ord(match[0]):02X}", url)
