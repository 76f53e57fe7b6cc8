"""The reading room: the sources of the answer that is in view, and the article that is open."""

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
from ui.state.conversations import Talk, Talks
from ui.views.links import href_of, listener

_SETTLE = "() => Dateline.reading.settle()"

#: Values of the cards and of the article.
Shown = tuple[Any, Any]


class ReadingRoom:
    """Cards of the sources and the article beside a conversation. It keeps nothing: the talk comes with each event."""

    def __init__(self, archive: Archive, talks: Talks) -> None:
        """Args: archive: an open one; talks: read what the browser sends."""
        self._archive = archive
        self._talks = talks
        self._cards: gr.HTML
        self._article: gr.HTML

    @property
    def outputs(self) -> list[gr.components.Component]:
        """What `show` and `empty` give the values of."""
        return [self._cards, self._article]

    def build(self, talk: gr.Textbox) -> None:
        """Lay it out where it is called, and listen to clicks on links of the page.

        Args:
            talk: holds the conversation.
        """
        self._cards = gr.HTML(hint_html(words.NO_SOURCES_YET), elem_id="sources")
        self._article = gr.HTML("", elem_id="article")
        opening = listener("opening", "cite", "near", "carrier", "version", "article")
        looking = listener("looking", "look")
        asked: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
        opened = opening.click(self.open, talk, self.outputs, trigger_mode="always_last", **asked)
        opened.then(None, None, None, js=_SETTLE, **asked)
        looking.click(self.look, talk, self.outputs, trigger_mode="always_last", **asked)

    def empty(self) -> Shown:
        """Before there is an answer."""
        return hint_html(words.NO_SOURCES_YET), ""

    def show(self, talk: Talk, turn: int, number: int = 1) -> Shown:
        """The sources of an answer, and one of them open.

        Args:
            talk: the conversation.
            turn: which answer of it, from 0; one that is not there shows nothing new.
            number: of the citation, from 1.
        """
        return self._told(lambda: self._shown(talk, turn, number))

    def _shown(self, talk: Talk, turn: int, number: int) -> Shown:
        if not 0 <= turn < len(talk.turns):
            return gr.skip(), gr.skip()
        answer = talk.turns[turn].answer
        if not answer.citations:
            return hint_html(_hint(answer), turn), ""
        return self._cited(answer, turn, number, None)

    def open(self, talk: str, event: gr.EventData) -> Shown:
        """Open what a link points at: a citation, another carrier of its story, a headline, a version."""
        return self._told(lambda: self._opened(self._talks.load(talk), href_of(event)))

    def look(self, talk: str, event: gr.EventData) -> Shown:
        """Show the sources of the answer that came into view."""
        match = LOOK.fullmatch(href_of(event))
        return self._told(lambda: self.show(self._talks.load(talk), int(match[1]))) if match else (gr.skip(), gr.skip())

    def _told(self, show: Callable[[], Shown]) -> Shown:
        """What can go wrong, said where the article would stand."""
        try:
            return show()
        except DatelineError as error:
            return gr.skip(), notice_html(str(error))

    def _opened(self, talk: Talk, href: str) -> Shown:
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
            if match and int(match[1]) < len(talk.turns):
                return show(talk.turns[int(match[1])].answer, int(match[1]), match)
        return gr.skip(), gr.skip()

    def _cite(self, answer: Answer, turn: int, match: re.Match[str]) -> Shown:
        return self._cited(answer, turn, int(match[2]), None)

    def _version(self, answer: Answer, turn: int, match: re.Match[str]) -> Shown:
        return self._cited(answer, turn, int(match[2]), match[3])

    def _near(self, answer: Answer, turn: int, match: re.Match[str]) -> Shown:
        number = int(match[2])
        if not 1 <= number <= len(answer.nearby):
            return gr.skip(), gr.skip()
        cards = cards_html(answer, turn, 0, _sureness(answer)) or hint_html(_hint(answer), turn)
        return cards, self._whole(answer.nearby[number - 1].article_id, None, match[0])

    def _carrier(self, answer: Answer, turn: int, match: re.Match[str]) -> Shown:
        number, place = int(match[2]), int(match[3])
        carriers = answer.citations[number - 1].also_carried_by if 1 <= number <= len(answer.citations) else ()
        if not 1 <= place <= len(carriers):
            return gr.skip(), gr.skip()
        cards = cards_html(answer, turn, number, _sureness(answer))
        return cards, self._whole(carriers[place - 1].article_id, None, f"#cite-{turn}-{number}")

    def _cited(self, answer: Answer, turn: int, number: int, version: str | None) -> Shown:
        """The article of a citation with its words marked, or in another version."""
        if not 1 <= number <= len(answer.citations):
            return gr.skip(), gr.skip()
        citation = answer.citations[number - 1]
        cards, opener = cards_html(answer, turn, number, _sureness(answer)), f"#cite-{turn}-{number}"
        try:
            versions = self._archive.history(citation.article_id)
        except ArticleNotFound:
            return cards, _bar(opener) + gone_html(citation)
        shut = _shut(versions)
        if shut:
            return cards, _bar(opener) + shut

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
            said = words.NEWER if shown.version == current.version else words.EARLIER
            notices.append(notice_html(said, (link(citation.version), words.SHOW_CITED)))
        story = article_html(shown.article, spans, active, notices)
        return cards, _bar(opener, shown.article) + story + versions_html(
            versions, shown.version, link, citation.version
        )

    def _whole(self, article_id: str, version: str | None = None, opener: str | None = None) -> str:
        """An article that nothing is cited of, as it is now or in one of its versions."""
        try:
            versions = self._archive.history(article_id)
        except ArticleNotFound:
            return _bar(opener) + notice_html(words.GONE)
        shown = _version_of(versions, version) if version else versions[-1]
        shut = _shut(versions)
        if shut or shown is None:
            return _bar(opener) + (shut or notice_html(words.GONE))

        def link(name: str) -> str:
            return f"#article-{article_id}-{name}"

        current = versions[-1].version
        earlier = shown.version != current
        notices = [notice_html(words.EARLIER, (link(current), words.SHOW_CURRENT))] if earlier else []
        story = article_html(shown.article, notices=notices)
        return _bar(opener, shown.article) + story + versions_html(versions, shown.version, link)


def _version_of(versions: list[Version], name: str) -> Version | None:
    """The version of a name that may be read; the latest, where a text came back."""
    found = [each for each in versions if each.version == name and _is_open(each.article)]
    return found[-1] if found else None


def _is_open(article: Article) -> bool:
    """Whether an article may be read now."""
    return article.status == "usable" and not (article.embargo and article.embargo.epoch > time.time())


def _shut(versions: list[Version]) -> str:
    """What is shown of an article that may not be read any more; empty where it may.

    The notice of a withdrawal is shown, but not where what was withdrawn stands in its place.
    """
    article = versions[-1].article
    if _is_open(article):
        return ""
    if article.status != "canceled":
        return notice_html(words.WITHHELD)
    withdrawn = {each.article.text for each in versions if each.article.status == "usable"}
    notice = None if len(versions) == 1 or article.text in withdrawn else article.text
    return closed_html(article, words.WITHDRAWN, notice)


def _bar(opener: str | None, article: Article | None = None) -> str:
    return bar_html(opener, article, datetime.now(UTC).date())


def _sureness(answer: Answer) -> str:
    return confidence_line(answer, datetime.now(UTC).date())


def _hint(answer: Answer) -> str:
    """What is said where an answer cites nothing."""
    if not answer.answered:
        return words.NO_SOURCES_OF_REFUSAL if answer.nearby else words.NO_SOURCES
    return words.NO_SOURCES_OF_CATALOGUE if answer.nearby else words.NO_SOURCES
