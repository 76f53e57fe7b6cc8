"""Render an answer as a chat message in Markdown. Everything that comes from an article is escaped."""

from __future__ import annotations

from qa.base.answer import Answer, Citation, escape_markdown
from ui import words
from ui.render.cards import quoted, shortened, source_markdown
from ui.render.direction import isolated_markdown
from ui.render.phrases import counted

_LISTED = 50  # headlines shown in an answer about the archive
_QUOTE = 300  # characters of the quote that a marker shows


def answer_markdown(answer: Answer, turn: int) -> str:
    """Render an answer: sentences with markers that are links, or a refusal with headlines to open.

    Args:
        answer: the answer, or the part of it that is ready.
        turn: index of its turn in the conversation, from 0.
    """
    if not answer.answered:
        return _refusal_markdown(answer, turn)
    numbers = {citation: number for number, citation in enumerate(answer.citations, 1)}
    paragraphs = [escape_markdown(answer.note)] if answer.note else []
    # If the question asks for sentences, a short answer of a few words would make no sense.
    if answer.short_answer and not answer.question.wants_sentences:
        paragraphs.append(f"**{isolated_markdown(answer.short_answer)}**")
    for sentence in answer.supported:
        markers = "".join(_marker(c, turn, numbers[c]) for c in sentence.citations)
        day = f"*{escape_markdown(sentence.day)}.* " if sentence.day else ""
        paragraphs.append(f"{day}{isolated_markdown(sentence.noted or sentence.text)} {markers}")
    if answer.nearby:
        paragraphs.append(_headlines(answer, turn))
    if answer.draft:
        paragraphs.append(words.DRAFT.format(draft=isolated_markdown(answer.draft)))
        return "\n\n".join(paragraphs)
    return "\n\n".join([*paragraphs, *_cost(answer)])


def _marker(citation: Citation, turn: int, number: int) -> str:
    """Render a number that links to the cited passage and has the quote as its title."""
    title = escape_markdown(quoted(shortened(citation.quote, _QUOTE))).replace('"', '\\"')
    return f'[\\[{number}\\]](#cite-{turn}-{number} "{title}")'


def struck_markdown(answer: Answer) -> tuple[str, str] | None:
    """Render the struck-out sentences of a written answer.

    Returns:
        A title with their number, and the sentences with the reasons; None if no sentence was struck out.
    """
    struck = [sentence for sentence in answer.sentences if sentence.struck is not None]
    if not struck:
        return None
    lines = []
    for sentence in struck:
        text = f"~~{isolated_markdown(sentence.text)}~~" if sentence.text else words.WITHHELD_SENTENCE
        lines.append(f"- {text} — {escape_markdown(sentence.struck or '')}")
    return counted(words.STRUCK_OUT, len(struck)), "\n".join(lines)


def _cost(answer: Answer) -> list[str]:
    """Say which model wrote the answer, and its cost."""
    if answer.cost is None or not answer.written:
        return []
    return [words.WRITTEN_BY.format(cost=escape_markdown(answer.cost.line()))]


def _refusal_markdown(answer: Answer, turn: int) -> str:
    paragraphs = [escape_markdown(refusal_words(answer))]
    if answer.nearby:
        paragraphs += [words.NEAREST_HEADLINES, _headlines(answer, turn)]
    return "\n\n".join(paragraphs)


def refusal_words(answer: Answer) -> str:
    """The text of a refusal without its headlines, which are rendered separately."""
    return answer.text.split(" Nearest headlines: ")[0]


def _headlines(answer: Answer, turn: int) -> str:
    """Render the related articles as a list of links."""
    shown = [
        f"- [{isolated_markdown(near.headline)}](#near-{turn}-{number}) {source_markdown(near)}"
        for number, near in enumerate(answer.nearby[:_LISTED], 1)
    ]
    more = len(answer.nearby) - len(shown)
    return "\n".join([*shown, *([f"- {words.AND_N_MORE.format(count=more)}"] if more else [])])


def problem_markdown(message: str) -> str:
    """Render an error as a chat message."""
    return f"⚠️ {escape_markdown(message)}"
