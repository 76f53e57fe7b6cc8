"""A conversation as messages, and the question as chips."""

from __future__ import annotations

from dataclasses import replace

from qa.base.answer import Answer, Citation, Sentence
from qa.question.question import ArchiveFacts, Question
from ui import words
from ui.render.chips import chips_markdown
from ui.render.messages import (
    answer_messages,
    conversation_messages,
    interrupted_message,
    question_message,
    steps_message,
    turn_of,
)
from ui.state.asking import Step
from ui.state.conversations import Conversation, ConversationCodec

CITED = Citation("a" * 16, "b" * 12, "Headline", "Wire", "2025-03-18", None, "It rained.", 0, 10)
TALKS = ConversationCodec(b"k" * 32)


def answer(question: str = "Who resigned?", *, struck: bool = False) -> Answer:
    sentences = [Sentence("It rained.", (CITED,))]
    if struck:
        sentences.append(Sentence("It snowed.", (), struck="nothing says so"))
    return Answer(Question.parse(question), answered=True, sentences=tuple(sentences))


def test_each_limit_is_a_chip_that_takes_it_back() -> None:
    facts = ArchiveFacts(("The Courier",), (), "2020-01-01")
    question = Question.parse("What did the Courier report in March 2025?", archive=facts, as_of="2025-04-01")
    question = replace(question, typed="and in March?")
    chips = chips_markdown(question, 3)
    assert '[published 1 to 31 March 2025 ✕](#drop-3-time "Search all dates")' in chips
    assert "[by The Courier ✕](#drop-3-publisher" in chips
    assert "[as of 1 April 2025 ✕](#drop-3-day" in chips
    assert "[Searched as “What did the Courier report in March 2025?” ✕](#drop-3-wording" in chips
    assert chips.endswith(f'[{words.CHANGE}](#change-3 "{words.CHANGE_TITLE}")')


def test_a_publisher_cannot_break_out_of_its_chip() -> None:
    evil = "Evil](http://elsewhere.example) ![x](http://elsewhere.example/y.png) <b>"
    chips = chips_markdown(Question.parse("who?", publisher=evil), 0)
    assert "](http" not in chips.replace("\\]", "")
    assert "<b>" not in chips.replace("\\<", "")


def test_without_limits_there_is_still_a_way_to_set_some() -> None:
    assert chips_markdown(Question.parse("Who resigned?"), 0).startswith(f"[{words.CHANGE}](#change-0 ")


def test_messages_of_a_conversation_belong_to_their_turns() -> None:
    conversation = Conversation.begin()
    for options in (answer("Who resigned?"), answer("Why?", struck=True), answer("When?")):
        conversation = conversation.with_turn(TALKS.turn(options))
    messages = conversation_messages(conversation)
    assert "".join(message["role"][0] for message in messages) == "uauaaua"
    assert [turn_of(conversation, index) for index in range(len(messages))] == [0, 0, 1, 1, 1, 2, 2]
    assert turn_of(conversation, len(messages)) == 3


def test_a_part_has_no_chips_yet() -> None:
    assert "#change-" not in answer_messages(answer(), 0, done=False)[0]["content"]
    assert "#change-0" in answer_messages(answer(), 0)[0]["content"]


def test_a_very_long_question_is_cut_and_its_length_said() -> None:
    content = question_message("why " * 25_000)["content"]
    assert len(content) < 300
    assert "100,000 characters" in content


def test_a_question_is_shown_as_it_was_typed_and_never_as_markdown() -> None:
    assert question_message("![x](y.png) *a*")["content"] == "!\\[x\\](y.png) \\*a\\*"


def test_steps_add_up_and_the_last_one_stands_out() -> None:
    assert steps_message([])["content"] == "*Understanding the question…*"
    said = steps_message([Step("search"), Step("read", 32)])["content"]
    assert said == "Searching… *Reading 32 passages…*"


def test_what_was_cut_off_can_be_asked_again() -> None:
    assert "](#again-0)" in interrupted_message("Who *resigned*?")["content"]
    assert "\\*resigned\\*" in interrupted_message("Who *resigned*?")["content"]
