"""What a reader thinks of an answer: thumbs under it, and a box for a comment."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from ingest.base.errors import DatelineError
from ui import words
from ui.render.links import OPINION
from ui.state.conversations import Talk, TalkError, Talks, Turn
from ui.state.database import PageDatabase
from ui.state.feedback import LONGEST, Feedback
from ui.views.links import href_of, listener

_QUICK: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
_TOLD: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}  # a toast needs the queue


class FeedbackView:
    """Thumbs and comments, for links to `#up-TURN`, `#down-TURN` and `#comment-TURN` in the chat."""

    def __init__(self, talks: Talks, database: PageDatabase) -> None:
        """Args: talks: reads conversations; database: keeps what is thought of answers."""
        self._talks, self._feedback = talks, Feedback(database)

    def build(self, talk: gr.Textbox) -> None:
        """Lay the box for a comment out, where it is to open.

        Args:
            talk: holds the conversation that is open.
        """
        rated, about = gr.Textbox(visible="hidden"), gr.Textbox(visible="hidden")
        with gr.Column(visible=False, elem_id="comment-box") as box:
            comment = gr.Textbox(lines=3, max_length=LONGEST, elem_id="comment", info=words.COMMENT_HINT)
            with gr.Row():
                send = gr.Button(words.SEND_COMMENT, elem_id="send-comment", variant="primary", size="sm")
                cancel = gr.Button(words.CANCEL, elem_id="cancel-comment", size="sm")
        thumbs, commenting = listener("thumbs", "up", "down"), listener("commenting", "comment")
        thumbs.click(self._rate, talk, rated, **_TOLD).then(None, rated, rated, js="Dateline.rated", **_QUICK)
        begun = commenting.click(self._begin, talk, [box, comment, about], **_QUICK)
        begun.then(None, js="() => Dateline.focus('#comment textarea')", **_QUICK)
        for left in (
            send.click(self._send, [talk, about, comment], box, **_TOLD),
            cancel.click(lambda: gr.Column(visible=False), None, box, **_QUICK),
        ):
            left.then(None, about, None, js="Dateline.leaveComment", **_QUICK)
        seals = "(text, about) => [Dateline.seals(text), about]"
        changed = talk.change(self._known, [talk, about], [rated, box], js=seals, **_QUICK)
        changed.then(None, rated, rated, js="Dateline.rated", **_QUICK)

    def _rate(self, text: str, request: gr.Request, event: gr.EventData) -> Any:
        match = OPINION.fullmatch(href_of(event))
        try:
            talk, turn = self._turn(text, match[2] if match else "")
            self._feedback.rate(talk, turn, "up" if match and match[1] == "up" else "down", request.username or None)
        except DatelineError as error:
            gr.Warning(str(error))
            return gr.skip()
        return self._ratings(talk.id, [each.seal for each in talk.turns])

    def _begin(self, text: str, event: gr.EventData) -> tuple[Any, ...]:
        match = OPINION.fullmatch(href_of(event))
        try:
            talk, turn = self._turn(text, match[2] if match else "")
        except TalkError:
            return gr.skip(), gr.skip(), gr.skip()
        label = words.COMMENT_ON.format(question=turn.words)
        said = self._feedback.comment_on(talk, turn)
        about = json.dumps([talk.id, int(match[2]) if match else 0, turn.seal])
        return gr.Column(visible=True), gr.Textbox(said, label=label), about

    def _send(self, text: str, about: str, comment: str, request: gr.Request) -> Any:
        try:
            talk = self._talks.load(text)
            turn = _turn_of(about, talk.id, [each.seal for each in talk.turns])
            if turn is None:
                gr.Warning(words.ANOTHER_ANSWER)
                return gr.Column(visible=False)
            self._feedback.comment(talk, talk.turns[turn], comment, request.username or None)
        except DatelineError as error:
            gr.Warning(str(error))
            return gr.skip()
        gr.Info(words.THANKS)
        return gr.Column(visible=False)

    def _known(self, seals: str, about: str) -> tuple[Any, Any]:
        try:
            talk_id, given = json.loads(seals)
        except ValueError:
            return "{}", gr.Column(visible=False)
        told = [str(seal) for seal in given]
        box = gr.skip() if _turn_of(about, talk_id, told) is not None else gr.Column(visible=False)
        return self._ratings(str(talk_id), told), box

    def _turn(self, text: str, number: str) -> tuple[Talk, Turn]:
        talk = self._talks.load(text)
        if not number.isdecimal() or int(number) >= len(talk.turns):
            raise TalkError(words.NOTHING_OPEN)
        return talk, talk.turns[int(number)]

    def _ratings(self, talk_id: str, seals: list[str]) -> str:
        return json.dumps(self._feedback.ratings(talk_id, seals))


def _turn_of(about: str, talk_id: str, seals: list[str]) -> int | None:
    """The turn that a comment is about; None where its answer is not in the conversation that is open."""
    try:
        about_id, turn, seal = json.loads(about)
        return int(turn) if about_id == talk_id and seals[turn] == seal else None
    except (ValueError, TypeError, IndexError):
        return None
