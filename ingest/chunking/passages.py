"""Split an article into passages of whole sentences, without gaps or overlaps, with character offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.base.article import Article, Passage, Span
from ingest.chunking.sentences import sentence_spans
from ingest.cleaning.boilerplate import is_crosshead

#: Longest sentence, in characters; longer ones are split at a space.
MAX_SENTENCE = 1_500
#: Longest passage, in bytes of UTF-8, whatever the number of its words: Chroma Cloud limits documents to 16,384 bytes.
MAX_BYTES = 15_000

_GAP = re.compile(r"\s+")


@dataclass(frozen=True)
class _Unit:
    """A sentence or crosshead with the white space after it; `quotable` is the span of a sentence without it."""

    start: int
    end: int
    words: int
    quotable: Span | None


def split_passages(article: Article, words: int = 130) -> list[Passage]:
    """Split an article into passages of about equal length.

    Args:
        article: an article with a text that is not empty.
        words: target length of a passage, in words.

    Returns:
        The passages in order; their texts, joined, are the article's text.
    """
    units = _units(article.text, article.language)
    total = sum(unit.words for unit in units)
    count = max(1, round(total / words))
    passages: list[Passage] = []
    run: list[_Unit] = []
    seen = 0
    for index, unit in enumerate(units):
        run.append(unit)
        seen += unit.words
        following = units[index + 1] if index + 1 < len(units) else None
        # A passage ends where half of the next sentence would exceed its share of the words. It never ends after a
        # crosshead, which belongs to the sentences below it.
        share = total / count * (len(passages) + 1)
        full = following is not None and seen + following.words / 2 > share and unit.quotable is not None
        full = full or (following is not None and _bytes(article.text, run[0].start, following.end) > MAX_BYTES)
        if following is None or full:
            passages.append(_passage(article, len(passages), run))
            run = []
    return passages


def embedded_text(article: Article, passage: Passage) -> str:
    """The text that is embedded for a passage: headline and date before its words; citations use only the words.

    Args:
        article: the article of the passage.
        passage: the passage.
    """
    date = f" ({article.published.in_words()})" if article.published else ""
    return f"{article.headline}{date}\n{passage.text.strip()}"


def _passage(article: Article, ordinal: int, run: list[_Unit]) -> Passage:
    start, end = run[0].start, run[-1].end
    sentences = tuple(unit.quotable for unit in run if unit.quotable is not None)
    return Passage(article.article_id, article.version, ordinal, start, end, article.text[start:end], sentences)


def _bytes(text: str, start: int, end: int) -> int:
    return 4 * (end - start) if end - start < MAX_BYTES // 4 else len(text[start:end].encode("utf-8", "replace"))


def _units(text: str, language: str | None) -> list[_Unit]:
    """The sentences and crossheads of a text; together they cover it."""
    spans: list[tuple[Span, bool]] = []  # with whether a span may be quoted
    for paragraph in re.finditer(r"\S(?:.|\n(?!\n))*", text):
        if is_crosshead(paragraph.group()) and paragraph.start() > 0 and paragraph.end() < len(text):
            spans.append((paragraph.span(), False))
            continue
        for start, end in sentence_spans(paragraph.group(), language):
            offset = paragraph.start()
            spans += [(piece, True) for piece in _pieces(text, start + offset, end + offset)]
    if not spans:  # only white space
        return [_Unit(0, len(text), 0, None)]
    starts = [0] + [span[0] for span, _ in spans[1:]]
    ends = [*starts[1:], len(text)]
    return [
        _Unit(start, end, len(text[start:end].split()), span if quotable else None)
        for start, end, (span, quotable) in zip(starts, ends, spans, strict=True)
    ]


def _pieces(text: str, start: int, end: int) -> list[Span]:
    """Split a span into pieces of at most MAX_SENTENCE characters, at white space where there is some."""
    pieces = []
    while end - start > MAX_SENTENCE:
        window = text[start : start + MAX_SENTENCE]
        piece = window.rsplit(None, 1)[0]
        if len(piece) < MAX_SENTENCE // 2:
            piece = window.rstrip()
        cut = start + len(piece)
        pieces.append((start, cut))
        gap = _GAP.match(text, cut)
        start = gap.end() if gap else cut
    if start < end:
        pieces.append((start, end))
    return pieces
