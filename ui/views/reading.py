"""The reading room: the sources of an answer, and the article that is open."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ingest.archive import Archive
from ingest.errors import ArticleNotFound
from qa.answer import Answer
from ui.render import CARRIER, CITE, NEAR, article_html, cards_html
from ui.state.talks import Talk, Talks
from ui.views.links import href_of, listener

_EMPTY = '<h2 class="label">Sources</h2><p class="hint">The articles that an answer cites open here.</p>'
_GONE = '<p class="correction">This article is no longer in the archive.</p>'


class ReadingRoom:
    """Cards and the article beside the chat."""

    def __init__(self, archive: Archive, talks: Talks) -> None:
        self.archive = archive
        self.talks = talks
        self.outputs: list[Any] = []

    def build(self, talk: gr.Textbox) -> None:
        """Lay it out."""
        cards = gr.HTML(_EMPTY, elem_id="sources")
        article = gr.HTML(elem_id="article")
        self.outputs = [cards, article]
        opening = listener("listener", "cite", "near", "carrier")
        opening.click(self.open, talk, self.outputs, api_visibility="private").then(
            None, None, None, js="() => Dateline.toMark()", api_visibility="private"
        )

    def empty(self) -> tuple[str, str]:
        """What is shown before anything is cited."""
        return _EMPTY, ""

    def show(self, talk: Talk, turn: int, number: int = 1) -> tuple[Any, ...]:
        """The sources of an answer, and one of them open."""
        answer = talk.turns[turn].answer
        if not answer.citations:
            return self.empty()
        return cards_html(answer, turn, number), self._opened(answer, number)

    def open(self, kept: str, event: gr.EventData) -> tuple[Any, ...]:
        """Open what a link points at: a cited article, another carrier of its story, or one that a refusal names."""
        href = href_of(event)
        turns = self.talks.load(kept).answers
        for pattern, show in ((CITE, self._cited), (NEAR, self._near)):
            match = pattern.fullmatch(href)
            if match is not None and int(match[1]) < len(turns):
                return show(turns[int(match[1])], int(match[1]), int(match[2]))
        match = CARRIER.fullmatch(href)
        if match is not None and int(match[1]) < len(turns):
            return self._carrier(turns[int(match[1])], int(match[2]), int(match[3]))
        return gr.skip(), gr.skip()

    def _cited(self, answer: Answer, turn: int, number: int) -> tuple[Any, Any]:
        if not 1 <= number <= len(answer.citations):
            return gr.skip(), gr.skip()
        return cards_html(answer, turn, number), self._opened(answer, number)

    def _near(self, answer: Answer, turn: int, number: int) -> tuple[Any, Any]:
        if not 1 <= number <= len(answer.nearby):
            return gr.skip(), gr.skip()
        return "", self._whole(answer.nearby[number - 1].article_id)

    def _carrier(self, answer: Answer, number: int, place: int) -> tuple[Any, Any]:
        carriers = answer.citations[number - 1].also_carried_by if 1 <= number <= len(answer.citations) else ()
        if not 1 <= place <= len(carriers):
            return gr.skip(), gr.skip()
        return gr.skip(), self._whole(carriers[place - 1].article_id)

    def _whole(self, article_id: str) -> str:
        try:
            return article_html(self.archive.article(article_id))
        except ArticleNotFound:
            return _GONE

    def _opened(self, answer: Answer, number: int) -> str:
        """The article of a citation, with its words marked; says so where the article is gone or was changed since."""
        citation = answer.citations[number - 1]
        try:
            article = self.archive.article(citation.article_id)
        except ArticleNotFound:
            return _GONE
        if article.version != citation.version:
            return f'<p class="correction">The article was changed after this answer.</p>{article_html(article)}'
        own = [(c.start, c.end) for c in answer.citations if c.article_id == citation.article_id]
        return article_html(article, own, (citation.start, citation.end))
