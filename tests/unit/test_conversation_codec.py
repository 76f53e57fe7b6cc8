"""Conversations as sealed JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from qa.base.answer import Answer, Carrier, Citation, Nearby, Sentence
from qa.base.cost import Cost
from qa.question.question import Question
from ui.state.conversations import Conversation, ConversationCodec, ConversationError, Options

CARRIER = Carrier("c" * 16, "Other", "Gazette", "2025-03-19", "https://gazette.example/1")
CITED = Citation(
    "a" * 16, "b" * 12, "Headline", "Wire", "2025-03-18", None, "It rained.", 0, 10, "Port Hallam", "a name", (CARRIER,)
)
ANSWER = Answer(
    Question.parse("Who resigned in March 2025?", publisher="Wire", as_of="2025-04-01"),
    answered=True,
    sentences=(Sentence("It rained.", (CITED,), day="18 March 2025"), Sentence("It snowed.", (), struck="no")),
    short_answer="rain",
    confidence=0.1 + 0.2,
    nearby=(Nearby("d" * 16, "Near", None, None, None),),
    cost=Cost("model", "1", 3, 4, 0.5, 1.5),
)


def test_a_conversation_comes_back_as_it_went() -> None:
    codec = ConversationCodec(b"k" * 32)
    options = Options((None, "2025-03"), ("Wire",), alone=True, now=True)
    conversation = (
        Conversation.begin().asking("Who resigned?").with_turn(codec.turn(ANSWER, options)).asking("And why?")
    )
    assert codec.load(codec.dump(conversation)) == conversation
    assert conversation.name == "Who resigned?"
    assert conversation.turns[0].words == "Who resigned in March 2025?"


def test_an_empty_text_begins_a_conversation() -> None:
    assert ConversationCodec(b"k").load("").turns == ()
    assert len(Conversation.begin().id) == 22
    assert Conversation.begin().id != Conversation.begin().id


@pytest.mark.parametrize("where", ["text", "quote", "headline"])
def test_an_answer_that_was_changed_is_refused(where: str) -> None:
    codec = ConversationCodec(b"k" * 32)
    kept = json.loads(codec.dump(Conversation.begin().with_turn(codec.turn(ANSWER))))
    sentence = kept["turns"][0]["answer"]["sentences"][0]
    (sentence if where == "text" else sentence["citations"][0])[where] = "It burned."
    with pytest.raises(ConversationError, match="did not give"):
        codec.load(json.dumps(kept))


def test_another_servers_answers_are_refused() -> None:
    text = ConversationCodec(b"a" * 32).dump(Conversation.begin().with_turn(ConversationCodec(b"a" * 32).turn(ANSWER)))
    with pytest.raises(ConversationError):
        ConversationCodec(b"b" * 32).load(text)


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"id": 1}', "x" * 1_000_000])
def test_what_is_not_a_conversation_is_an_error(text: str) -> None:
    with pytest.raises(ConversationError, match="start a new one"):
        ConversationCodec(b"k").load(text)


def test_an_answer_takes_the_place_of_those_it_replaces_only_once_it_is_there() -> None:
    codec = ConversationCodec(b"k" * 32)
    turn = codec.turn(ANSWER)
    conversation = Conversation.begin().with_turn(turn).with_turn(turn).asking("x", Options((None, "2025")), replaces=1)
    assert len(conversation.turns) == 2
    assert len(conversation.at_rest().turns) == 2
    assert (conversation.at_rest().pending, conversation.at_rest().replaces) == (None, None)
    answered = conversation.with_turn(turn)
    assert (len(answered.turns), answered.pending, answered.options) == (2, None, Options())
    assert len(Conversation.begin().with_turn(turn).asking("x").with_turn(turn).turns) == 2
    assert codec.load(codec.dump(conversation)) == conversation


def test_a_seal_holds_where_a_field_with_a_default_is_added() -> None:
    codec = ConversationCodec(b"k" * 32)
    kept = json.loads(codec.dump(Conversation.begin().with_turn(codec.turn(replace(ANSWER, cost=None)))))
    del kept["turns"][0]["answer"]["cost"]  # as of a version that had none
    assert codec.load(json.dumps(kept)).turns[0].answer.cost is None
