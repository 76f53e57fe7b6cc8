"""Export a conversation as Markdown or HTML, with every citation."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from ingest.base.article import Published
from qa.base.answer import Answer, Carrier, Citation, escape_link
from ui import words
from ui.render.answer import refusal_words
from ui.render.direction import isolated_markdown
from ui.render.links import is_web
from ui.state.conversations import Conversation

_STYLE = """
body { font: 1.05rem/1.6 Georgia, "Times New Roman", serif; color: #1f2328; background: #fff; max-width: 44rem;
  margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; border-top: 1px solid #ccc; padding-top: 1rem; }
h3, .about, .facts { font-family: system-ui, sans-serif; } h3 { font-size: .9rem; text-transform: uppercase; }
.about, .facts { font-size: .85rem; color: #57606a; }
blockquote { margin: .3rem 0; padding-left: .8rem; border-left: 3px solid #c90; }
bdi { display: inline-block; } a { color: #8a5a00; } sup a { text-decoration: none; } li:target { background: #fff3bf; }
@media print { body { margin: 0; max-width: none; } li { break-inside: avoid; } h2 { break-after: avoid; } }
"""


@dataclass(frozen=True)
class Export:
    """A file to save.

    Attributes:
        name: name of the file.
        type: its media type.
        text: its content.
    """

    name: str
    type: str
    text: str


def export(conversation: Conversation, form: str) -> Export:
    """Export a conversation as a file.

    Args:
        conversation: the conversation.
        form: `markdown` or `html`.
    """
    suffix, media_type, render = _FORMS[form]
    return Export(f"{_file_name(conversation)}.{suffix}", f"{media_type};charset=utf-8", render(conversation))


def conversation_markdown(conversation: Conversation) -> str:
    """Render a conversation as Markdown."""
    parts = [f"# {isolated_markdown(conversation.name) or words.UNNAMED}", f"*{_about(conversation)}*"]
    for turn in conversation.turns:
        parts += [f"## {isolated_markdown(turn.words)}", *_answer_markdown(turn.answer)]
    if conversation.pending:
        parts += [f"## {isolated_markdown(conversation.pending)}", words.NOT_ANSWERED]
    return "\n\n".join(parts) + "\n"


def conversation_html(conversation: Conversation) -> str:
    """Render a conversation as a self-contained HTML page that can be printed."""
    name = escape(conversation.name) or words.UNNAMED
    parts = [f'<h1 dir="auto">{name}</h1>', f'<p class="about">{escape(_about(conversation))}</p>']
    for number, turn in enumerate(conversation.turns, 1):
        parts += [f'<h2 dir="auto">{escape(turn.words)}</h2>', *_answer_html(turn.answer, number)]
    if conversation.pending:
        parts += [f'<h2 dir="auto">{escape(conversation.pending)}</h2>', f"<p>{words.NOT_ANSWERED}</p>"]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def _answer_markdown(answer: Answer) -> list[str]:
    parts = [f"*{isolated_markdown(line)}*" for line in _understood(answer)]
    if answer.answered:
        numbers = _numbers(answer)
        parts += [isolated_markdown(answer.note)] if answer.note else []
        for sentence in answer.supported:
            markers = "".join(f"[{numbers[citation]}]" for citation in sentence.citations)
            parts.append(f"{isolated_markdown(sentence.shown)} {markers}")
    else:
        parts.append(isolated_markdown(refusal_words(answer)))
    if answer.citations:
        parts.append(f"**{words.SOURCES}**")
        parts += [_source_markdown(number, citation) for number, citation in enumerate(answer.citations, 1)]
    struck = [
        f"- ~~{isolated_markdown(s.text or '…')}~~ ({isolated_markdown(s.struck)})"
        for s in answer.sentences
        if s.struck
    ]
    if struck:
        parts += [f"**{words.STRUCK}**", "\n".join(struck)]
    if answer.nearby:
        items = [f"- {_linked(near)} — {isolated_markdown(_source(near))}" for near in answer.nearby]
        parts += [f"**{words.NEAREST}**", "\n".join(items)]
    return parts


def _source_markdown(number: int, citation: Citation) -> str:
    lines = [
        f"{number}. {_linked(citation)} — {isolated_markdown(_source(citation))}",
        "",
        f"    > “{isolated_markdown(citation.quote)}”",
        "",
        f"    {isolated_markdown(_place(citation))}",
    ]
    if citation.also_carried_by:
        others = "; ".join(f"{_linked(c)} — {isolated_markdown(_source(c))}" for c in citation.also_carried_by)
        lines += ["", f"    {words.ALSO_CARRIED_BY}: {others}"]
    return "\n".join(lines)


def _linked(cited: Citation | Carrier) -> str:
    headline = isolated_markdown(cited.headline)
    return f"[{headline}]({escape_link(cited.url)})" if is_web(cited.url) and cited.url else headline


def _answer_html(answer: Answer, turn: int) -> list[str]:
    parts = [f'<p class="facts" dir="auto">{escape(line)}</p>' for line in _understood(answer)]
    if answer.answered:
        numbers = _numbers(answer)
        parts += [f'<p dir="auto">{escape(answer.note)}</p>'] if answer.note else []
        for sentence in answer.supported:
            cited = [numbers[citation] for citation in sentence.citations]
            markers = "".join(f'<sup><a href="#source-{turn}-{number}">[{number}]</a></sup>' for number in cited)
            parts.append(f'<p dir="auto">{escape(sentence.shown)} {markers}</p>')
    else:
        parts.append(f'<p dir="auto">{escape(refusal_words(answer))}</p>')
    if answer.citations:
        sources = [_source_html(turn, number, citation) for number, citation in enumerate(answer.citations, 1)]
        parts.append(f"<h3>{words.SOURCES}</h3><ol>{''.join(sources)}</ol>")
    struck = [
        f'<li dir="auto"><s>{escape(s.text or "…")}</s> ({escape(s.struck)})</li>' for s in answer.sentences if s.struck
    ]
    if struck:
        parts.append(f"<h3>{words.STRUCK}</h3><ul>{''.join(struck)}</ul>")
    if answer.nearby:
        items = "".join(f"<li>{_headline_html(near)}</li>" for near in answer.nearby)
        parts.append(f"<h3>{words.NEAREST}</h3><ul>{items}</ul>")
    return parts


def _source_html(turn: int, number: int, citation: Citation) -> str:
    others = "; ".join(_headline_html(carrier) for carrier in citation.also_carried_by)
    carried = f'<p class="facts">{words.ALSO_CARRIED_BY}: {others}</p>' if others else ""
    return (
        f'<li id="source-{turn}-{number}">{_headline_html(citation)}'
        f'<blockquote dir="auto">“{escape(citation.quote)}”</blockquote>'
        f'<p class="facts">{escape(_place(citation))}</p>{carried}</li>'
    )


def _headline_html(cited: Citation | Carrier) -> str:
    headline = f"<bdi>{escape(cited.headline)}</bdi>"
    if is_web(cited.url) and cited.url:
        headline = f'<a href="{escape(cited.url)}" rel="noopener noreferrer">{headline}</a>'
    return f"{headline} — <bdi>{escape(_source(cited))}</bdi>"


def _understood(answer: Answer) -> list[str]:
    """Say how a question was understood, where it was rewritten or limited."""
    question = answer.question
    searched = [words.SEARCHED_AS.format(question=question.text)] if question.typed else []
    return [*searched, *([question.limits] if question.limits else [])]


def _numbers(answer: Answer) -> dict[Citation, int]:
    return {citation: number for number, citation in enumerate(answer.citations, 1)}


def _source(cited: Citation | Carrier) -> str:
    """Join publisher, place and date."""
    date = Published.parse(cited.published).in_words() if cited.published else words.UNDATED
    place = cited.place if isinstance(cited, Citation) else None
    return ", ".join(part for part in (cited.publisher, place, date) if part)


def _place(citation: Citation) -> str:
    where = words.CHARACTERS_OF.format(start=citation.start, end=citation.end, version=citation.version)
    return ". ".join([f"{citation.article_id}, {where}", *([citation.correction] if citation.correction else [])])


def _about(conversation: Conversation) -> str:
    return words.EXPORTED.format(started=_moment(conversation.started), updated=_moment(conversation.updated))


def _moment(moment: str) -> str:
    try:
        return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return moment


def _file_name(conversation: Conversation) -> str:
    """Make a file name of the letters and digits of the conversation's name, and its day."""
    name = "-".join(re.findall(r"\w+", conversation.name))[:50].strip("-_") or "conversation"
    return f"{name}-{conversation.updated[:10]}"


_FORMS: dict[str, tuple[str, str, Callable[[Conversation], str]]] = {
    "markdown": ("md", "text/markdown", conversation_markdown),
    "html": ("html", "text/html", conversation_html),
}
