"""Render a conversation as chat messages: for each turn the question, the answer, and its struck-out sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.base.answer import Answer, escape_markdown
from ui import words
from ui.render.answer import answer_markdown, problem_markdown, struck_markdown
from ui.render.chips import chips_markdown
from ui.render.footer import footer_markdown
from ui.state.asking import Step
from ui.state.conversations import Conversation

Message = dict[str, Any]

_LONGEST = 2_000  # characters of a question that are shown


def conversation_messages(conversation: Conversation) -> list[Message]:
    """Render all turns of a conversation, without a pending question."""
    shown: list[Message] = []
    for number, turn in enumerate(conversation.turns):
        shown += [question_message(turn.words), *answer_messages(turn.answer, number)]
    return shown


def turn_of(conversation: Conversation, index: int) -> int:
    """Find the turn that a message belongs to.

    Args:
        conversation: the conversation.
        index: index of the message in the chat.

    Returns:
        The index of the turn; the number of turns for a message after all of them.
    """
    end = 0
    for number, turn in enumerate(conversation.turns):
        end += 1 + len(answer_messages(turn.answer, number))
        if index < end:
            return number
    return len(conversation.turns)


def question_message(question: str) -> Message:
    """Render a question as it was typed. A very long one is cut."""
    text = (
        question if len(question) <= _LONGEST else f"{question[:200]}… ({words.CHARACTERS.format(count=len(question))})"
    )
    return {"role": "user", "content": escape_markdown(text)}


def answer_messages(answer: Answer, turn: int, *, done: bool = True) -> list[Message]:
    """Render an answer, or the part of it that is ready.

    Args:
        answer: the answer or the part.
        turn: index of its turn in the conversation, from 0.
        done: whether the answer is complete. Only then chips and links are shown.
    """
    text = answer_markdown(answer, turn)
    if done:
        text = "\n\n".join([chips_markdown(answer.question, turn), text, footer_markdown(turn)])
    shown: list[Message] = [{"role": "assistant", "content": text}]
    struck = struck_markdown(answer)
    if struck:
        folded = {"title": struck[0], "status": "done"}
        shown.append({"role": "assistant", "content": struck[1], "metadata": folded})
    return shown


def steps_message(steps: Sequence[Step]) -> Message:
    """Render the steps so far, with the current one last."""
    texts = [words.STEPS[step.name].format(count=step.passages) for step in steps] or [words.STEPS["understand"]]
    return {"role": "assistant", "content": " ".join([*texts[:-1], f"*{texts[-1]}*"])}


def problem_message(problem: str) -> Message:
    """Render an error."""
    return {"role": "assistant", "content": problem_markdown(problem)}


def interrupted_message(question: str) -> Message:
    """Render the notice that an answer was interrupted, with a link to ask again."""
    notice = escape_markdown(words.INTERRUPTED.format(question=question[:200]))
    return {"role": "assistant", "content": f"{notice} [{words.ASK_AGAIN}](#again-0)"}
