"""The chat: ask, stop, edit and repeat questions, and show their answers step by step."""

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
    conversation_messages,
    interrupted_message,
    problem_message,
    question_message,
    steps_message,
    turn_of,
)
from ui.state.asking import Step, ask_in_steps
from ui.state.conversations import Conversation, ConversationCodec, Options
from ui.views.reading import ReadingPane

_AT_ONCE = 32  # questions that are answered at the same time; others wait
_log = logging.getLogger(__name__)
_ESCAPED = re.compile(r"\\(?=[^\w\s])")
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


@dataclass(frozen=True)
class Asked:
    """The pending question of a conversation with its options."""

    question: str
    options: Options
    replaces: int | None = None


#: A question, its options, and the index of the turn that its answer replaces; None to append it.
Chosen = tuple[str, Options, int | None]

#: Whether another question is being answered, the question to ask, the box, the messages, the conversation as JSON.
Prepared = tuple[str, Asked | None, Any, list[Message], str]


class ChatView:
    """The conversation and the box for the next question."""

    def __init__(self, chain: Runnable[Any, Answer], codec: ConversationCodec, reading: ReadingPane) -> None:
        """Prepare the chat.

        Args:
            chain: answers the questions.
            codec: reads and writes conversations.
            reading: shows the sources of an answer.
        """
        self.chain = chain
        self.codec = codec
        self.reading = reading
        self.save_after: Callable[[Any], Any] = lambda event: event
        self.answering: list[Any] = []

    def build(self) -> None:
        """Lay the conversation out."""
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
        """Lay the box for the next question out."""
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

    def wire(self, conversation: gr.Textbox, settings: list[Any]) -> None:
        """Connect the events.

        Args:
            conversation: has the open conversation as JSON.
            settings: the components for style, strictness and as-of date.
        """
        self.conversation, self.settings = conversation, settings
        self.asked = gr.State(None)
        self.busy = gr.Textbox(visible="hidden", elem_id="busy")
        self.asks(self.box.submit, self.begin, [self.box], js="Dateline.sent")
        self.asks(self.chat.example_select, self.begin_example)
        self.asks(self.chat.retry, self.begin_retry, [self.asked])
        self.asks(self.chat.edit, self.begin_edit)

    def wire_stop(self) -> None:
        """Connect the stop button. Call it when all events that ask a question are connected."""
        ended = self.box.stop(None, None, None, js="Dateline.stopped", cancels=self.answering, **_QUIET)
        stopped = ended.then(
            self.stop, self.conversation, [self.box, self.chat, self.conversation], queue=False, **_QUIET
        )
        self.save_after(stopped)

    def asks(
        self,
        trigger: Callable[..., Any],
        prepare: Callable[..., Prepared],
        inputs: Sequence[Any] = (),
        js: str = "Dateline.asking",
    ) -> None:
        """Ask a question on an event, unless another one is being answered.

        Args:
            trigger: an event of a component.
            prepare: returns the question to ask, from the conversation, the busy flag and its inputs.
            inputs: inputs of `prepare` after these two.
            js: fills in these two.
        """
        outputs = [self.busy, self.asked, self.box, self.chat, self.conversation]
        begun = trigger(prepare, [self.conversation, self.busy, *inputs], outputs, js=js, queue=False, **_QUIET)
        self.save_after(begun)
        answered = begun.success(
            self.answer,
            [self.busy, self.asked, self.conversation, *self.settings],
            [self.chat, self.conversation, *self.reading.outputs],
            concurrency_limit=_AT_ONCE,
            concurrency_id="answer",
            trigger_mode="multiple",  # otherwise a question that was just stopped can block the next one
            **_QUIET,
        )
        self.answering.append(answered)
        self.save_after(answered)
        resting = answered.then(
            _at_rest, self.busy, [self.box, self.busy], js="Dateline.answered", queue=False, **_QUIET
        )
        resting.then(None, None, None, js="() => Dateline.reading.settle()", **_QUIET)

    def begin(self, text: str, busy: str, question: str) -> Prepared:
        """Ask the question in the box.

        Args:
            text: the conversation as JSON.
            busy: not empty while another question is being answered.
            question: the question.
        """
        return self.prepare(text, busy, lambda _: (question, Options(), None))

    def begin_example(self, text: str, busy: str, event: gr.SelectData) -> Prepared:
        """Ask one of the example questions.

        Args:
            text: the conversation as JSON.
            busy: not empty while another question is being answered.
            event: the selected example.
        """
        value = event.value
        question = str(value.get("text", "") if isinstance(value, dict) else value)
        return self.prepare(text, busy, lambda _: (question, Options(), None))

    def begin_retry(self, text: str, busy: str, asked: Asked | None, event: gr.RetryData) -> Prepared:
        """Ask a question again and replace its answer, or repeat a question that was stopped or failed.

        Args:
            text: the conversation as JSON.
            busy: not empty while another question is being answered.
            asked: the question that was asked last.
            event: names the message.
        """

        def again(conversation: Conversation) -> Chosen:
            turn = turn_of(conversation, _flat(event.index))
            if turn < len(conversation.turns):
                return conversation.turns[turn].words, conversation.turns[turn].options, turn
            if conversation.pending:
                return conversation.pending, conversation.options, conversation.replaces
            return (asked.question, asked.options, asked.replaces) if asked else ("", Options(), None)

        return self.prepare(text, busy, again)

    def begin_edit(self, text: str, busy: str, event: gr.EditData) -> Prepared:
        """Ask an edited question. The last one is replaced; an earlier one is asked again at the end.

        Args:
            text: the conversation as JSON.
            busy: not empty while another question is being answered.
            event: the edited message.
        """
        question = _ESCAPED.sub("", str(event.value))

        def edited(conversation: Conversation) -> Chosen:
            turn = turn_of(conversation, _flat(event.index))
            return question, Options(), turn if turn == len(conversation.turns) - 1 else None

        return self.prepare(text, busy, edited)

    def prepare(
        self, text: str, busy: str, choose: Callable[[Conversation], tuple[str, Options, int | None]]
    ) -> Prepared:
        """Start a question, or show why it cannot be asked and leave it in the box.

        Args:
            text: the conversation as JSON.
            busy: not empty while another question is being answered.
            choose: returns the question, its options and the turn that its answer replaces, from the conversation.
        """
        if busy:
            return busy, gr.skip(), gr.skip(), gr.skip(), gr.skip()
        try:
            conversation = self.codec.load(text)
        except DatelineError as error:
            return "", None, gr.skip(), [problem_message(str(error))], ""
        question, options, replaces = choose(conversation)
        conversation = conversation.at_rest()
        try:
            checked(question)
        except DatelineError as error:
            messages = [*conversation_messages(conversation), question_message(question), problem_message(str(error))]
            return "", None, question, messages, self.codec.dump(conversation)
        pending = conversation.asking(question, options, replaces)
        messages = [*_before(pending), steps_message([])]
        box = gr.Textbox(submit_btn=False, stop_btn=True)
        return "", Asked(question, options, replaces), box, messages, self.codec.dump(pending)

    def answer(
        self, busy: str, asked: Asked | None, text: str, style: str, caution: str, as_of: str
    ) -> Iterator[tuple[Any, ...]]:
        """Answer the pending question sentence by sentence, with the earlier turns as context.

        Args:
            busy: not empty while another question is being answered.
            asked: the question.
            text: the conversation as JSON.
            style: whether the answer is quoted or written.
            caution: how strict the answer is.
            as_of: the date as of which it is answered; empty for today.
        """
        unchanged = [gr.skip()] * len(self.reading.outputs)
        if busy or asked is None:
            yield gr.skip(), gr.skip(), *unchanged
            return
        conversation = self.codec.load(text)
        before, number = _before(conversation), len(conversation.turns[: conversation.replaces])
        options = asked.options
        question = {
            "question": asked.question,
            "history": () if options.alone else conversation.answers[:number],
            "published": options.published,
            "publisher": options.publishers,
            "style": style,
            "caution": caution,
            "as_of": None if options.now else (as_of or "").strip() or None,
        }
        answer: Answer | None = None
        steps: list[Step] = []
        try:
            for part in ask_in_steps(self.chain, question):
                if isinstance(part, Step):
                    steps.append(part)
                    yield [*before, steps_message(steps)], gr.skip(), *unchanged
                    continue
                answer = part if answer is None else answer + part
                yield [*before, *answer_messages(answer, number, done=False)], gr.skip(), *unchanged
        except DatelineError as error:
            yield self._failed(conversation, str(error)), self.codec.dump(conversation.at_rest()), *unchanged
            return
        except Exception:  # the page must not show "Searching" forever
            _log.exception("answering a question failed")
            yield self._failed(conversation, words.FAILED), self.codec.dump(conversation.at_rest()), *unchanged
            return
        if answer is not None:
            conversation = conversation.with_turn(self.codec.turn(answer, options))
            yield conversation_messages(conversation), self.codec.dump(conversation), *unchanged
            yield gr.skip(), gr.skip(), *self.reading.show(conversation, number)

    def _failed(self, conversation: Conversation, problem: str) -> list[Message]:
        """Render the conversation with a problem as the answer to the pending question."""
        return [
            *conversation_messages(conversation),
            question_message(conversation.pending or ""),
            problem_message(problem),
        ]

    def stop(self, text: str) -> tuple[Any, ...]:
        """Stop the question that is being answered, and put it back into the box."""
        conversation = self.codec.load(text)
        if not conversation.pending:
            return gr.Textbox(submit_btn=True, stop_btn=False), gr.skip(), gr.skip()
        box = gr.Textbox(value=conversation.pending, submit_btn=True, stop_btn=False)
        return box, self._failed(conversation, words.STOPPED), self.codec.dump(conversation.at_rest())

    def redraw(self, event: Any) -> Any:
        """Show the conversation after an event that opened another one."""
        shown = event.then(self.drawn, self.conversation, [self.chat, *self.reading.outputs], queue=False, **_QUIET)
        return shown.then(None, None, None, js="() => Dateline.reading.settle()", **_QUIET)

    def drawn(self, text: str) -> tuple[Any, ...]:
        """Render a conversation with the sources of its last answer."""
        try:
            conversation = self.codec.load(text)
        except DatelineError as error:
            return [problem_message(str(error))], *self.reading.empty()
        messages = conversation_messages(conversation)
        if conversation.pending:
            messages += [question_message(conversation.pending), interrupted_message(conversation.pending)]
        sources = (
            self.reading.show(conversation, len(conversation.turns) - 1) if conversation.turns else self.reading.empty()
        )
        return messages, *sources


def _before(conversation: Conversation) -> list[Message]:
    """Render what is shown above the answer to the pending question."""
    shown = replace(conversation, turns=conversation.turns[: conversation.replaces])
    return [*conversation_messages(shown), question_message(conversation.pending or "")]


def _at_rest(busy: str) -> tuple[Any, str]:
    """Reset the buttons of the box. Text that was typed in the meantime stays."""
    return gr.skip() if busy else gr.Textbox(submit_btn=True, stop_btn=False), ""


def _flat(index: Any) -> int:
    return int(index[0] if isinstance(index, list | tuple) else index)
