"""Links that open an answer with its sources."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ingest.archive.archive import Archive
from ingest.base.errors import ArticleNotFound, DatelineError
from ui import words
from ui.render import phrases
from ui.render.conversations import message_html
from ui.render.links import LINK
from ui.state.conversations import Conversation, ConversationCodec, ConversationError
from ui.state.shared import SharedAnswers
from ui.views.links import href_of, listener

_QUICK: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
_QUEUED: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}  # a toast needs the queue


class Sharing:
    """Copies a link to an answer when a link to `#link-TURN` in the chat is clicked."""

    def __init__(self, archive: Archive, codec: ConversationCodec, shared: SharedAnswers) -> None:
        """Prepare sharing.

        Args:
            archive: the archive that answers cite.
            codec: reads conversations.
            shared: stores the answers of links.
        """
        self._archive, self._codec, self._shared = archive, codec, shared

    def build(self, conversation: gr.Textbox, message: gr.HTML) -> None:
        """Connect the events.

        Args:
            conversation: has the open conversation as JSON.
            message: shows the link, in case it cannot be copied.
        """
        link, linking = gr.Textbox(visible="hidden"), listener("answer-links", "link")
        shared = linking.click(self._share, conversation, [link, message], **_QUEUED)
        copied = shared.then(None, link, link, js="Dateline.linked", **_QUICK)
        copied.then(self._notify, link, None, **_QUEUED)

    def open(self, link: str) -> tuple[Conversation, str]:
        """Open the answer of a link, and return it with a message about it.

        Raises:
            ConversationError: there is no such link.
        """
        conversation = self._shared.open(link)
        return conversation, " ".join(filter(None, (words.SHARED, self._gone_since(conversation))))

    def _gone_since(self, conversation: Conversation) -> str:
        """Say how many of the cited articles have changed since the answer."""
        cited = dict.fromkeys((c.article_id, c.version) for answer in conversation.answers for c in answer.citations)
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
            conversation = self._codec.load(text)
            if match is None or int(match[1]) >= len(conversation.turns):
                raise ConversationError(words.NOTHING_OPEN)
            turn = conversation.turns[int(match[1])]
            link = self._shared.share(request.username or None, turn)
        except DatelineError as error:
            gr.Warning(str(error))
            return "", message_html(str(error))
        question = turn.words
        return link, message_html(words.LINK_TO.format(question=question), link)

    def _notify(self, how: str) -> None:
        if how:
            gr.Info(words.LINK_COPIED if how == "copied" else words.LINK_NOT_COPIED)
