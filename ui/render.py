"""Answer and article to what is shown; pure: values in, Markdown or HTML out, no Gradio.

Everything that comes from an article is escaped here. A marker or card is a link to `#cite-TURN-NUMBER`; the page turns
a click on it into an opened article.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from ingest.article import Article, Published, Span
from ingest.furniture import is_crosshead
from qa.answer import Answer, Carrier, Citation, escape_markdown

#: Link of a citation: turn of the conversation from 0, number of the citation from 1.
CITE = re.compile(r"#cite-(\d{1,6})-(\d{1,3})")

#: Link of an article that a refusal names: turn, and its place from 1.
NEAR = re.compile(r"#near-(\d{1,6})-(\d{1,3})")

#: Link of another carrier of a cited story: turn, number of the citation, and its place from 1.
CARRIER = re.compile(r"#carrier-(\d{1,6})-(\d{1,3})-(\d{1,3})")

#: Link that asks a question again without the limits that were read from its words: turn.
ALL = re.compile(r"#all-(\d{1,6})")

_LISTED = 50  # headlines of an answer about the archive
_CARRIERS = 9  # links to other carriers of a story


def answer_markdown(answer: Answer, turn: int) -> str:
    """An answer as a chat message: sentences with markers that are links; or the refusal with headlines to open."""
    if not answer.answered:
        return _refusal_markdown(answer, turn)
    numbers = {citation: number for number, citation in enumerate(answer.citations, 1)}
    paragraphs = [escape_markdown(answer.note)] if answer.note else []
    # Where a question wants sentences, the few words that were marked in one would stand there without their sense.
    if answer.short_answer and not answer.question.wants_sentences:
        paragraphs.append(f"**{escape_markdown(answer.short_answer)}**")
    for sentence in answer.told:
        markers = "".join(f"[\\[{numbers[c]}\\]](#cite-{turn}-{numbers[c]})" for c in sentence.citations)
        day = f"*{escape_markdown(sentence.day)}.* " if sentence.day else ""
        paragraphs.append(f"{day}{escape_markdown(sentence.noted or sentence.text)} {markers}")
    if answer.nearby:
        paragraphs.append(_headlines(answer, turn))
    if answer.draft:
        paragraphs.append(f"*Being written, not checked yet: {escape_markdown(answer.draft)}…*")
        return "\n\n".join(paragraphs)
    return "\n\n".join([*paragraphs, *_understood(answer, turn), *_cost(answer)])


def struck_markdown(answer: Answer) -> tuple[str, str] | None:
    """What was struck out of a written answer: a title that says how much, and the sentences with the reasons.

    None where nothing was.
    """
    struck = [sentence for sentence in answer.sentences if sentence.struck is not None]
    if not struck:
        return None
    lines = []
    for sentence in struck:
        words = f"~~{escape_markdown(sentence.text)}~~" if sentence.text else "A sentence whose words are withheld"
        lines.append(f"- {words} — {escape_markdown(sentence.struck or '')}")
    count = "1 sentence was" if len(struck) == 1 else f"{len(struck)} sentences were"
    return f"{count} struck out: the articles do not say so", "\n".join(lines)


def _cost(answer: Answer) -> list[str]:
    """Who wrote it and what that took."""
    if answer.cost is None or not answer.written:
        return []
    return [f"*Written by {escape_markdown(answer.cost.line())}. Every sentence was checked against what it cites.*"]


def _understood(answer: Answer, turn: int) -> list[str]:
    """How the question was read, where that is more than its words, with a link that takes limits back."""
    question = answer.question
    parts = [f"Searched as “{question.text}”"] if question.typed else []
    parts += [question.limits] if question.published or question.publishers else []
    if not parts:
        return []
    read = question.period or question.outlet
    undo = (
        f" — [search without this limit](#all-{turn})" if read and (question.published or question.publishers) else ""
    )
    return [f"*{escape_markdown('; '.join(parts))}*{undo}"]


def _refusal_markdown(answer: Answer, turn: int) -> str:
    words = answer.text.split(" Nearest headlines: ")[0]
    paragraphs = [escape_markdown(words)]
    if answer.nearby:
        paragraphs += ["Nearest headlines:", _headlines(answer, turn)]
    return "\n\n".join([*paragraphs, *_understood(answer, turn)])


def _headlines(answer: Answer, turn: int) -> str:
    """A list of articles to open."""
    shown = [
        f"- [{escape_markdown(near.headline)}](#near-{turn}-{number}) {escape_markdown(_source(near))}"
        for number, near in enumerate(answer.nearby[:_LISTED], 1)
    ]
    more = len(answer.nearby) - len(shown)
    return "\n".join([*shown, *([f"- and {more} more"] if more else [])])


def cards_html(answer: Answer, turn: int, active: int = 0) -> str:
    """The sources of an answer as cards: headline, publisher, date, the words cited.

    Args:
        answer: its citations are shown.
        turn: which answer of the conversation it is, from 0.
        active: number of the citation that is open, from 1; 0 for none.
    """
    if not answer.citations:
        return ""
    cards = []
    for number, citation in enumerate(answer.citations, 1):
        current = ' aria-current="true"' if number == active else ""
        cards.append(
            f'<li><a class="card" href="#cite-{turn}-{number}"{current}>'
            f'<span class="number">{number}</span>'
            f'<span class="headline">{escape(citation.headline)}</span>'
            f'<span class="source">{escape(_source(citation))}</span>'
            f"</a>{_carriers(citation, turn, number)}</li>"
        )
    return f'<h2 class="label">Sources</h2><ol class="cards">{"".join(cards)}</ol>'


def _carriers(citation: Citation, turn: int, number: int) -> str:
    """Who else carries the story, as links that open those articles."""
    links = [
        f'<a href="#carrier-{turn}-{number}-{place}" title="{escape(carrier.headline)}">{escape(_source(carrier))}</a>'
        for place, carrier in enumerate(citation.also_carried_by[:_CARRIERS], 1)
    ]
    more = len(citation.also_carried_by) - len(links)
    named = ", ".join(links) + (f" and {more} more" if more else "")
    return f'<div class="carriers">Also carried by {named}</div>' if links else ""


def article_html(article: Article, cited: Sequence[Span] = (), active: Span | None = None) -> str:
    """An article with the cited words marked.

    Args:
        article: with its text.
        cited: spans of the text that the answer rests on.
        active: the one that was asked for, marked more strongly; its words, as shown, are exactly those of the span.
    """
    paragraphs = []
    for match in re.finditer(r"\S(?:.|\n(?!\n))*", article.text):
        marked = _marked(article.text, match.span(), cited, active)
        tag = "h3" if is_crosshead(match.group()) else "p"
        paragraphs.append(f"<{tag}>{marked}</{tag}>")
    note = f'<p class="correction">{escape(article.correction)}</p>' if article.correction else ""
    status = '<p class="correction">This article was withdrawn.</p>' if article.status == "canceled" else ""
    language = escape(article.language or "en")
    top = f'<h2>{escape(article.headline)}</h2><p class="byline">{escape(_byline(article))}</p>{_original(article.url)}'
    story = "".join([top, status, note, *paragraphs])
    return f'<article class="reading" lang="{language}" dir="auto">{story}</article>'


def problem_markdown(message: str) -> str:
    """An error as a chat message."""
    return f"⚠️ {escape_markdown(message)}"


def _marked(text: str, paragraph: Span, cited: Sequence[Span], active: Span | None) -> str:
    """A paragraph with its part of each span in a mark."""
    pieces, position = [], paragraph[0]
    for start, end in sorted(set(cited) | ({active} if active else set())):
        first, last = max(start, position), min(end, paragraph[1])
        if first >= last:
            continue
        kind = ' class="active" tabindex="-1"' if (start, end) == active else ""
        pieces += [escape(text[position:first]), f"<mark{kind}>{escape(text[first:last])}</mark>"]
        position = last
    return "".join([*pieces, escape(text[position : paragraph[1]])])


def _byline(article: Article) -> str:
    authors = " and ".join(
        [", ".join(article.authors[:-1]), article.authors[-1]] if len(article.authors) > 1 else article.authors
    )
    parts = [f"By {authors}" if authors else "", article.publisher or "", article.place or "", _date(article.published)]
    return " · ".join(part for part in parts if part)


def _date(published: Published | None) -> str:
    if published is None:
        return "undated"
    clock = published.iso[11:16]
    zone = published.iso[16:].lstrip("0123456789:.") if len(published.iso) > 16 else ""
    return published.in_words() + (f", {clock} {'UTC' + zone if zone else ''}".rstrip() if clock else "")


def _source(cited: Citation | Carrier) -> str:
    date = Published.parse(cited.published).in_words() if cited.published else "undated"
    return " · ".join(part for part in (cited.publisher, date) if part)


def _original(url: str | None) -> str:
    if not url or urlsplit(url).scheme not in ("http", "https"):
        return ""
    return f'<p class="original"><a href="{escape(url)}" target="_blank" rel="noopener noreferrer">Original</a></p>'
