"""Feedback on an answer: thumbs under it, and a box for a comment."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from ingest.base.errors import DatelineError
from ui import words
from ui.render.links import OPINION
from ui.state.conversations import Conversation, ConversationCodec, ConversationError, Turn
from ui.state.database import PageDatabase
from ui.state.feedback import LONGEST, Feedback
from ui.views.links import href_of, listener

_QUICK: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
_QUEUED: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}  # a toast needs the queue


class FeedbackView:
    """Thumbs and comments, from links to `#up-TURN`, `#down-TURN` and `#comment-TURN` in the chat."""

    def __init__(self, codec: ConversationCodec, database: PageDatabase) -> None:
        """Prepare the view.

        Args:
            codec: reads conversations.
            database: stores the feedback.
        """
        self._codec, self._feedback = codec, Feedback(database)

    def build(self, conversation: gr.Textbox) -> None:
        """Lay the box for a comment out.

        Args:
            conversation: has the open conversation as JSON.
        """
        rated, about = gr.Textbox(visible="hidden"), gr.Textbox(visible="hidden")
        with gr.Column(visible=False, elem_id="comment-box") as box:
            comment = gr.Textbox(lines=3, max_length=LONGEST, elem_id="comment", info=words.COMMENT_HINT)
            with gr.Row():
                send = gr.Button(words.SEND_COMMENT, elem_id="send-comment", variant="primary", size="sm")
                cancel = gr.Button(words.CANCEL, elem_id="cancel-comment", size="sm")
        thumbs, commenting = listener("thumbs", "up", "down"), listener("commenting", "comment")
        thumbs.click(self._rate, conversation, rated, **_QUEUED).then(None, rated, rated, js="Dateline.rated", **_QUICK)
        begun = commenting.click(self._begin, conversation, [box, comment, about], **_QUICK)
        begun.then(None, js="() => Dateline.focus('#comment textarea')", **_QUICK)
        for left in (
            send.click(self._send, [conversation, about, comment], box, **_QUEUED),
            cancel.click(lambda: gr.Column(visible=False), None, box, **_QUICK),
        ):
            left.then(None, about, None, js="Dateline.leaveComment", **_QUICK)
        seals = "(text, about) => [Dateline.seals(text), about]"
        changed = conversation.change(self._changed, [conversation, about], [rated, box], js=seals, **_QUICK)
        changed.then(None, rated, rated, js="Dateline.rated", **_QUICK)

    def _rate(self, text: str, request: gr.Request, event: gr.EventData) -> Any:
        match = OPINION.fullmatch(href_of(event))
        try:
            conversation, turn = self._turn(text, match[2] if match else "")
            self._feedback.rate(
                conversation, turn, "up" if match and match[1] == "up" else "down", request.username or None
            )
        except DatelineError as error:
            gr.Warning(str(error))
            return gr.skip()
        return self._ratings(conversation.id, [turn.seal for turn in conversation.turns])

    def _begin(self, text: str, event: gr.EventData) -> tuple[Any, ...]:
        match = OPINION.fullmatch(href_of(event))
        try:
            conversation, turn = self._turn(text, match[2] if match else "")
        except ConversationError:
            return gr.skip(), gr.skip(), gr.skip()
        label = words.COMMENT_ON.format(question=turn.words)
        comment = self._feedback.comment_on(conversation, turn)
        about = json.dumps([conversation.id, int(match[2]) if match else 0, turn.seal])
        return gr.Column(visible=True), gr.Textbox(comment, label=label), about

    def _send(self, text: str, about: str, comment: str, request: gr.Request) -> Any:
        try:
            conversation = self._codec.load(text)
            turn = _turn_of(about, conversation.id, [turn.seal for turn in conversation.turns])
            if turn is None:
                gr.Warning(words.ANOTHER_ANSWER)
                return gr.Column(visible=False)
            self._feedback.comment(conversation, conversation.turns[turn], comment, request.username or None)
        except DatelineError as error:
            gr.Warning(str(error))
            return gr.skip()
        gr.Info(words.THANKS)
        return gr.Column(visible=False)

    def _changed(self, seals: str, about: str) -> tuple[Any, Any]:
        try:
            conversation_id, seal_values = json.loads(seals)
        except ValueError:
            return "{}", gr.Column(visible=False)
        turn_seals = [str(seal) for seal in seal_values]
        box = gr.skip() if _turn_of(about, conversation_id, turn_seals) is not None else gr.Column(visible=False)
        return self._ratings(str(conversation_id), turn_seals), box

    def _turn(self, text: str, number: str) -> tuple[Conversation, Turn]:
        conversation = self._codec.load(text)
        if not number.isdecimal() or int(number) >= len(conversation.turns):
            raise ConversationError(words.NOTHING_OPEN)
        return conversation, conversation.turns[int(number)]

    def _ratings(self, conversation_id: str, seals: list[str]) -> str:
        return json.dumps(self._feedback.ratings(conversation_id, seals))


def _turn_of(about: str, conversation_id: str, seals: list[str]) -> int | None:
    """The turn that a comment is about; None if its answer is not in the open conversation."""
    try:
        about_id, turn, seal = json.loads(about)
        return int(turn) if about_id == conversation_id and seals[turn] == seal else None
    except (ValueError, TypeError, IndexError):
        return None
