"""What was understood of a question, taken back or changed: then it is asked again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from ingest.archive.archive import Archive
from ui import words
from ui.render.links import CHANGE, DROP
from ui.state.conversations import Given, Talk, Talks, Turn
from ui.views.chat import ChatView, Prepared
from ui.views.links import href_of, listener

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


class ChangingPanel:
    """The chips of a question, and a panel to change what they say."""

    def __init__(self, archive: Archive, talks: Talks, chat: ChatView) -> None:
        self.archive = archive
        self.talks = talks
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

    def wire(self, talk: gr.Textbox) -> None:
        """Connect it; the chat must have been wired."""
        dropping, opening = listener("dropping", "drop", "again"), listener("changing-links", "change")
        opened = opening.click(self.open, talk, [self.panel, *self.fields], **_QUIET)
        opened.then(None, None, None, js="() => Dateline.focus('#changed-question textarea')", **_QUIET)
        self.cancel.click(_closed, None, self.panel, **_QUIET)
        self.chat.asks(dropping.click, self.drop)
        self.chat.asks(self.ask.click, self.change, self.fields)
        self.ask.click(_closed, None, self.panel, **_QUIET)

    def open(self, kept: str, event: gr.EventData) -> tuple[Any, ...]:
        """The panel, filled with what was understood."""
        match = CHANGE.fullmatch(href_of(event))
        turns = self.talks.load(kept).turns
        if match is None or int(match[1]) >= len(turns):
            return (gr.skip(),) * 5
        question = turns[int(match[1])].answer.question
        first, last = question.published or (None, None)
        choices = list(dict.fromkeys([*self.archive.coverage().publishers, *question.publishers]))
        chosen = gr.Dropdown(choices, value=list(question.publishers))
        return gr.Group(visible=True), question.text, first or "", last or "", chosen

    def change(self, kept: str, busy: str, question: str, first: str, last: str, publishers: list[str]) -> Prepared:
        """Ask with what was set in the panel; what is empty there sets no limit."""
        published = ((first or "").strip() or None, (last or "").strip() or None)
        given = Given(published, tuple(publishers or ()), alone=True)
        return self.chat.prepare(kept, busy, lambda _: (question, given, None))

    def drop(self, kept: str, busy: str, event: gr.EventData) -> Prepared:
        """Ask again without one of the limits, or a question that was cut off."""
        href = href_of(event)

        def without(talk: Talk) -> tuple[str, Given, int | None]:
            match = DROP.fullmatch(href)
            if match is not None and int(match[1]) < len(talk.turns):
                return *_without(talk.turns[int(match[1])], match[2]), None
            return (talk.pending, talk.given, talk.replaces) if talk.pending else ("", Given(), None)

        return self.chat.prepare(kept, busy, without)


def _closed() -> Any:
    return gr.Group(visible=False)


def _without(turn: Turn, what: str) -> tuple[str, Given]:
    """A question of a turn without a limit; the other limits stay as they were understood."""
    question = turn.answer.question
    if what == "wording":
        return turn.words, replace(turn.given, alone=True)
    # What was read from the words is read from them again, and preferred; what was given is kept to.
    read = question.period and question.period in question.text
    published = turn.given.published if read else question.published or turn.given.published
    named = question.outlet and question.outlet in question.text
    publishers = turn.given.publishers if named else question.publishers or turn.given.publishers
    given = Given(published, publishers, alone=True)
    given = replace(given, published=(None, None)) if what == "time" else given
    given = replace(given, publishers=()) if what == "publisher" else given
    return question.text, replace(given, now=True) if what == "day" else given
