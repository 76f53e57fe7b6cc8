"""The checks between a draft and an answer: what is not supported is not said.

A quoted sentence has to stand where its citation says. A written one has to pass every check of `StatementCheck`, each
of which can say why it does not.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.archive.archive import Archive, Found
from ingest.base.article import Article, Published, Span
from ingest.chunking.sentences import sentence_spans
from ingest.index.keywords import terms
from qa.base.answer import Answer, Citation, Sentence
from qa.language.attribution import unattributed
from qa.language.names import TITLES, Name, agreement, country, find_names
from qa.language.numbers import missing_dates, missing_figures
from qa.language.polarity import turned
from qa.reader.evidence import Evidence, cite
from qa.reader.span_inputs import Page
from qa.verification.injection import without_orders
from qa.verification.quotations import misquoted
from qa.verification.support import SupportModel

#: Support below which a statement is not made.
SUPPORTED = 0.7

# Support by the linked sentences alone, without the rest of the passage, below which it is no more than that: a reader
# sees these marked. Lower than SUPPORTED, since "the company" may be named elsewhere.
_ALONE = 0.25

#: What looks like an address or markup, in which data could be carried out.
ADDRESS = re.compile(r"https?:|www\.|\]\(|!\[|<[a-zA-Z/!]|\b[\w-]+\.(?:com|org|net|io|co)\b", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:,|and|or|&)?\s*(?:and|or)?\s*")  # between names whose order says nothing
_LINKED = 3  # sentences of the articles that a statement is linked to at the most
_GAIN = 0.2  # share of a statement's terms that a further one of them adds
_WORD = re.compile(r"[\w’'-]+")
_PASSAGE = re.compile(r"\bpassages?\b", re.IGNORECASE)
_LINK = re.compile(r"^(?:of|de|van|von|der|al)\s+(?:the\s+)?")

_log = logging.getLogger(__name__)


class CitationCheck:
    """Strikes every sentence that has no citation, or one whose quote does not stand at its place in the article."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._seen: dict[str, Article | None] = {}

    def check(self, draft: Answer) -> Answer:
        """The draft without the sentences that fail; it no longer counts as answered where none is left."""
        kept = tuple(sentence for sentence in draft.sentences if sentence.struck or self._supported(sentence))
        return replace(draft, sentences=kept, answered=draft.answered and (bool(kept) or not draft.sentences))

    def _supported(self, sentence: Sentence) -> bool:
        supported = bool(sentence.citations) and all(map(self._stands, sentence.citations))
        if not supported:
            _log.warning("struck a sentence that its citations do not support: %r", sentence.text[:80])
        return supported

    def _stands(self, citation: Citation) -> bool:
        if citation.article_id not in self._seen:
            versions = self._archive.versions([citation.article_id])
            there = versions.get(citation.article_id) is not None
            self._seen[citation.article_id] = self._archive.article(citation.article_id) if there else None
        article = self._seen[citation.article_id]
        return (
            article is not None
            and article.version == citation.version
            and bool(citation.quote)
            and article.text[citation.start : citation.end] == citation.quote
        )


@dataclass(frozen=True)
class Source:
    """A passage that a statement may rest on.

    Attributes:
        text: its words, without those that speak to a model.
        heading: headline of its article, with the date.
        publisher: of the article.
        published: when it was.
        article: the article's whole text.
    """

    text: str
    heading: str = ""
    publisher: str = ""
    published: Published | None = None
    article: str = ""

    @property
    def known(self) -> str:
        """All that a statement may take names and figures from."""
        return " \n".join(part for part in (self.heading, self.publisher, self.text) if part)

    @property
    def page(self) -> Page:
        """As the models read it."""
        return Page(self.heading, self.text)


@dataclass(frozen=True)
class Verdict:
    """What the checks say of a statement.

    Attributes:
        reason: why it is not supported, for people and for the model that may mend it; None where it is.
        support: the probability that its sources support it, 0..1; 0 where a rule failed before that was asked.
    """

    reason: str | None
    support: float = 0.0


class StatementCheck:
    """Whether sources support a statement.

    First rules, which say what is wrong: no address, quotations in the words and of the speaker that they give,
    numbers, dates and names that the sources have, nothing turned into its opposite. Then a model that was trained for
    it. Methods: FactCC (Kryscinski et al., EMNLP 2020) and MiniCheck (Tang et al., EMNLP 2024) for what is checked.
    """

    def __init__(self, model: SupportModel, threshold: float = SUPPORTED) -> None:
        """Args: model: scores support; threshold: of its score, 0..1."""
        self._model = model
        self._threshold = threshold

    def check(self, statement: str, sources: Sequence[Source]) -> Verdict:
        """The verdict on one statement.

        Args:
            statement: one sentence, without markers.
            sources: the passages that it cites.
        """
        if not sources:
            return Verdict("it cites no passage")
        reason = self._against(statement, sources)
        if reason is not None:
            return Verdict(reason)
        support = self.support(statement, sources)
        return Verdict(None if support >= self._threshold else "the passage does not say so", support)

    def support(self, statement: str, sources: Sequence[Source]) -> float:
        """The probability that the sources support a statement: one of them, or the best sentences of all.

        Where these sentences by themselves give hardly any support, it is theirs: then the words are there, and what
        they are said to say is not.
        """
        pages = [source.page for source in sources]
        best = best_sentences(statement, [source.text for source in sources])
        picked = " ".join(sources[i].text[slice(*span)] for i, span in best)
        if not picked:
            return max(self._model.support(statement, pages))
        pages += [Page(sources[best[0][0]].heading, picked), Page("", picked)]
        *supports, alone = self._model.support(statement, pages)
        return max(supports) if alone >= _ALONE else min(alone, max(supports))

    def _against(self, statement: str, sources: Sequence[Source]) -> str | None:
        """What a rule has against it; None where none has."""
        if ADDRESS.search(statement):
            return "it holds an address or markup"
        said = misquoted(statement, [source.article or source.text for source in sources])
        if said is not None:
            return said
        for kind, missing in (
            ("number", _lacking(missing_figures(statement, s.known, s.published) for s in sources)),
            ("date", _lacking(missing_dates(statement, s.known, s.published) for s in sources)),
            ("name", missing_names(statement, " \n".join(source.known for source in sources))),
        ):
            if missing:
                return f"the {kind} “{missing[0]}” does not stand in the passage"
        best = best_sentences(statement, [source.text for source in sources])
        like = " ".join(sources[i].text[slice(*span)] for i, span in best)
        if not like:
            return "no sentence of the passage is about it"
        if _PASSAGE.search(statement) and not _PASSAGE.search(like):
            return "it speaks of the passage and not of the news"
        return turned(statement, like) or exchanged(statement, like) or unattributed(statement, like)


def missing_names(statement: str, source: str) -> list[str]:
    """The names of a statement that its source does not have, as they stand there or as the same one's."""
    there = [name.text for name in find_names(source)]
    there += [part for name in there for part in name.split() if country(part) is not None]
    plain = f" {' '.join(_WORD.findall(source.casefold()))} "
    known = set(terms(source))
    missing = []
    for name in find_names(statement):
        words = name.text
        if name.start == 0 and set(terms(words.split()[0])) <= known:
            words = _LINK.sub("", words.partition(" ")[2])  # a plain word may begin the sentence: "Shares of Gull"
        folded = " ".join(_WORD.findall(words.casefold()))
        if folded and f" {folded} " not in plain and not any(agreement(words, other) for other in there):
            missing.append(words)
    return missing


def exchanged(statement: str, source: str) -> str | None:
    """Why two names of a statement stand in each other's place; None where that cannot be seen.

    It can where the words between them stand between them in the source as well, the other way round.

    Args:
        statement: one sentence.
        source: the sentences of the article that are most like it.
    """
    names = [name for name in map(_bare, find_names(statement)) if name.text and name.text in source]
    plain = _folded(source)
    for one, other in itertools.combinations(names, 2):
        between = statement[one.end : other.start]
        if agreement(one.text, other.text) or _LISTED.fullmatch(between):
            continue
        there = _folded(f"{other.text}{between}{one.text}")
        if there in plain and _folded(f"{one.text}{between}{other.text}") not in plain:
            return f"it has “{one.text}” and “{other.text}” in each other’s place"
    return None


def _folded(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _bare(name: Name) -> Name:
    """A name without the titles in front of it."""
    words = name.text.split(" ")
    while words and words[0].casefold() in TITLES:
        words = words[1:]
    kept = " ".join(words)
    return Name(kept, name.end - len(kept), name.end)


def best_sentences(
    statement: str, texts: Sequence[str], spans: Sequence[Sequence[Span]] | None = None
) -> list[tuple[int, Span]]:
    """The sentences that cover most of a statement's terms, at most three, in order: which text, and where in it.

    The first covers most; each further one adds a fifth of the terms, or it is left out.

    Args:
        statement: one sentence.
        texts: to choose from.
        spans: of each text's sentences; without them they are found.
    """
    if spans is None:
        spans = [sentence_spans(text) for text in texts]
    wanted = set(terms(statement))
    rows = [
        (number, span, wanted & set(terms(text[slice(*span)])))
        for number, text in enumerate(texts)
        for span in spans[number]
    ]
    chosen: list[tuple[int, Span]] = []
    covered: set[str] = set()
    while rows and len(chosen) < _LINKED:
        number, span, shared = max(rows, key=lambda row: (len(row[2] - covered), -row[0], -row[1][0]))
        gain = len(shared - covered)
        if gain == 0 or (chosen and gain < max(2, _GAIN * len(wanted))):
            break
        chosen.append((number, span))
        covered |= shared
        rows.remove((number, span, shared))
    return sorted(chosen)


def source_of(found: Found, article: str, heading: str) -> Source:
    """A passage of the archive as a source.

    Args:
        found: the passage with its article's facts.
        article: the article's text.
        heading: as the models see it.
    """
    facts = found.article
    publisher = " ".join(part for part in (facts.publisher, facts.place) if part)
    return Source(without_orders(found.passage.text), heading, publisher, facts.published, article)


def link(statement: str, passages: Sequence[Found]) -> tuple[Citation, ...]:
    """The sentences of some passages that a statement rests on, as citations; never one that speaks to a model."""
    texts = [found.passage.text for found in passages]
    spans = [
        [(s - found.passage.start, e - found.passage.start) for s, e in found.passage.sentences] for found in passages
    ]
    news = [
        [span for span in row if without_orders(text[slice(*span)])] for text, row in zip(texts, spans, strict=True)
    ]
    cited = []
    for number, (start, end) in best_sentences(statement, texts, news):
        offset = passages[number].passage.start
        cited.append(cite(Evidence(passages[number], (offset + start, offset + end), texts[number][start:end], 1.0)))
    return tuple(cited)


def _lacking(each: Iterable[list[str]]) -> list[str]:
    """What all of the sources lack."""
    lists = list(each)
    return [item for item in lists[0] if all(item in other for other in lists[1:])]
