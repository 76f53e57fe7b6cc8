from __future__ import annotations

import json
from dataclasses import replace

from qa.base.answer import REFUSAL, Answer, Carrier, Citation, Nearby, Sentence, escape_markdown
from qa.question.question import Question

ONE = Citation(
    "a1", "v1", "Ferry [late]", "Gull", "2025-03-04T10:00+01:00", "https://gull.example/a b", "It is late.", 4, 15
)
TWO = Citation("a2", "v1", "Ferry *gone*", None, None, None, "It is gone.", 0, 11)
ANSWER = Answer(
    Question.parse("Where is it?"),
    answered=True,
    sentences=(Sentence("It is late.", (ONE,)), Sentence("It is gone.", (TWO, ONE))),
    short_answer="late",
    confidence=0.7,
)


def test_markers_number_citations_as_they_first_come() -> None:
    assert ANSWER.citations == (ONE, TWO)
    assert ANSWER.text == "It is late. [1] It is gone. [2][1]"


def test_a_refusal_has_its_words_and_no_citation() -> None:
    refusal = Answer(Question.parse("Who?"), answered=False, nearby=(Nearby("a1", "Ferry late", None, None, None),))
    assert refusal.text == REFUSAL
    assert refusal.citations == ()
    assert refusal.to_dict()["sentences"] == []


def test_parts_add_up_to_the_answer() -> None:
    parts = [Answer(Question.parse("Where is it?"), True, (s,), "late", 0.7) for s in ANSWER.sentences]
    assert parts[0] + parts[1] == ANSWER


def test_to_dict_is_json_with_numbered_citations() -> None:
    data = json.loads(json.dumps(ANSWER.to_dict()))
    assert [citation["number"] for citation in data["citations"]] == [1, 2]
    assert data["sentences"][1]["citations"] == [2, 1]
    assert data["citations"][0]["quote"] == "It is late."
    assert {"text", "short_answer", "answered", "confidence", "fingerprint"} <= set(data)


def test_markdown_shows_what_articles_say_as_it_is() -> None:
    markdown = ANSWER.to_markdown()
    assert "[Ferry \\[late\\]](https://gull.example/a%20b) — Gull, 2025-03-04: “It is late.”" in markdown
    assert "Ferry \\*gone\\* — undated" in markdown


def test_nothing_in_a_text_is_markdown_once_escaped() -> None:
    assert escape_markdown("# a\nb ![c](http://d) <e> `f` $g$ _h_") == (
        "\\# a b !\\[c\\](http\\://d) \\<e\\> \\`f\\` \\$g\\$ \\_h\\_"
    )
    assert escape_markdown("1. one 2-1") == "1\\. one 2-1"


def test_a_bare_address_makes_no_link_once_escaped() -> None:
    assert escape_markdown("See https://a.example/b, www.a.example and a@b.example. 2020. It") == (
        "See https\\://a.example/b, www\\.a.example and a\\@b.example. 2020. It"
    )
    assert escape_markdown("2020. It ended") == "2020\\. It ended"


def test_other_carriers_of_a_cited_story_are_named_each_once() -> None:
    others = (Carrier("a3", "Ferry [late]", "Tern", "2025-03-05", None), Carrier("a4", "Late", None, None, None))
    carried = replace(ONE, also_carried_by=others)
    answer = replace(ANSWER, sentences=(Sentence("It is late.", (carried,)), Sentence("It is gone.", (TWO, carried))))
    assert answer.also_carried_by == others
    assert ANSWER.also_carried_by == ()
    first, second = json.loads(json.dumps(answer.to_dict()))["citations"]
    assert [each["article_id"] for each in first["also_carried_by"]] == ["a3", "a4"]
    assert second["also_carried_by"] == []
    lines = answer.to_markdown().splitlines()
    assert lines[-2].endswith("Also carried by: Ferry \\[late\\] — Tern, 2025-03-05; Late — undated.")
    assert "carried" not in lines[-1]
