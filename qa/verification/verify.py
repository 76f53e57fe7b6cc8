"""Verify the sentences of a draft; an unsupported sentence is not part of the answer.

A quoted sentence must occur exactly where its citation says. A written one must pass every check of `StatementCheck`,
which gives the reason where one fails.
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
from qa.language.names import Name, agreement, country, find_names
from qa.language.numbers import missing_dates, missing_figures
from qa.language.polarity import turned
from qa.language.titles import TITLES
from qa.reader.evidence import Evidence, cite
from qa.reader.span_inputs import Page
from qa.verification.injection import without_injection
from qa.verification.quotations import misquoted
from qa.verification.support import SupportModel

#: The least support of a statement.
SUPPORTED = 0.7

# The least support by the linked sentences alone, which a reader sees marked; with less, it is the support of the
# statement. Lower than SUPPORTED, because "the company" may be named elsewhere in the passage.
_ALONE = 0.25

#: Addresses and markup, through which data could be leaked.
ADDRESS = re.compile(r"https?:|www\.|\]\(|!\[|<[a-zA-Z/!]|\b[\w-]+\.(?:com|org|net|io|co)\b", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:,|and|or|&)?\s*(?:and|or)?\s*")  # between names whose order does not matter
_LINKED = 3  # the most sentences that a statement is linked to
_GAIN = 0.2  # share of a statement's terms that each further sentence must add
_WORD = re.compile(r"[\w’'-]+")
_PASSAGE = re.compile(r"\bpassages?\b", re.IGNORECASE)
_LINK = re.compile(r"^(?:of|de|van|von|der|al)\s+(?:the\s+)?")

_log = logging.getLogger(__name__)


class CitationCheck:
    """Removes every sentence without a citation, or with one whose quote is not at its place in the article."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._articles: dict[str, Article | None] = {}

    def check(self, draft: Answer) -> Answer:
        """The draft without the sentences that fail; it counts as answered only where one is left."""
        kept = tuple(sentence for sentence in draft.sentences if sentence.struck or self._supported(sentence))
        return replace(draft, sentences=kept, answered=draft.answered and (bool(kept) or not draft.sentences))

    def _supported(self, sentence: Sentence) -> bool:
        supported = bool(sentence.citations) and all(map(self._is_exact, sentence.citations))
        if not supported:
            _log.warning("removed a sentence that its citations do not support: %r", sentence.text[:80])
        return supported

    def _is_exact(self, citation: Citation) -> bool:
        if citation.article_id not in self._articles:
            versions = self._archive.versions([citation.article_id])
            exists = versions.get(citation.article_id) is not None
            self._articles[citation.article_id] = self._archive.article(citation.article_id) if exists else None
        article = self._articles[citation.article_id]
        return (
            article is not None
            and article.version == citation.version
            and bool(citation.quote)
            and article.text[citation.start : citation.end] == citation.quote
        )


@dataclass(frozen=True)
class Source:
    """A passage that may support a statement.

    Attributes:
        text: its words, without prompt injection.
        heading: headline of its article, with the date.
        publisher: publisher of the article.
        published: date of the article.
        article: the complete text of the article.
    """

    text: str
    heading: str = ""
    publisher: str = ""
    published: Published | None = None
    article: str = ""

    @property
    def all_text(self) -> str:
        """The text from which a statement may take names and figures."""
        return " \n".join(part for part in (self.heading, self.publisher, self.text) if part)

    @property
    def page(self) -> Page:
        """The passage as the models read it."""
        return Page(self.heading, self.text)


@dataclass(frozen=True)
class Verdict:
    """The result of the checks of a statement.

    Attributes:
        reason: why it is not supported, for people and for the model that may repair it; None where it is supported.
        support: the probability that its sources support it, 0..1; 0 where a rule failed before.
    """

    reason: str | None
    support: float = 0.0


class StatementCheck:
    """Checks whether sources support a statement.

    Rules come first, which say what is wrong: no addresses; exact quotations by the right speaker; only numbers, dates
    and names of the sources; nothing turned into its opposite. Then a model that was trained for entailment decides.
    Methods: FactCC (Kryscinski et al., EMNLP 2020) and MiniCheck (Tang et al., EMNLP 2024).
    """

    def __init__(self, model: SupportModel, threshold: float = SUPPORTED) -> None:
        """Combine the rules and a model.

        Args:
            model: scores support.
            threshold: the least score of a supported statement, 0..1.
        """
        self._model = model
        self._threshold = threshold

    def check(self, statement: str, sources: Sequence[Source]) -> Verdict:
        """Check one statement.

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
        """The probability that the sources support a statement: a single source, or the best sentences of all of them.

        Where these sentences alone give almost no support, it is theirs: then the sources have the words of the
        statement, but do not say what it says.

        Args:
            statement: one sentence, without markers.
            sources: the passages that it cites.
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
        """The reason of the first rule that fails; None where all pass."""
        if ADDRESS.search(statement):
            return "it holds an address or markup"
        wrong_quote = misquoted(statement, [source.article or source.text for source in sources])
        if wrong_quote is not None:
            return wrong_quote
        for kind, missing in (
            ("number", _lacking(missing_figures(statement, s.all_text, s.published) for s in sources)),
            ("date", _lacking(missing_dates(statement, s.all_text, s.published) for s in sources)),
            ("name", missing_names(statement, " \n".join(source.all_text for source in sources))),
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
    """The names of a statement that its source does not have, in the same form or another.

    Args:
        statement: one sentence.
        source: the text that it cites.
    """
    in_source = [name.text for name in find_names(source)]
    in_source += [part for name in in_source for part in name.split() if country(part) is not None]
    plain = f" {' '.join(_WORD.findall(source.casefold()))} "
    source_terms = set(terms(source))
    missing = []
    for name in find_names(statement):
        words = name.text
        if name.start == 0 and set(terms(words.split()[0])) <= source_terms:
            words = _LINK.sub("", words.partition(" ")[2])  # a plain word may begin the sentence: "Shares of Gull"
        folded = " ".join(_WORD.findall(words.casefold()))
        if folded and f" {folded} " not in plain and not any(agreement(words, other) for other in in_source):
            missing.append(words)
    return missing


def exchanged(statement: str, source: str) -> str | None:
    """The reason why two names of a statement are swapped; None where that is not detected.

    It is detected where the source has the same words between the two names, in the opposite order.

    Args:
        statement: one sentence.
        source: the sentences of the article that are most similar.
    """
    names = [name for name in map(_bare, find_names(statement)) if name.text and name.text in source]
    plain = _folded(source)
    for one, other in itertools.combinations(names, 2):
        between = statement[one.end : other.start]
        if agreement(one.text, other.text) or _LISTED.fullmatch(between):
            continue
        swapped = _folded(f"{other.text}{between}{one.text}")
        if swapped in plain and _folded(f"{one.text}{between}{other.text}") not in plain:
            return f"it has “{one.text}” and “{other.text}” in each other’s place"
    return None


def _folded(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _bare(name: Name) -> Name:
    """A name without the titles before it."""
    words = name.text.split(" ")
    while words and words[0].casefold() in TITLES:
        words = words[1:]
    kept = " ".join(words)
    return Name(kept, name.end - len(kept), name.end)


def best_sentences(
    statement: str, texts: Sequence[str], spans: Sequence[Sequence[Span]] | None = None
) -> list[tuple[int, Span]]:
    """Choose at most three sentences that together cover most of a statement's terms.

    The first covers most; each further one must add a fifth of the terms.

    Args:
        statement: one sentence.
        texts: the texts to choose from.
        spans: offsets of the sentences of each text; None to split the texts.

    Returns:
        The number of the text and the offsets of each sentence, in order.
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


def source_of(hit: Found, article: str, heading: str) -> Source:
    """Make a source of a passage of the archive.

    Args:
        hit: the passage with the facts of its article.
        article: the article's text.
        heading: the heading that the models read.
    """
    facts = hit.article
    publisher = " ".join(part for part in (facts.publisher, facts.place) if part)
    return Source(without_injection(hit.passage.text), heading, publisher, facts.published, article)


def link(statement: str, passages: Sequence[Found]) -> tuple[Citation, ...]:
    """Cite the sentences of passages that support a statement, leaving out those that look like prompt injection.

    Args:
        statement: one sentence.
        passages: the passages that support it.
    """
    texts = [hit.passage.text for hit in passages]
    spans = [[(s - hit.passage.start, e - hit.passage.start) for s, e in hit.passage.sentences] for hit in passages]
    news = [
        [span for span in row if without_injection(text[slice(*span)])] for text, row in zip(texts, spans, strict=True)
    ]
    cited = []
    for number, (start, end) in best_sentences(statement, texts, news):
        offset = passages[number].passage.start
        cited.append(cite(Evidence(passages[number], (offset + start, offset + end), texts[number][start:end], 1.0)))
    return tuple(cited)


def _lacking(missing: Iterable[list[str]]) -> list[str]:
    """The items that all sources lack."""
    lists = list(missing)
    return [item for item in lists[0] if all(item in other for other in lists[1:])]
