"""The reading pane: the sources of the answer in view, and the open article."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from ingest.archive.archive import Archive
from ingest.base.article import Article
from ingest.base.errors import ArticleNotFound, DatelineError
from ingest.store.history import Version
from qa.base.answer import Answer
from ui import words
from ui.render.article import article_html, closed_html, gone_html
from ui.render.cards import cards_html, hint_html
from ui.render.confidence import confidence_line
from ui.render.links import ARTICLE, CARRIER, CITE, LOOK, NEAR, VERSION
from ui.render.tools import bar_html
from ui.render.versions import changed_notice, notice_html, versions_html
from ui.state.conversations import Conversation, ConversationCodec
from ui.views.links import href_of, listener

_SETTLE = "() => Dateline.reading.settle()"

#: The values of the cards and of the article.
Shown = tuple[Any, Any]


class ReadingPane:
    """Source cards and article beside a conversation. It has no state: each event sends the conversation."""

    def __init__(self, archive: Archive, codec: ConversationCodec) -> None:
        """Prepare the pane.

        Args:
            archive: an open archive.
            codec: reads conversations.
        """
        self._archive = archive
        self._codec = codec
        self._cards: gr.HTML
        self._article: gr.HTML

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components whose values `show` and `empty` return."""
        return [self._cards, self._article]

    def build(self, conversation: gr.Textbox) -> None:
        """Lay the pane out, and connect it with links on the page.

        Args:
            conversation: has the open conversation as JSON.
        """
        self._cards = gr.HTML(hint_html(words.NO_SOURCES_YET), elem_id="sources")
        self._article = gr.HTML("", elem_id="article")
        opening = listener("opening", "cite", "near", "carrier", "version", "article")
        looking = listener("looking", "look")
        quick: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
        opened = opening.click(self.open, conversation, self.outputs, trigger_mode="always_last", **quick)
        opened.then(None, None, None, js=_SETTLE, **quick)
        looking.click(self.look, conversation, self.outputs, trigger_mode="always_last", **quick)

    def empty(self) -> Shown:
        """The values before there is an answer."""
        return hint_html(words.NO_SOURCES_YET), ""

    def show(self, conversation: Conversation, turn: int, number: int = 1) -> Shown:
        """The sources of an answer with one of them open.

        Args:
            conversation: the conversation.
            turn: index of the turn, from 0. If it does not exist, nothing changes.
            number: number of the citation, from 1.
        """
        return self._or_problem(lambda: self._shown(conversation, turn, number))

    def _shown(self, conversation: Conversation, turn: int, number: int) -> Shown:
        if not 0 <= turn < len(conversation.turns):
            return gr.skip(), gr.skip()
        answer = conversation.turns[turn].answer
        if not answer.citations:
            return hint_html(_hint(answer), turn), ""
        return self._cited(answer, turn, number, None)

    def open(self, text: str, event: gr.EventData) -> Shown:
        """Open the target of a link: a citation, another carrier of its story, a headline or a version.

        Args:
            text: the conversation as JSON.
            event: the click on the link.
        """
        return self._or_problem(lambda: self._opened(self._codec.load(text), href_of(event)))

    def look(self, text: str, event: gr.EventData) -> Shown:
        """Show the sources of the answer that has scrolled into view.

        Args:
            text: the conversation as JSON.
            event: the event with the turn.
        """
        match = LOOK.fullmatch(href_of(event))
        if not match:
            return gr.skip(), gr.skip()
        return self._or_problem(lambda: self.show(self._codec.load(text), int(match[1])))

    def _or_problem(self, show: Callable[[], Shown]) -> Shown:
        """Show a problem in place of the article."""
        try:
            return show()
        except DatelineError as error:
            return gr.skip(), notice_html(str(error))

    def _opened(self, conversation: Conversation, href: str) -> Shown:
        match = ARTICLE.fullmatch(href)
        if match:
            return gr.skip(), self._whole(match[1], match[2])
        for pattern, show in (
            (CITE, self._cite),
            (VERSION, self._version),
            (NEAR, self._near),
            (CARRIER, self._carrier),
        ):
            match = pattern.fullmatch(href)
            if match and int(match[1]) < len(conversation.turns):
                return show(conversation.turns[int(match[1])].answer, int(match[1]), match)
        return gr.skip(), gr.skip()

    def _cite(self, answer: Answer, turn: int, match: re.Match[str]) -> Shown:
        return self._cited(answer, turn, int(match[2]), None)

    def _version(self, answer: Answer, turn: int, match: re.Match[str]) -> Shown:
        return self._cited(answer, turn, int(match[2]), match[3])

    def _near(self, answer: Answer, turn: int, match: re.Match[str]) -> Shown:
        number = int(match[2])
        if not 1 <= number <= len(answer.nearby):
            return gr.skip(), gr.skip()
        cards = cards_html(answer, turn, 0, _confidence(answer)) or hint_html(_hint(answer), turn)
        return cards, self._whole(answer.nearby[number - 1].article_id, None, match[0])

    def _carrier(self, answer: Answer, turn: int, match: re.Match[str]) -> Shown:
        number, place = int(match[2]), int(match[3])
        carriers = answer.citations[number - 1].also_carried_by if 1 <= number <= len(answer.citations) else ()
        if not 1 <= place <= len(carriers):
            return gr.skip(), gr.skip()
        cards = cards_html(answer, turn, number, _confidence(answer))
        return cards, self._whole(carriers[place - 1].article_id, None, f"#cite-{turn}-{number}")

    def _cited(self, answer: Answer, turn: int, number: int, version: str | None) -> Shown:
        """The article of a citation with the quote highlighted, or another version of it."""
        if not 1 <= number <= len(answer.citations):
            return gr.skip(), gr.skip()
        citation = answer.citations[number - 1]
        cards, opener = cards_html(answer, turn, number, _confidence(answer)), f"#cite-{turn}-{number}"
        try:
            versions = self._archive.history(citation.article_id)
        except ArticleNotFound:
            return cards, _bar(opener) + gone_html(citation)
        closed = _closed(versions)
        if closed:
            return cards, _bar(opener) + closed

        def link(name: str) -> str:
            return f"#version-{turn}-{number}-{name}"

        current, shown = versions[-1], _version_of(versions, version or citation.version)
        spans, active, notices = [], None, []
        if shown is None:
            shown = current
            notices.append(notice_html(words.GONE_VERSION))
        elif shown.version == citation.version:
            spans = [(c.start, c.end) for c in answer.citations if c.article_id == citation.article_id]
            active = (citation.start, citation.end)
            notices += [changed_notice(current, link)] if shown.version != current.version else []
        else:
            text = words.NEWER if shown.version == current.version else words.EARLIER
            notices.append(notice_html(text, (link(citation.version), words.SHOW_CITED)))
        story = article_html(shown.article, spans, active, notices)
        return cards, _bar(opener, shown.article) + story + versions_html(
            versions, shown.version, link, citation.version
        )

    def _whole(self, article_id: str, version: str | None = None, opener: str | None = None) -> str:
        """An article without citations, in its current version or another one."""
        try:
            versions = self._archive.history(article_id)
        except ArticleNotFound:
            return _bar(opener) + notice_html(words.GONE)
        shown = _version_of(versions, version) if version else versions[-1]
        closed = _closed(versions)
        if closed or shown is None:
            return _bar(opener) + (closed or notice_html(words.GONE))

        def link(name: str) -> str:
            return f"#article-{article_id}-{name}"

        current = versions[-1].version
        earlier = shown.version != current
        notices = [notice_html(words.EARLIER, (link(current), words.SHOW_CURRENT))] if earlier else []
        story = article_html(shown.article, notices=notices)
        return _bar(opener, shown.article) + story + versions_html(versions, shown.version, link)


def _version_of(versions: list[Version], name: str) -> Version | None:
    """The readable version of this name; the latest one if several versions have the same text."""
    matching = [version for version in versions if version.version == name and _is_open(version.article)]
    return matching[-1] if matching else None


def _is_open(article: Article) -> bool:
    """Whether the text of an article may be shown now."""
    return article.status == "usable" and not (article.embargo and article.embargo.epoch > time.time())


def _closed(versions: list[Version]) -> str:
    """Render an article whose text must not be shown; empty if it may be shown.

    The notice of a withdrawal is shown, unless it is the withdrawn text itself.
    """
    article = versions[-1].article
    if _is_open(article):
        return ""
    if article.status != "canceled":
        return notice_html(words.WITHHELD)
    withdrawn = {version.article.text for version in versions if version.article.status == "usable"}
    notice = None if len(versions) == 1 or article.text in withdrawn else article.text
    return closed_html(article, words.WITHDRAWN, notice)


def _bar(opener: str | None, article: Article | None = None) -> str:
    return bar_html(opener, article, datetime.now(UTC).date())


def _confidence(answer: Answer) -> str:
    return confidence_line(answer, datetime.now(UTC).date())


def _hint(answer: Answer) -> str:
    """The hint for an answer without citations."""
    if not answer.answered:
        return words.NO_SOURCES_OF_REFUSAL if answer.nearby else words.NO_SOURCES
    return words.NO_SOURCES_OF_CATALOGUE if answer.nearby else words.NO_SOURCES
