"""Prompts, and a model's words as sentences, within a time and a cost."""

from __future__ import annotations

import pytest
from langchain_core.messages import HumanMessage

from qa.chat.prompts import PROMPTS, fence_of, fill
from qa.chat.stream import ChatFailed, Meter, Sentences, Written
from tests.chat import scripted


@pytest.mark.parametrize("name", PROMPTS)
def test_prompts_have_the_variables_that_they_say(name: str) -> None:
    template, known = PROMPTS[name]
    assert set(template.get_identifiers()) == known
    assert template.is_valid()
    with pytest.raises(ValueError, match="takes"):
        fill(name, **dict.fromkeys(known, "x"), other="y")
    for variable in known:
        with pytest.raises(ValueError, match="takes"):
            fill(name, **dict.fromkeys(known - {variable}, "x"))


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    assert "$question ${fence}" in fill("ask", passages="$question ${fence}", question="Who?", limits="")


def test_no_text_can_hold_its_own_fence() -> None:
    texts = ["one", "two"]
    fence = fence_of(texts)
    assert fence_of([*texts, fence]) != fence
    assert fence_of(texts) == fence


def words(text: str) -> list[Written]:
    cut = Sentences()
    return [each for word in text.split(" ") for each in cut.feed(f"{word} ")] + cut.finish()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. [1] It snowed. [2]", [("It rained.", (1,)), ("It snowed.", (2,))]),
        ("It rained [1]. It snowed [1][2].", [("It rained.", (1,)), ("It snowed.", (1, 2))]),
        ("He said “well done.” [2, 3] Then he left.", [("He said “well done.”", (2, 3)), ("Then he left.", ())]),
        ("- **It** rained [passage 1].\n- It snowed.", [("It rained.", (1,)), ("It snowed.", ())]),
        ("1. It rained.\n2. It snowed.", [("It rained.", ()), ("It snowed.", ())]),
        ("Answer: The U.S. did it. [12]", [("The U.S. did it.", (12,))]),
        ("not ended", [("not ended", ())]),
        ("", []),
    ],
)
def test_sentences_come_with_their_markers(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(each.text, each.markers) for each in words(text)] == expected


def test_a_sentence_waits_for_its_marker() -> None:
    cut = Sentences()
    assert cut.feed("It rained. ") == []
    assert cut.feed("[1") == []
    assert cut.feed("] It") == [Written("It rained.", (1,))]
    assert cut.rest == "It"


MESSAGES = [HumanMessage("Who?")]


def test_what_a_call_takes_is_counted() -> None:
    meter = Meter(scripted("It rained."))
    assert "".join(meter.words(MESSAGES)).strip() == "It rained."
    assert (meter.cost.tokens_in, meter.cost.tokens_out, meter.cost.calls) == (100, 2, 1)
    assert meter.cost.first is not None
    assert not meter.cost.estimated
    assert "100 tokens read, 2 written" in meter.cost.line()


def test_tokens_are_reckoned_where_the_model_does_not_tell_them() -> None:
    meter = Meter(scripted("It rained.", usage=False))
    list(meter.words(MESSAGES))
    assert meter.cost.estimated
    assert meter.cost.tokens_in > 0
    assert "about" in meter.cost.line()


def test_a_slow_model_is_not_waited_for() -> None:
    meter = Meter(scripted("a b c d e f", seconds=0.3, pause=0.2))
    heard = []
    with pytest.raises(ChatFailed, match=r"did not answer within 0.3 seconds"):
        heard.extend(meter.words(MESSAGES))
    assert len(heard) < 6


def test_what_a_provider_says_is_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    meter = Meter(scripted(ValueError("bad key sk-secret-123")))
    with pytest.raises(ChatFailed) as raised:
        list(meter.words(MESSAGES))
    assert "ValueError" in str(raised.value)
    assert "sk-secret" not in str(raised.value) + caplog.text


def test_a_question_has_a_cap() -> None:
    meter = Meter(scripted("It rained.", tokens=700))
    assert meter.affords(MESSAGES, 500)
    list(meter.words(MESSAGES))
    assert not meter.affords(MESSAGES, 600)
