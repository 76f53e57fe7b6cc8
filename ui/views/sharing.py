"""Links that open an answer again, with its sources."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ingest.archive.archive import Archive
from ingest.base.errors import ArticleNotFound, DatelineError
from ui import words
from ui.render import phrases
from ui.render.links import LINK
from ui.render.talks import said_html
from ui.state.conversations import Talk, TalkError, Talks
from ui.state.shared import SharedAnswers
from ui.views.links import href_of, listener

_QUICK: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
_TOLD: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}  # a toast needs the queue


class Sharing:
    """Links to `#link-TURN` in the chat copy a link to an answer."""

    def __init__(self, archive: Archive, talks: Talks, shared: SharedAnswers) -> None:
        """Args: archive: that answers cite; talks: reads conversations; shared: keeps the answers of links."""
        self._archive, self._talks, self._shared = archive, talks, shared

    def build(self, talk: gr.Textbox, said: gr.HTML) -> None:
        """Connect it.

        Args:
            talk: holds the conversation that is open.
            said: shows the link, for where it cannot be copied.
        """
        link, linking = gr.Textbox(visible="hidden"), listener("answer-links", "link")
        shared = linking.click(self._share, talk, [link, said], **_TOLD)
        copied = shared.then(None, link, link, js="Dateline.linked", **_QUICK)
        copied.then(self._say_copied, link, None, **_TOLD)

    def open(self, link: str) -> tuple[Talk, str]:
        """The answer of a link, and what is to be said of it.

        Raises:
            TalkError: there is none.
        """
        talk = self._shared.open(link)
        return talk, " ".join(filter(None, (words.SHARED, self._gone_since(talk))))

    def _gone_since(self, talk: Talk) -> str:
        """What became of the articles that are cited."""
        cited = dict.fromkeys((c.article_id, c.version) for answer in talk.answers for c in answer.citations)
        changed = removed = 0
        for article_id, version in cited:
            try:
                changed += self._archive.article(article_id).version != version
            except ArticleNotFound:
                removed += 1
        return phrases.gone_since(changed, removed)

    def _share(self, text: str, request: gr.Request, event: gr.EventData) -> tuple[str, str]:
        match = LINK.fullmatch(href_of(event))
        try:
            talk = self._talks.load(text)
            if match is None or int(match[1]) >= len(talk.turns):
                raise TalkError(words.NOTHING_OPEN)
            turn = talk.turns[int(match[1])]
            link = self._shared.share(request.username or None, turn)
        except DatelineError as error:
            gr.Warning(str(error))
            return "", said_html(str(error))
        question = turn.words
        return link, said_html(words.LINK_TO.format(question=question), link)

    def _say_copied(self, how: str) -> None:
        if how:
            gr.Info(words.LINK_COPIED if how == "copied" else words.LINK_NOT_COPIED)
