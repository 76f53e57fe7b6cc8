"""A talk as messages of the chat; each turn is a question, its answer, and folded behind it what was struck out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.base.answer import Answer, escape_markdown
from ui import words
from ui.render.answer import answer_markdown, problem_markdown, struck_markdown
from ui.render.chips import chips_markdown
from ui.render.footer import footer_markdown
from ui.state.asking import Step
from ui.state.conversations import Talk

Message = dict[str, Any]

_LONGEST = 2_000  # characters of a question that are shown


def talk_messages(talk: Talk) -> list[Message]:
    """All turns of a talk, without what is pending."""
    shown: list[Message] = []
    for number, turn in enumerate(talk.turns):
        shown += [question_message(turn.words), *answer_messages(turn.answer, number)]
    return shown


def turn_of(talk: Talk, index: int) -> int:
    """Which turn of a talk a message belongs to, by its place among the messages; the last one, beyond them."""
    place = 0
    for number, turn in enumerate(talk.turns):
        place += 1 + len(answer_messages(turn.answer, number))
        if index < place:
            return number
    return len(talk.turns)


def question_message(question: str) -> Message:
    """A question as it was typed; a very long one is cut."""
    text = (
        question if len(question) <= _LONGEST else f"{question[:200]}… ({words.CHARACTERS.format(count=len(question))})"
    )
    return {"role": "user", "content": escape_markdown(text)}


def answer_messages(answer: Answer, turn: int, *, done: bool = True) -> list[Message]:
    """An answer, or the part of it that is there.

    Args:
        answer: or a part.
        turn: of the conversation, from 0.
        done: whether it is whole: then what was understood can be changed.
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
    """What is being done, after what has been done."""
    said = [words.STEPS[step.name].format(count=step.passages) for step in steps] or [words.STEPS["understand"]]
    return {"role": "assistant", "content": " ".join([*said[:-1], f"*{said[-1]}*"])}


def problem_message(said: str) -> Message:
    """An error."""
    return {"role": "assistant", "content": problem_markdown(said)}


def cut_off_message(question: str) -> Message:
    """A question whose answer was cut off, by a restart of the server or a page that was closed."""
    again = f"[{words.ASK_AGAIN}](#again-0)"
    return {"role": "assistant", "content": f"{escape_markdown(words.CUT_OFF.format(question=question[:200]))} {again}"}
