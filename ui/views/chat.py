"""The chat: a question is asked, worked on step by step, and answered; stopped, asked again, edited."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from langchain_core.runnables import Runnable

from ingest.base.errors import DatelineError
from qa.base.answer import Answer
from qa.question.limits import checked
from ui import words
from ui.render.messages import (
    Message,
    answer_messages,
    cut_off_message,
    problem_message,
    question_message,
    steps_message,
    talk_messages,
    turn_of,
)
from ui.state.asking import Step, ask_in_steps
from ui.state.conversations import Given, Talk, Talks
from ui.views.reading import ReadingRoom

_AT_ONCE = 32  # questions worked on at the same time; more wait
_log = logging.getLogger(__name__)
_ESCAPED = re.compile(r"\\(?=[^\w\s])")
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


@dataclass(frozen=True)
class Asked:
    """What is to be asked: the question of a talk that is pending, and what was given with it."""

    question: str
    given: Given
    replaces: int | None = None


#: Whether another question is being answered; what is asked, the box, the messages, the talk.
Prepared = tuple[str, Asked | None, Any, list[Message], str]


class ChatView:
    """The conversation and the box for the next question."""

    def __init__(self, chain: Runnable[Any, Answer], talks: Talks, reading: ReadingRoom) -> None:
        self.chain = chain
        self.talks = talks
        self.reading = reading
        self.kept_after: Callable[[Any], Any] = lambda event: event
        self.answering: list[Any] = []

    def build(self) -> None:
        """The conversation."""
        self.chat = gr.Chatbot(
            elem_id="chat",
            label=words.CHAT,
            show_label=False,
            height="68vh",
            layout="bubble",
            buttons=["copy"],
            editable="user",
            feedback_options=None,
            allow_tags=False,
            sanitize_html=True,
            latex_delimiters=[],
            placeholder=words.GREETING,
        )

    def build_box(self) -> None:
        """The box for the next question."""
        self.box = gr.Textbox(
            elem_id="question",
            placeholder=words.PLACEHOLDER,
            label=words.QUESTION,
            show_label=False,
            container=False,
            autofocus=True,
            submit_btn=True,
            stop_btn=False,
        )

    def wire(self, talk: gr.Textbox, settings: list[Any]) -> None:
        """Connect what has been laid out.

        Args:
            talk: holds the open talk as JSON.
            settings: style, caution, as of.
        """
        self.talk, self.settings = talk, settings
        self.asked = gr.State(None)
        self.busy = gr.Textbox(visible="hidden", elem_id="busy")
        self.asks(self.box.submit, self.begin, [self.box], js="Dateline.sent")
        self.asks(self.chat.example_select, self.begin_example)
        self.asks(self.chat.retry, self.begin_retry, [self.asked])
        self.asks(self.chat.edit, self.begin_edit)

    def wire_stop(self) -> None:
        """Let the button end whatever is being answered; after all that may ask has been wired."""
        ended = self.box.stop(None, None, None, js="Dateline.stopped", cancels=self.answering, **_QUIET)
        stopped = ended.then(self.stop, self.talk, [self.box, self.chat, self.talk], queue=False, **_QUIET)
        self.kept_after(stopped)

    def asks(
        self,
        trigger: Callable[..., Any],
        prepare: Callable[..., Prepared],
        inputs: Sequence[Any] = (),
        js: str = "Dateline.asking",
    ) -> None:
        """Ask when something happens, unless a question is being answered.

        Args:
            trigger: an event of a component.
            prepare: of the talk, whether one is being answered, and its inputs, says what is asked.
            inputs: of `prepare`, behind these two.
            js: fills these two in.
        """
        outputs = [self.busy, self.asked, self.box, self.chat, self.talk]
        begun = trigger(prepare, [self.talk, self.busy, *inputs], outputs, js=js, queue=False, **_QUIET)
        self.kept_after(begun)
        answered = begun.success(
            self.answer,
            [self.busy, self.asked, self.talk, *self.settings],
            [self.chat, self.talk, *self.reading.outputs],
            concurrency_limit=_AT_ONCE,
            concurrency_id="answer",
            trigger_mode="multiple",  # else one that was just stopped may keep the next from being asked
            **_QUIET,
        )
        self.answering.append(answered)
        self.kept_after(answered)
        resting = answered.then(
            _at_rest, self.busy, [self.box, self.busy], js="Dateline.answered", queue=False, **_QUIET
        )
        resting.then(None, None, None, js="() => Dateline.reading.settle()", **_QUIET)

    def begin(self, kept: str, busy: str, question: str) -> Prepared:
        """Ask what is in the box."""
        return self.prepare(kept, busy, lambda _: (question, Given(), None))

    def begin_example(self, kept: str, busy: str, event: gr.SelectData) -> Prepared:
        """Ask one of the examples."""
        value = event.value
        question = str(value.get("text", "") if isinstance(value, dict) else value)
        return self.prepare(kept, busy, lambda _: (question, Given(), None))

    def begin_retry(self, kept: str, busy: str, asked: Asked | None, event: gr.RetryData) -> Prepared:
        """Ask the question of an answer again, in its place; or the one that was stopped, or failed."""

        def again(talk: Talk) -> tuple[str, Given, int | None]:
            turn = turn_of(talk, _flat(event.index))
            if turn < len(talk.turns):
                return talk.turns[turn].words, talk.turns[turn].given, turn
            if talk.pending:
                return talk.pending, talk.given, talk.replaces
            return (asked.question, asked.given, asked.replaces) if asked else ("", Given(), None)

        return self.prepare(kept, busy, again)

    def begin_edit(self, kept: str, busy: str, event: gr.EditData) -> Prepared:
        """Ask the last question in other words, in its place; an earlier one anew, so that nothing after it is lost."""
        question = _ESCAPED.sub("", str(event.value))

        def edited(talk: Talk) -> tuple[str, Given, int | None]:
            turn = turn_of(talk, _flat(event.index))
            return question, Given(), turn if turn == len(talk.turns) - 1 else None

        return self.prepare(kept, busy, edited)

    def prepare(self, kept: str, busy: str, choose: Callable[[Talk], tuple[str, Given, int | None]]) -> Prepared:
        """Begin a question, or say at once why it cannot be asked; what was typed is then still in the box.

        Args:
            kept: the talk as JSON.
            busy: not empty while another question of the page is being answered.
            choose: of the talk, the question, what is given with it, and which turn its answer replaces.
        """
        if busy:
            return busy, gr.skip(), gr.skip(), gr.skip(), gr.skip()
        try:
            talk = self.talks.load(kept)
        except DatelineError as error:
            return "", None, gr.skip(), [problem_message(str(error))], ""
        question, given, replaces = choose(talk)
        talk = talk.at_rest()
        try:
            checked(question)
        except DatelineError as error:
            messages = [*talk_messages(talk), question_message(question), problem_message(str(error))]
            return "", None, question, messages, self.talks.dump(talk)
        pending = talk.asking(question, given, replaces)
        messages = [*_before(pending), steps_message([])]
        box = gr.Textbox(submit_btn=False, stop_btn=True)
        return "", Asked(question, given, replaces), box, messages, self.talks.dump(pending)

    def answer(
        self, busy: str, asked: Asked | None, kept: str, style: str, caution: str, as_of: str
    ) -> Iterator[tuple[Any, ...]]:
        """Answer the pending question, a sentence at a time, in the light of those before it."""
        keep = [gr.skip()] * len(self.reading.outputs)
        if busy or asked is None:
            yield gr.skip(), gr.skip(), *keep
            return
        talk = self.talks.load(kept)
        before, number = _before(talk), len(talk.turns[: talk.replaces])
        given = asked.given
        question = {
            "question": asked.question,
            "history": () if given.alone else talk.answers[:number],
            "published": given.published,
            "publisher": given.publishers,
            "style": style,
            "caution": caution,
            "as_of": None if given.now else (as_of or "").strip() or None,
        }
        answer: Answer | None = None
        steps: list[Step] = []
        try:
            for each in ask_in_steps(self.chain, question):
                if isinstance(each, Step):
                    steps.append(each)
                    yield [*before, steps_message(steps)], gr.skip(), *keep
                    continue
                answer = each if answer is None else answer + each
                yield [*before, *answer_messages(answer, number, done=False)], gr.skip(), *keep
        except DatelineError as error:
            yield self._failed(talk, str(error)), self.talks.dump(talk.at_rest()), *keep
            return
        except Exception:  # whatever it was, the visitor is not left with "Searching"
            _log.exception("a question failed")
            yield self._failed(talk, words.FAILED), self.talks.dump(talk.at_rest()), *keep
            return
        if answer is not None:
            talk = talk.with_turn(self.talks.turn(answer, given))
            yield talk_messages(talk), self.talks.dump(talk), *keep
            yield gr.skip(), gr.skip(), *self.reading.show(talk, number)

    def _failed(self, talk: Talk, said: str) -> list[Message]:
        """All that was there, and what went wrong with the question that is pending."""
        return [*talk_messages(talk), question_message(talk.pending or ""), problem_message(said)]

    def stop(self, kept: str) -> tuple[Any, ...]:
        """End the question that is being answered; it goes back into the box."""
        talk = self.talks.load(kept)
        if not talk.pending:
            return gr.Textbox(submit_btn=True, stop_btn=False), gr.skip(), gr.skip()
        box = gr.Textbox(value=talk.pending, submit_btn=True, stop_btn=False)
        return box, self._failed(talk, words.STOPPED), self.talks.dump(talk.at_rest())

    def redraw(self, event: Any) -> Any:
        """After an event that put another talk in place: show it."""
        shown = event.then(self.drawn, self.talk, [self.chat, *self.reading.outputs], queue=False, **_QUIET)
        return shown.then(None, None, None, js="() => Dateline.reading.settle()", **_QUIET)

    def drawn(self, kept: str) -> tuple[Any, ...]:
        """A talk as it is shown, with the sources of its last answer."""
        try:
            talk = self.talks.load(kept)
        except DatelineError as error:
            return [problem_message(str(error))], *self.reading.empty()
        messages = talk_messages(talk)
        if talk.pending:
            messages += [question_message(talk.pending), cut_off_message(talk.pending)]
        sources = self.reading.show(talk, len(talk.turns) - 1) if talk.turns else self.reading.empty()
        return messages, *sources


def _before(talk: Talk) -> list[Message]:
    """What stands above the answer of the question that is pending."""
    shown = replace(talk, turns=talk.turns[: talk.replaces])
    return [*talk_messages(shown), question_message(talk.pending or "")]


def _at_rest(busy: str) -> tuple[Any, str]:
    """The box when nothing is being answered; what was typed meanwhile stays."""
    return gr.skip() if busy else gr.Textbox(submit_btn=True, stop_btn=False), ""


def _flat(index: Any) -> int:
    return int(index[0] if isinstance(index, list | tuple) else index)
