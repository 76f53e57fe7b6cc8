"""Answers that a chat model writes: what it says is checked, whatever it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ingest import Archive
from qa import Answer, QuestionError, ask, build_chain
from qa.chat.models import ChatModel
from qa.generation.writing import WritingAnswerer
from qa.reader.span_inputs import Page
from qa.verification.verify import StatementCheck
from tests.chat import ScriptedChat, scripted
from ui.render import answer_markdown, struck_markdown

QUESTION = "What is the harbour tunnel going to cost now?"


class Trusting:
    """Leaves all to the rules."""

    def support(self, statement: str, pages: Sequence[Page]) -> list[float]:
        return [1.0] * len(pages)


def written(archive: Archive, chat: ChatModel, question: str = QUESTION, **asked: object) -> Answer:
    answerer = WritingAnswerer(chat, archive, StatementCheck(Trusting()))
    return build_chain(archive, answerer=answerer).invoke({"question": question, **asked})


@pytest.fixture(scope="module")
def quoted(samples: Archive) -> Answer:
    return build_chain(samples).invoke(QUESTION)


def test_what_the_passages_say_is_linked_to_their_words(samples: Archive, quoted: Answer) -> None:
    sentence = quoted.sentences[0].text
    answer = written(samples, scripted(f"{sentence} [1]"))
    assert answer.written
    assert [each.text for each in answer.supported] == [sentence]
    for citation in answer.citations:
        assert samples.article(citation.article_id).text[citation.start : citation.end] == citation.quote
    assert answer.citations[0].quote == sentence
    assert answer.cost is not None
    assert answer.cost.calls == 1
    assert answer.draft == ""


def test_a_sentence_without_support_is_struck_where_it_can_be_seen(samples: Archive, quoted: Answer) -> None:
    true, false = quoted.sentences[0].text, "The tunnel will cost 987 trillion crowns."
    answer = written(samples, scripted(f"{true} [1] {false} [1]", "NO ANSWER"))
    assert [each.text for each in answer.supported] == [true]
    struck = [each for each in answer.sentences if each.struck]
    assert [each.text for each in struck] == [false]
    assert "987" in str(struck[0].struck)
    assert "987" not in answer.text
    assert "987" not in answer_markdown(answer, 0)
    title, words = struck_markdown(answer) or ("", "")
    assert title.startswith("1 sentence was struck out")
    assert f"~~{false}~~" in words
    assert "987" in words
    assert f"~~{false}~~" in answer.to_markdown()
    assert answer.to_dict()["struck"] == [{"text": false, "reason": struck[0].struck}]


def test_a_sentence_is_mended_once_with_the_reason(samples: Archive, quoted: Answer) -> None:
    true = quoted.sentences[0].text
    chat = scripted("The tunnel will cost 987 trillion crowns. [1]", f"{true} [1]")
    answer = written(samples, chat)
    assert [each.text for each in answer.sentences] == [true]
    assert isinstance(chat.model, ScriptedChat)
    asked = str(chat.model.heard[1][-1].content)
    assert "987 trillion" in asked
    assert "does not stand in the passage" in asked


@pytest.mark.parametrize(
    ("chat", "reason"),
    [
        (scripted(ConnectionError("no route, key sk-secret")), "could not be used (ConnectionError)"),
        (scripted("a b c d e f g h", seconds=0.2, pause=0.1), "did not answer within 0.2 seconds"),
        (scripted("I'm sorry, I cannot help with that."), "found no answer in the passages"),
        (scripted("The passages do not say what it costs."), "found no answer in the passages"),
        (scripted(""), "wrote nothing that the passages support"),
        (scripted("Paris is the capital of France. [1]", "NO ANSWER"), "wrote nothing that the passages support"),
        (scripted("It rained. [1]", context=600), "has no room"),
    ],
)
def test_without_a_written_answer_it_is_quoted_and_says_why(
    samples: Archive, quoted: Answer, chat: ChatModel, reason: str
) -> None:
    answer = written(samples, chat)
    assert [each.text for each in answer.supported] == [each.text for each in quoted.sentences]
    assert f"Quoted, not written: the chat model scripted {reason}" in str(answer.note)
    assert "sk-secret" not in str(answer.to_dict())


def test_what_was_written_before_a_model_breaks_off_stays(samples: Archive, quoted: Answer) -> None:
    true = quoted.sentences[0].text
    answer = written(samples, scripted(f"{true} [1] And then it went on and on", pause=0.02, seconds=0.02 * 30))
    assert [each.text for each in answer.supported][:1] == [true]


def test_what_holds_without_answering_does_not_take_the_answers_place(samples: Archive, quoted: Answer) -> None:
    cited = quoted.citations[0]
    article = samples.article(cited.article_id)
    passage = next(p for p in samples.passages_of(cited.article_id) if p.start <= cited.start < p.end)
    beside = [article.text[start:end] for start, end in passage.sentences if end <= cited.start or cited.end <= start]
    answer = written(samples, scripted(f"{beside[-1]} [1]"))
    assert answer.written
    assert [each.text for each in answer.supported] == [beside[-1], *(each.text for each in quoted.sentences)]
    assert "they are quoted after its text" in str(answer.note)
    assert str(quoted.short_answer) in answer.text


def test_a_refusal_stays_a_refusal_and_the_model_is_not_asked(samples: Archive) -> None:
    chat = scripted("The mayor of Atlantis is Neptune. [1]")
    answer = written(samples, chat, "Who is the mayor of Atlantis?")
    assert not answer.answered
    assert isinstance(chat.model, ScriptedChat)
    assert chat.model.heard == []


def test_the_style_can_be_chosen(samples: Archive, quoted: Answer) -> None:
    chat = scripted("It rained. [1]")
    answer = written(samples, chat, style="quote")
    assert [each.text for each in answer.sentences] == [each.text for each in quoted.sentences]
    assert isinstance(chat.model, ScriptedChat)
    assert chat.model.heard == []
    with pytest.raises(QuestionError, match="quote, written"):
        ask(QUESTION, samples, style="sung")  # type: ignore[arg-type]


def test_parts_add_up_and_a_draft_is_marked(samples: Archive, quoted: Answer) -> None:
    true = quoted.sentences[0].text
    answerer = WritingAnswerer(scripted(f"{true} [1]", pause=0.05), samples, StatementCheck(Trusting()))
    parts = list(build_chain(samples, answerer=answerer).stream(QUESTION))
    drafts = [part for part in parts if part.draft]
    assert drafts
    assert "not checked yet" in answer_markdown(drafts[0], 0)
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    assert total.draft == ""
    assert [each.text for each in total.sentences] == [true]


def test_the_same_question_is_not_paid_for_twice(samples: Archive, quoted: Answer) -> None:
    chat = scripted(f"{quoted.sentences[0].text} [1]")
    answerer = WritingAnswerer(chat, samples, StatementCheck(Trusting()))
    chain = build_chain(samples, answerer=answerer)
    first, second = chain.invoke(QUESTION), chain.invoke(QUESTION)
    assert isinstance(chat.model, ScriptedChat)
    assert len(chat.model.heard) == 1
    assert first.cost is not None
    assert second.cost is not None
    assert second.cost.cached
    assert not first.cost.cached
    assert replace(second, cost=first.cost) == first


def test_the_weakest_passages_are_left_out_whole(samples: Archive) -> None:
    few, many = scripted("NO ANSWER", context=1_500), scripted("NO ANSWER", context=8_000)
    for chat in (few, many):
        written(samples, chat)
    assert isinstance(few.model, ScriptedChat)
    assert isinstance(many.model, ScriptedChat)
    told, whole = (str(chat.heard[0][-1].content) for chat in (few.model, many.model))
    assert 0 < told.count("end of passage") < whole.count("end of passage")
    for passage in told.split("[[")[1::2]:
        assert passage.split("]]", 1)[1].split("[[")[0].strip() in whole


def test_a_marker_that_points_nowhere_is_set_right(samples: Archive, quoted: Answer) -> None:
    true = quoted.sentences[0].text
    for marker in ("", "[99]", "[0]"):
        answer = written(samples, scripted(f"{true} {marker}"))
        assert answer.citations[0].quote == true
