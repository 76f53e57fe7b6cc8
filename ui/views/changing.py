"""Drop or change a limit of a question, and ask it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from ingest.archive.archive import Archive
from ui import words
from ui.render.links import CHANGE, DROP
from ui.state.conversations import Conversation, ConversationCodec, Options, Turn
from ui.views.chat import ChatView, Chosen, Prepared
from ui.views.links import href_of, listener

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


class ChangingPanel:
    """The chips of a question, and a panel to change its limits."""

    def __init__(self, archive: Archive, codec: ConversationCodec, chat: ChatView) -> None:
        """Prepare the panel.

        Args:
            archive: an open archive.
            codec: reads and writes conversations.
            chat: the chat that asks the question.
        """
        self.archive = archive
        self.codec = codec
        self.chat = chat

    def build(self) -> None:
        """Lay the panel out."""
        with gr.Group(visible=False, elem_id="changing") as self.panel:
            question = gr.Textbox(label=words.CHANGED_QUESTION, max_length=2_000, elem_id="changed-question")
            with gr.Row():
                first = gr.Textbox(label=words.CHANGED_FROM, info=words.DAY_HINT, max_length=10, elem_id="changed-from")
                last = gr.Textbox(label=words.CHANGED_TO, info=words.DAY_HINT, max_length=10, elem_id="changed-to")
            publishers = gr.Dropdown([], label=words.CHANGED_PUBLISHERS, multiselect=True, elem_id="changed-publishers")
            with gr.Row():
                self.ask = gr.Button(words.CHANGED_ASK, variant="primary", elem_id="changed-ask")
                self.cancel = gr.Button(words.CANCEL, elem_id="changed-cancel")
        self.fields = [question, first, last, publishers]

    def wire(self, conversation: gr.Textbox) -> None:
        """Connect the events. The chat must be connected already."""
        dropping, opening = listener("dropping", "drop", "again"), listener("changing-links", "change")
        opened = opening.click(self.open, conversation, [self.panel, *self.fields], **_QUIET)
        opened.then(None, None, None, js="() => Dateline.focus('#changed-question textarea')", **_QUIET)
        self.cancel.click(_closed, None, self.panel, **_QUIET)
        self.chat.asks(dropping.click, self.drop)
        self.chat.asks(self.ask.click, self.change, self.fields)
        self.ask.click(_closed, None, self.panel, **_QUIET)

    def open(self, text: str, event: gr.EventData) -> tuple[Any, ...]:
        """Open the panel, filled with the question as it was understood.

        Args:
            text: the conversation as JSON.
            event: the click on the link.
        """
        match = CHANGE.fullmatch(href_of(event))
        turns = self.codec.load(text).turns
        if match is None or int(match[1]) >= len(turns):
            return (gr.skip(),) * 5
        question = turns[int(match[1])].answer.question
        first, last = question.published or (None, None)
        choices = list(dict.fromkeys([*self.archive.coverage().publishers, *question.publishers]))
        chosen = gr.Dropdown(choices, value=list(question.publishers))
        return gr.Group(visible=True), question.text, first or "", last or "", chosen

    def change(self, text: str, busy: str, question: str, first: str, last: str, publishers: list[str]) -> Prepared:
        """Ask the question from the panel. Empty fields set no limit.

        Args:
            text: the conversation as JSON.
            busy: not empty while another question is being answered.
            question: the question.
            first: the first day; empty for no limit.
            last: the last day; empty for no limit.
            publishers: names; empty for all.
        """
        published = ((first or "").strip() or None, (last or "").strip() or None)
        options = Options(published, tuple(publishers or ()), alone=True)
        return self.chat.prepare(text, busy, lambda _: (question, options, None))

    def drop(self, text: str, busy: str, event: gr.EventData) -> Prepared:
        """Ask again without one of the limits, or ask an interrupted question again.

        Args:
            text: the conversation as JSON.
            busy: not empty while another question is being answered.
            event: the click on the link.
        """
        href = href_of(event)

        def without(conversation: Conversation) -> Chosen:
            match = DROP.fullmatch(href)
            if match is not None and int(match[1]) < len(conversation.turns):
                return *_without(conversation.turns[int(match[1])], match[2]), None
            return (
                (conversation.pending, conversation.options, conversation.replaces)
                if conversation.pending
                else ("", Options(), None)
            )

        return self.chat.prepare(text, busy, without)


def _closed() -> Any:
    return gr.Group(visible=False)


def _without(turn: Turn, what: str) -> tuple[str, Options]:
    """The question of a turn without one limit. The other limits stay as they were understood."""
    question = turn.answer.question
    if what == "wording":
        return turn.words, replace(turn.options, alone=True)
    # Limits that were read from the question are read from it again. Limits that were set stay set.
    read = question.period and question.period in question.text
    published = turn.options.published if read else question.published or turn.options.published
    named = question.outlet and question.outlet in question.text
    publishers = turn.options.publishers if named else question.publishers or turn.options.publishers
    options = Options(published, publishers, alone=True)
    options = replace(options, published=(None, None)) if what == "time" else options
    options = replace(options, publishers=()) if what == "publisher" else options
    return question.text, replace(options, now=True) if what == "day" else options
