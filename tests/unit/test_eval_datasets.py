from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.datasets import multihop, realtimeqa, squad, written
from evals.datasets.base import DataMissing, find, read_json, read_lines
from evals.datasets.realtimeqa import MOST_HOLDERS, Item, Quiz, is_wordy

pytestmark = pytest.mark.part("evals")

Json = dict[str, Any]


def save(path: Path, content: object, packed: bool = False) -> Path:
    path = path.with_name(path.name + ".gz") if packed else path
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


def lines(records: Sequence[Json]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


# Files


def test_a_file_is_found_packed_or_not_and_the_first_name_first(tmp_path: Path) -> None:
    second = save(tmp_path / "second.json", [2], packed=True)
    assert find(tmp_path, "first.json", "second.json") == second
    first = save(tmp_path / "first.json", [1])
    assert find(tmp_path, "first.json", "second.json") == first
    assert (read_json(first), read_json(second)) == ([1], [2])


def test_a_missing_file_is_told_with_the_folder_and_the_names(tmp_path: Path) -> None:
    with pytest.raises(DataMissing) as missing:
        find(tmp_path / "none", "a.json", "b.json")
    assert (
        str(missing.value)
        == f"{tmp_path / 'none'} holds no a.json[.gz] or b.json[.gz]; --data names the folder that contains it"
    )


@pytest.mark.parametrize(
    ("text", "message"), [('{"a": 1}\n\n{', "line 3: "), ("[1]\n", "line 1: a JSON list, not an object")]
)
def test_a_line_that_is_no_object_is_told_with_its_number(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataMissing, match=message):
        list(read_lines(save(tmp_path / "a.jsonl", text)))


def test_what_is_no_json_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"a\.json: .*; expected a JSON file"):
        read_json(save(tmp_path / "a.json", "{"))


# Quizzes

SINKING = "The ferry Long Way sank off Cape Morrow on Monday. Captain Delphine Roake was the last to leave."


def article(name: str, text: str = SINKING, published: str | None = "2031-03-04", title: str = "Ferry sinks") -> Json:
    return {
        "url": f"https://news.example/{name}",
        "title": title,
        "published": published,
        "authors": ["Ines Vo"],
        "text": text,
    }


def question(
    number: int | str = 1,
    answers: Sequence[str] = ("Delphine Roake",),
    names: Sequence[str] = ("ferry",),
    asked: str = "2031-03-04",
    words: str = "Who was captain of the Long Way?",
) -> Json:
    return {
        "id": f"20310304_{number}",
        "asked": asked,
        "source": "Example",
        "question": words,
        "choices": ["Ines Vo", "Delphine Roake"],
        "answers": list(answers),
        "urls": [f"https://news.example/{name}" for name in names],
    }


def quiz_of(
    folder: Path, questions: Sequence[Json], stories: Sequence[Json], packed: bool = False, **options: Any
) -> Quiz:
    save(folder / "questions.jsonl", lines(questions), packed)
    save(folder / "articles.jsonl", lines(stories), packed)
    return realtimeqa.load(folder, **options)


def item_of(folder: Path, asked: Json, stories: Sequence[Json]) -> Item:
    (item,) = quiz_of(folder, [asked], stories).items
    return item


@pytest.mark.parametrize("packed", [True, False])
def test_a_quiz_is_read_packed_or_not(tmp_path: Path, packed: bool) -> None:
    quiz = quiz_of(tmp_path, [question()], [article("ferry"), article("unasked")], packed)
    (item,) = quiz.items
    assert (item.id, item.asked, item.until, item.source) == ("20310304_1", "2031-03-04", "2031-03-06", "Example")
    assert item.answers == ("Delphine Roake",)
    assert item.urls == ("https://news.example/ferry",)
    assert (item.findable, item.stands, item.withdrawable) == (True, True, True)
    assert item.holders == ("https://news.example/ferry",)
    (one,) = quiz.articles  # what no question lists is no part of it
    assert one.to_record() == article("ferry") | {"day": 20310304}
    assert one.whole == f"Ferry sinks\n\n{SINKING}"
    assert quiz.quiz_pages == 0


def test_the_digest_changes_with_the_articles_alone(tmp_path: Path) -> None:
    first = quiz_of(tmp_path, [question()], [article("ferry")]).digest
    assert quiz_of(tmp_path, [question(2, answers=["Vo"])], [article("ferry")]).digest == first
    assert quiz_of(tmp_path, [question()], [article("ferry", SINKING + " It rained.")]).digest != first
    assert len(first) == 12


@pytest.mark.parametrize("missing", ["questions.jsonl", "articles.jsonl"])
def test_a_quiz_without_one_of_its_files_is_told(tmp_path: Path, missing: str) -> None:
    quiz_of(tmp_path, [question()], [article("ferry")])
    (tmp_path / missing).unlink()
    with pytest.raises(DataMissing) as told:
        realtimeqa.load(tmp_path)
    assert str(tmp_path) in str(told.value)
    assert f"{missing}[.gz]" in str(told.value)


@pytest.mark.parametrize("key", ["id", "asked", "question", "answers", "urls"])
def test_a_question_without_one_of_its_facts_is_told(tmp_path: Path, key: str) -> None:
    short = question(2)
    del short[key]
    with pytest.raises(DataMissing, match=rf"questions\.jsonl, record 2: no {key}$"):
        quiz_of(tmp_path, [question(), short], [article("ferry")])


@pytest.mark.parametrize("key", ["url", "text"])
def test_an_article_without_address_or_text_is_told(tmp_path: Path, key: str) -> None:
    short = article("ferry")
    del short[key]
    with pytest.raises(DataMissing, match=rf"articles\.jsonl, record 1: an article has no {key}$"):
        quiz_of(tmp_path, [question()], [short])


@pytest.mark.parametrize("key", ["title", "published", "authors"])
def test_an_article_may_lack_other_facts(tmp_path: Path, key: str) -> None:
    short = article("ferry")
    del short[key]
    assert len(quiz_of(tmp_path, [question()], [short]).articles) == 1


def test_questions_without_an_article_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="none of the addresses"):
        quiz_of(tmp_path, [question(names=["lost"]) | {"urls": None}, question(2, names=["gone"])], [article("ferry")])


@pytest.mark.parametrize(
    "odd",
    [
        {"asked": "4 March 2031"},
        {"asked": "2031-02-30"},
        {"asked": None},
        {"answers": []},
        {"answers": None},
        {"answers": ["the", "..."]},
        {"question": " "},
    ],
)
def test_a_question_that_cannot_be_scored_is_left_out_and_counted(tmp_path: Path, odd: Json) -> None:
    quiz = quiz_of(tmp_path, [question() | odd, question(2)], [article("ferry")])
    assert [item.id for item in quiz.items] == ["20310304_2"]
    assert quiz.unusable == 1


@pytest.mark.parametrize("asked", ["2031-03-04T21:00:00Z", "20310304", 20310304])
def test_a_day_is_read_in_its_usual_forms(tmp_path: Path, asked: Any) -> None:
    assert item_of(tmp_path, question() | {"asked": asked}, [article("ferry")]).until == "2031-03-06"


def test_years_choose_questions_and_their_articles(tmp_path: Path) -> None:
    questions = [question(1), question(2, names=["later"], asked="2032-01-01")]
    articles = [article("ferry"), article("later", published="2031-12-30")]
    quiz = quiz_of(tmp_path, questions, articles, years=[2032])
    assert [item.id for item in quiz.items] == ["20310304_2"]
    assert [each.url for each in quiz.articles] == ["https://news.example/later"]
    assert len(quiz_of(tmp_path, questions, articles).items) == 2
    with pytest.raises(DataMissing, match="no question of 2029, 2030"):
        realtimeqa.load(tmp_path, [2029, 2030])


def test_a_quiz_without_questions_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="no question of any year"):
        quiz_of(tmp_path, [], [article("ferry")])


def test_an_id_that_comes_again_is_told_apart(tmp_path: Path) -> None:
    other = question(1, words="Who owns the Long Way?")
    quiz = quiz_of(tmp_path, [question(1), question(1), question(2), other], [article("ferry")])
    assert [item.id for item in quiz.items] == ["20310304_1", "20310304_2", "20310304_1+"]


@pytest.mark.parametrize(
    "page",
    [
        article("news-QUIZ-of-the-week"),
        article("page", title="The Quiz: what sank?"),
        article("page", "1. WHO was captain\n of the  Long Way? a) Vo b) Roake"),
    ],
)
def test_pages_that_print_the_quiz_are_left_out(tmp_path: Path, page: Json) -> None:
    name = page["url"].rpartition("/")[2]
    quiz = quiz_of(tmp_path, [question(names=[name, "ferry"])], [page, article("ferry", "A ferry sank.")])
    assert quiz.quiz_pages == 1
    assert [each.url for each in quiz.articles] == ["https://news.example/ferry"]
    assert (quiz.items[0].findable, quiz.items[0].stands, quiz.items[0].holders) == (False, False, ())


def test_an_article_that_shares_words_with_a_question_stays(tmp_path: Path) -> None:
    text = "Who was captain? Delphine Roake, of the Long Way."
    quiz = quiz_of(tmp_path, [question()], [article("ferry", text)])
    assert (quiz.quiz_pages, len(quiz.articles)) == (0, 1)


def test_a_page_that_prints_another_question_of_the_year_is_left_out(tmp_path: Path) -> None:
    page = article("page", "What sank off Cape Morrow? Who was captain?")
    questions = [question(1, names=["page"]), question(2, words="What sank off Cape Morrow?")]
    assert quiz_of(tmp_path, questions, [page, article("ferry")]).quiz_pages == 1


@pytest.mark.parametrize(
    ("published", "found"),
    [
        ("2031-03-01", True),
        ("2031-03-06", True),
        ("2031-03-07", False),
        ("2031-03-06T23:59:00Z", True),
        ("2031-03-07T00:10:00+02:00", False),
        (None, False),  # found on no day
    ],
)
def test_an_answer_is_findable_up_to_two_days_after_the_quiz(
    tmp_path: Path, published: str | None, found: bool
) -> None:
    item = item_of(tmp_path, question(), [article("ferry", published=published)])
    assert (item.findable, item.stands) == (found, found)
    assert item.holders == ("https://news.example/ferry",)  # whatever its day, it is withdrawn


def test_an_answer_in_an_unlisted_article_stands_and_is_not_findable(tmp_path: Path) -> None:
    questions = [question(1, names=["dull"]), question(2, names=["ferry"])]
    quiz = quiz_of(tmp_path, questions, [article("dull", "Nothing sank."), article("ferry")])
    assert [(item.findable, item.stands) for item in quiz.items] == [(False, True), (True, True)]
    assert quiz.items[0].holders == ("https://news.example/ferry",)


def test_an_answer_in_a_headline_alone_does_not_stand_but_is_withdrawn(tmp_path: Path) -> None:
    item = item_of(tmp_path, question(), [article("ferry", "She left last.", title="Delphine Roake left last")])
    assert (item.findable, item.stands) == (False, False)
    assert item.holders == ("https://news.example/ferry",)


def test_one_of_several_answers_is_enough(tmp_path: Path) -> None:
    item = item_of(tmp_path, question(answers=["Ines Vo", "DELPHINE roake."]), [article("ferry")])
    assert item.findable
    assert item.holders == ("https://news.example/ferry",)


def test_an_answer_stands_at_word_borders_only(tmp_path: Path) -> None:
    item = item_of(tmp_path, question(answers=["Long Way s"]), [article("ferry")])
    assert (item.findable, item.stands, item.withdrawable, item.holders) == (False, False, True, ())


@pytest.mark.parametrize(
    ("answer", "wordy"),
    [
        ("Roake", True),
        ("Oslo", True),
        ("712 million", False),
        ("$19 million", False),
        ("Twenty-one", False),
        ("“Ada”", False),
        ("Seven Sisters", True),
        ("712 million crowns", True),
        ("712", False),
        ("1,500", False),
        ("$12.50", False),
        ("2031", False),
        ("Vo", False),
        (" Ada ", False),
    ],
)
def test_numbers_and_short_answers_are_not_withdrawn(tmp_path: Path, answer: str, wordy: bool) -> None:
    assert is_wordy(answer) is wordy
    item = item_of(tmp_path, question(answers=["Delphine Roake", answer]), [article("ferry", f"{SINKING} {answer}")])
    assert item.withdrawable is wordy
    assert bool(item.holders) is wordy
    assert item.findable
    assert item.stands


@pytest.mark.parametrize(("holders", "withdrawable"), [(MOST_HOLDERS, True), (MOST_HOLDERS + 1, False)])
def test_an_answer_in_very_many_articles_is_not_withdrawn(tmp_path: Path, holders: int, withdrawable: bool) -> None:
    names = [f"ferry-{n}" for n in range(holders)]
    item = item_of(tmp_path, question(names=names), [article(name) for name in names])
    assert item.withdrawable is withdrawable
    assert len(item.holders) == (holders if withdrawable else 0)
    assert item.stands


def test_a_part_of_the_articles_is_always_the_same(tmp_path: Path) -> None:
    questions = [question(n, names=[f"{n}-a", f"{n}-b"]) for n in range(20)]
    articles = [article(f"{n}-{letter}", f"{SINKING} {n}{letter}") for n in range(20) for letter in "ab"]
    part = quiz_of(tmp_path, questions, articles, articles=9)
    assert (len(part.items), len(part.articles)) == (5, 10)
    ids = [item.id for item in part.items]
    assert ids == [each["id"] for each in questions if each["id"] in ids]  # in the data's order
    backwards = quiz_of(tmp_path, questions[::-1], articles[::-1], articles=9)
    assert {item.id for item in backwards.items} == set(ids)
    more = realtimeqa.load(tmp_path, articles=20)
    assert set(ids) < {item.id for item in more.items}
    for item in part.items:
        assert set(item.urls) <= {each.url for each in part.articles}
    assert len(realtimeqa.load(tmp_path, articles=1000).items) == 20


def test_fewer_questions_are_asked_of_the_same_archive(tmp_path: Path) -> None:
    questions = [question(n, names=[f"{n}"]) for n in range(6)]
    articles = [article(f"{n}") for n in range(6)]
    whole = quiz_of(tmp_path, questions, articles)
    cut = realtimeqa.load(tmp_path, limit=2)
    assert cut.items == whole.items[:2]
    assert (cut.articles, cut.digest) == (whole.articles, whole.digest)
    part = realtimeqa.load(tmp_path, articles=4)
    assert realtimeqa.load(tmp_path, articles=4, limit=1).articles == part.articles


# SQuAD's form


def squad_file(*asked: Json) -> Json:
    paragraph = {"context": "Cape Morrow has 712 people.", "qas": list(asked)}
    return {"version": "x", "data": [{"title": "Cape_Morrow_(town)", "paragraphs": [paragraph]}]}


OF_1_1 = {
    "id": "one",
    "question": "How many live there?",
    "answers": [{"text": t, "answer_start": 0} for t in ("712", "712 people", "712")],
}
OF_2_0 = {
    "id": "two",
    "question": "Who is its mayor?",
    "is_impossible": True,
    "answers": [],
    "plausible_answers": [{"text": "Cape Morrow", "answer_start": 0}],
}


@pytest.mark.parametrize("packed", [True, False])
def test_squad_is_read_in_both_its_forms(tmp_path: Path, packed: bool) -> None:
    save(tmp_path / "dev.json", squad_file(OF_1_1, OF_1_1 | {"id": "three", "is_impossible": False}, OF_2_0), packed)
    first, third, second = squad.load_squad(tmp_path, ("other.json", "dev.json"))
    assert first == squad.Item(
        "one", "Cape Morrow (town)", "Cape Morrow has 712 people.", "How many live there?", ("712", "712 people")
    )
    assert third.answers == first.answers
    assert (second.id, second.answers) == ("two", ())


def test_a_question_without_an_answer_keeps_none_of_the_plausible_ones(tmp_path: Path) -> None:
    wrong = OF_2_0 | {"answers": [{"text": "Cape Morrow", "answer_start": 0}]}
    (item,) = squad.load_squad(save(tmp_path / "any-name.json", squad_file(wrong)), ())
    assert item.answers == ()


@pytest.mark.parametrize("content", [{}, [], {"data": [{"title": "T"}]}, {"data": 5}])
def test_a_file_of_another_form_is_told(tmp_path: Path, content: object) -> None:
    save(tmp_path / "dev.json", content)
    with pytest.raises(DataMissing, match=r"dev\.json does not have the format of SQuAD"):
        squad.load_squad(tmp_path, ("dev.json",))


def test_a_folder_without_squad_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"holds no dev\.json\[\.gz\]"):
        squad.load_squad(tmp_path, ("dev.json",))


# OneStopQA


def onestop(spans: Sequence[Sequence[int]] = ((1, 2), (0, 1, 5, 6))) -> Json:
    asked = [
        {"question": "What sank?", "answers": ["A ferry", "A bus", "A mill", "A dog"]},
        {"question": "Who left?", "answers": ["Its captain", "A dog", "Nobody", "All"]},
    ]
    levels = {
        level: {"context": f"{word} ferry sank and then she left last", "a_spans": [list(s) for s in spans]}
        for level, word in (("Adv", "Yon"), ("Int", "The"), ("Ele", "A"))
    }
    return {"data": [{"title": "Sunk", "paragraphs": [levels | {"qas": asked}]}]}


def test_onestopqa_asks_each_question_at_each_level(tmp_path: Path) -> None:
    save(tmp_path / "onestop_qa.json", onestop(), packed=True)
    items = squad.load_onestopqa(tmp_path)
    assert [item.id for item in items] == [
        f"Sunk/0/{index}/{level}" for level in ("advanced", "intermediate", "elementary") for index in (0, 1)
    ]
    first, second = items[:2]
    assert first.context == "Yon ferry sank and then she left last"
    assert first.answers == ("A ferry", "ferry sank")
    assert second.question == "Who left?"
    assert second.answers == ("Its captain", "Yon ferry she left")  # a span of two parts
    assert items[-1].answers == ("Its captain", "A ferry she left")


@pytest.mark.parametrize("content", [{}, onestop([(0, 1)]), onestop([(0, 1, 2), (0, 1)])])
def test_onestopqa_of_another_form_is_told(tmp_path: Path, content: Json) -> None:
    with pytest.raises(DataMissing, match="does not have the format of OneStopQA"):
        squad.load_onestopqa(save(tmp_path / "onestop_qa.json", content))


# MultiHop-RAG


def evidence(number: int, words: str = "", **more: str | None) -> Json:
    return {
        "title": f"Ferry {number}",
        "source": "Valley Wire",
        "published_at": "2031-03-04T10:00:00+00:00",
        "url": f"https://news.example/{number}",
        "fact": words or f"Ferry {number} sank.",
        "author": "Ines Vo",
        **more,
    }


QUERIES = {
    "queries": [
        {"id": "m1", "question_type": "inference_query", "question": "Which ferry sank twice?"},
        {"id": "m2", "question_type": "null_query", "question": "Who raised it?"},
        {"id": "m3", "question_type": "temporal_query", "question": "Which sank first?"},
    ]
}
TRUTH = {
    "m1": {"answer": "Long Way", "evidence_list": [evidence(1), evidence(2, author=None), evidence(1)]},
    "m2": {"answer": "Insufficient information.", "evidence_list": []},
    "m3": {"answer": "ferry 2", "evidence_list": [evidence(2), evidence(2, "It sank again.")]},
}


@pytest.mark.parametrize("folder", ["", "multihop_rag"])
def test_multihop_makes_a_document_of_each_fact(tmp_path: Path, folder: str) -> None:
    save(tmp_path / folder / "queries.json", QUERIES)
    save(tmp_path / folder / "ground_truth.json", TRUTH, packed=True)
    items, facts = multihop.load(tmp_path)
    assert [(item.id, item.kind, item.answer, item.evidence) for item in items] == [
        ("m1", "inference", "Long Way", ("fact-0", "fact-1")),
        ("m2", "null", "Insufficient information.", ()),
        ("m3", "temporal", "ferry 2", ("fact-1", "fact-2")),
    ]
    assert [(fact.id, fact.text, fact.author) for fact in facts] == [
        ("fact-0", "Ferry 1 sank.", "Ines Vo"),
        ("fact-1", "Ferry 2 sank.", ""),
        ("fact-2", "It sank again.", "Ines Vo"),
    ]
    assert facts[0].to_record() == {
        "guid": "fact-0",
        "title": "Ferry 1",
        "publisher": "Valley Wire",
        "author": "Ines Vo",
        "published": "2031-03-04T10:00:00+00:00",
        "url": "https://news.example/1",
        "text": "Ferry 1 sank.",
    }


@pytest.mark.parametrize("truth", [{}, {"m1": {"answer": "Long Way"}}, []])
def test_multihop_of_another_form_is_told(tmp_path: Path, truth: object) -> None:
    save(tmp_path / "queries.json", QUERIES)
    save(tmp_path / "ground_truth.json", truth)
    with pytest.raises(DataMissing, match="does not have the format of MultiHop-RAG"):
        multihop.load(tmp_path)


def test_a_folder_without_multihop_is_told(tmp_path: Path) -> None:
    save(tmp_path / "queries.json", QUERIES)
    with pytest.raises(DataMissing, match=r"ground_truth\.json"):
        multihop.load(tmp_path)


# Our own questions


def test_our_own_questions_are_many_of_many_kinds_and_a_third_has_no_answer() -> None:
    items = written.load("sample_questions")
    assert len(items) >= 90
    assert {"when", "who", "said", "how many", "yes/no", "why", "how"} <= {item.kind for item in items}
    assert sum(not item.answerable for item in items) / len(items) == pytest.approx(1 / 3, abs=0.05)
    assert len({item.id for item in items}) == len({item.question for item in items}) == len(items)


def test_the_halves_are_all_of_our_questions_and_alike() -> None:
    halves = [written.load("sample_questions", half) for half in written.HALVES]
    assert sorted(item.id for half in halves for item in half) == sorted(
        item.id for item in written.load("sample_questions")
    )
    for half in halves:
        assert len(half) >= 45
        assert sum(not item.answerable for item in half) / len(half) == pytest.approx(1 / 3, abs=0.05)


@pytest.mark.parametrize("name", ["sample_questions", "seed_questions"])
def test_what_has_an_answer_has_evidence_and_nothing_else_has(name: str) -> None:
    for item in written.load(name):
        assert bool(item.evidence) is item.answerable, item.id
        assert item.answerable or not item.short, item.id


def test_a_file_of_questions_that_is_not_there_is_told() -> None:
    with pytest.raises(DataMissing, match="is part of the project"):
        written.load("nothing")
