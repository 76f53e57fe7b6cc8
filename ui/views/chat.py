"""The chat: a question is asked, worked on step by step, and answered; stopped, asked again, edited."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr
from langchain_core.runnables import Runnable

from ingest.errors import DatelineError
from qa.answer import Answer
from qa.limits import checked
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
from ui.state.talks import Given, Talk, Talks
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


#: What is asked, the box, the messages, the talk.
Prepared = tuple[Asked | None, Any, list[Message], str]


class ChatView:
    """The conversation and the box for the next question."""

    def __init__(self, chain: Runnable[Any, Answer], talks: Talks, reading: ReadingRoom) -> None:
        self.chain = chain
        self.talks = talks
        self.reading = reading
        self.kept_after: Callable[[Any], Any] = lambda event: event
        self._answering: list[Any] = []

    def build(self) -> None:
        """Lay it out: `chat` and `box`."""
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
        self.asks(partial(self.box.submit, js="Dateline.sent"), self.begin, [self.box, talk])
        chosen = partial(self.chat.example_select, js="async () => [await Dateline.openTalk()]")
        self.asks(chosen, self.begin_example, [talk])
        self.asks(self.chat.retry, self.begin_retry, [talk])
        self.asks(self.chat.edit, self.begin_edit, [talk])

    def wire_stop(self) -> None:
        """Let the button end whatever is being answered; after all that may ask has been wired."""
        ended = self.box.stop(None, None, None, cancels=self._answering, **_QUIET)
        stopped = ended.then(self.stop, self.talk, [self.box, self.chat, self.talk], queue=False, **_QUIET)
        self.kept_after(stopped)

    def asks(self, trigger: Callable[..., Any], prepare: Callable[..., Prepared], inputs: list[Any]) -> Any:
        """Ask when something happens.

        Args:
            trigger: an event of a component.
            prepare: says what is asked, how box and chat look meanwhile, and the talk.
            inputs: of `prepare`.
        """
        begun = trigger(prepare, inputs, [self.asked, self.box, self.chat, self.talk], queue=False, **_QUIET)
        self.kept_after(begun)
        answered = begun.then(
            self.answer,
            [self.asked, self.talk, *self.settings],
            [self.chat, self.talk, *self.reading.outputs],
            concurrency_limit=_AT_ONCE,
            concurrency_id="answer",
            trigger_mode="multiple",  # else one that was just stopped may keep the next from being asked
            **_QUIET,
        )
        self._answering.append(answered)
        answered.then(_at_rest, None, self.box, queue=False, **_QUIET)
        self.kept_after(answered)
        return answered.then(None, None, None, js="() => Dateline.reading.settle()", **_QUIET)

    def begin(self, question: str, kept: str) -> Prepared:
        """Ask what is in the box."""
        return self.prepare(kept, lambda talk: (talk, question, Given()))

    def begin_example(self, kept: str, event: gr.SelectData) -> Prepared:
        """Ask one of the examples."""
        value = event.value
        question = str(value.get("text", "") if isinstance(value, dict) else value)
        return self.prepare(kept, lambda talk: (talk, question, Given()))

    def begin_retry(self, kept: str, event: gr.RetryData) -> Prepared:
        """Ask the question of an answer again, in its place."""

        def again(talk: Talk) -> tuple[Talk, str, Given]:
            turn = min(turn_of(talk, _flat(event.index)), len(talk.turns) - 1)
            if turn < 0:
                return talk, talk.pending or "", Given()
            return talk.cut(turn), talk.turns[turn].words, talk.turns[turn].given

        return self.prepare(kept, again)

    def begin_edit(self, kept: str, event: gr.EditData) -> Prepared:
        """Ask the last question in other words, in its place; an earlier one anew, so that nothing after it is lost."""
        question = _ESCAPED.sub("", str(event.value))

        def edited(talk: Talk) -> tuple[Talk, str, Given]:
            turn = turn_of(talk, _flat(event.index))
            return talk.cut(turn) if turn == len(talk.turns) - 1 else talk, question, Given()

        return self.prepare(kept, edited)

    def prepare(self, kept: str, choose: Callable[[Talk], tuple[Talk, str, Given]]) -> Prepared:
        """Begin a question, or say at once why it cannot be asked; what was typed is then still in the box.

        Args:
            kept: the talk as JSON.
            choose: of the talk, the turns before the question, the question, and what is given with it.
        """
        try:
            talk = replace(self.talks.load(kept), pending=None)
        except DatelineError as error:
            return None, gr.skip(), [problem_message(str(error))], ""
        before, question, given = choose(talk)
        messages = [*talk_messages(before), question_message(question)]
        try:
            checked(question)
        except DatelineError as error:
            return None, question, [*messages, problem_message(str(error))], self.talks.dump(before)
        box = gr.Textbox(submit_btn=False, stop_btn=True)
        pending = self.talks.dump(before.asking(question))
        return Asked(question, given), box, [*messages, steps_message([])], pending

    def answer(self, asked: Asked | None, kept: str, style: str, caution: str, as_of: str) -> Iterator[tuple[Any, ...]]:
        """Answer the pending question, a sentence at a time, in the light of those before it."""
        keep = [gr.skip()] * len(self.reading.outputs)
        if asked is None:
            yield gr.skip(), gr.skip(), *keep
            return
        talk = self.talks.load(kept)
        before, number = [*talk_messages(talk), question_message(asked.question)], len(talk.turns)
        given = asked.given
        question = {
            "question": asked.question,
            "history": () if given.alone else talk.answers,
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
            yield [*before, problem_message(str(error))], self.talks.dump(talk.cut(number)), *keep
            return
        except Exception:  # whatever it was, the visitor is not left with "Searching"
            _log.exception("a question failed")
            yield [*before, problem_message(words.FAILED)], self.talks.dump(talk.cut(number)), *keep
            return
        if answer is not None:
            talk = talk.with_turn(self.talks.turn(answer, given))
            yield talk_messages(talk), self.talks.dump(talk), *self.reading.show(talk, number)

    def stop(self, kept: str) -> tuple[Any, ...]:
        """End the question that is being answered; it goes back into the box."""
        talk = self.talks.load(kept)
        pending = talk.pending
        talk = talk.cut(len(talk.turns))
        said = [question_message(pending), problem_message(words.STOPPED)] if pending else []
        box = gr.Textbox(value=pending, submit_btn=True, stop_btn=False) if pending else _at_rest()
        return box, [*talk_messages(talk), *said], self.talks.dump(talk)

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


def _at_rest() -> Any:
    """The box when nothing is being answered; what was typed meanwhile stays."""
    return gr.Textbox(submit_btn=True, stop_btn=False)


def _flat(index: Any) -> int:
    return int(index[0] if isinstance(index, list | tuple) else index)
