"""What is read from the sets of data that people made: questions, retyped questions and statements."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.datasets.base import DataMissing
from tests.training_data import (
    EVIDENCE,
    HARD,
    NEWS,
    SIMPLE,
    TALE,
    amr,
    coreference,
    fooled,
    missed,
    place,
    search,
    tale,
    write_json,
    write_lines,
    write_sets,
)
from training import sources, statements
from training.groups import Group
from training.questions import Asked, Paragraph
from training.retyping import mistyped, retyped
from training.statements import NEITHER, NOT_SUPPORTED, REFUTED, SUPPORTED, Statement, make_statements

pytestmark = pytest.mark.part("training")


def dice(seed: int = 1) -> random.Random:
    return random.Random(seed)


# Retyping

ASKED = "Which minister praised the assembly of Oskell before the election in 1874?"


def test_the_same_seed_retypes_in_the_same_way_and_seven_questions_in_ten_stay() -> None:
    made = [retyped(dice(seed), ASKED) for seed in range(3_000)]
    assert made == [retyped(dice(seed), ASKED) for seed in range(3_000)]
    assert 0.67 < made.count(ASKED) / len(made) < 0.74
    assert len(set(made)) > 100


def test_questions_become_keywords_have_errors_or_words_around_them_or_lose_their_mark() -> None:
    made = {retyped(dice(seed), ASKED) for seed in range(3_000)} - {ASKED}
    assert "minister praised assembly Oskell before election 1874" in made
    assert ASKED.rstrip("?") in made
    assert any(text.startswith("Please tell me, which minister") and ASKED[1:] in text for text in made)
    assert any(text.endswith("1874? Any idea?") for text in made)
    words = ASKED.split()
    wrong = [
        sum(one != other for one, other in zip(text.split(), words, strict=True))
        for text in made
        if len(text.split()) == len(words) and text.endswith("?")
    ]
    assert set(wrong) == {1, 2}
    assert len(wrong) > 50


@given(st.text(min_size=1), st.integers(0, 10_000))
def test_whatever_is_asked_something_is_left_of_it(question: str, seed: int) -> None:
    assert retyped(dice(seed), question)
    assert retyped(dice(seed), question) == retyped(dice(seed), question)


@pytest.mark.parametrize("question", ["?", "???", " ", "\n\t", "Why?", "is it"])
def test_a_question_of_nearly_nothing_is_never_empty(question: str) -> None:
    assert all(retyped(dice(seed), question) for seed in range(300))


@given(st.text(alphabet="abcdefgh", min_size=1, max_size=12), st.integers(0, 10_000))
def test_an_error_changes_no_more_than_two_letters(word: str, seed: int) -> None:
    made = mistyped(dice(seed), word)
    assert abs(len(made) - len(word)) <= 1
    if len(word) < 5:
        assert made == word
    elif len(made) == len(word):
        assert sum(a != b for a, b in zip(made, word, strict=True)) <= 2
    else:
        longer, shorter = sorted((made, word), key=len, reverse=True)
        assert any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


# Near-misses that people wrote

CONTEXT = "The ferry was raised by Odo Crail in 1874."


def squad(title: str) -> Paragraph:
    asked = Asked(f"{title}-1", "Who raised the ferry?", (CONTEXT.index("Odo"), CONTEXT.index("Odo") + 9))
    return Paragraph(title, CONTEXT, (asked,))


SQUAD = [squad("Port of Oskell"), squad("Ulverne (town)")]


def near_misses(folder: Path, rows: list[dict[str, Any]], held: list[Paragraph] | None = None) -> list[Group]:
    write_lines(folder / "squad2_unanswerable_pairs" / "pairs.jsonl", rows)
    return list(sources.near_misses(dice(), folder, SQUAD, held or []))


def test_near_misses_have_no_answer_and_half_of_them_their_answered_twin(tmp_path: Path) -> None:
    rows = [missed("Port_of_Oskell", number) for number in range(80)]
    made = near_misses(tmp_path, rows)
    assert made == near_misses(tmp_path, rows)
    unanswerable = [group for group in made if group.kind == "near-miss"]
    twins = [group for group in made if group.kind == "twin"]
    assert len(unanswerable) == 80
    assert 25 < len(twins) < 55
    assert len(made) == len(unanswerable) + len(twins)
    assert all(group.answer is None and group.wanted == () for group in unanswerable)
    assert {group.question for group in unanswerable} == {
        f"Who didn't dig the tunnel of {1900 + number}, Marta Pell's son ?" for number in range(80)
    }
    for group in twins:
        assert group.answer is not None
        at, span = group.answer
        assert (at, group.pages[at].text[slice(*span)], group.wanted) == (0, "Marta Pell", ("Marta Pell",))
        assert group.question.removeprefix("Who dug the tunnel of ").rstrip("?") in group.pages[0].text


def test_titles_are_the_same_however_their_marks_are_written(tmp_path: Path) -> None:
    made = near_misses(tmp_path, [missed("ulverne_(town)", 1), missed("Port of Oskell", 2)])
    assert sum(group.kind == "near-miss" for group in made) == 2


def test_near_misses_of_held_out_and_of_other_titles_are_left_out(tmp_path: Path) -> None:
    rows = [missed("Port_of_Oskell", 1), missed("Ulverne_(town)", 2), missed("Brisk_Tarn", 3)]
    kinds = [group.question for group in near_misses(tmp_path, rows, held=[squad("Ulverne Town")])]
    assert all("1901" in question for question in kinds)
    assert kinds


def test_a_near_miss_whose_answer_is_not_where_it_says_is_left_out(tmp_path: Path) -> None:
    row = missed("Port_of_Oskell", 1)
    wrong = row | {"answers": [{"text": "Marta Pell", "answer_start": 3}]}
    assert near_misses(tmp_path, [wrong]) == []
    assert near_misses(tmp_path, [row])


# Other questions


def write_questions(
    folder: Path,
    tales: Iterable[dict[str, Any]] = (),
    searches: Iterable[dict[str, Any]] = (),
    quoref: dict[str, Any] | None = None,
    qamr: Iterable[dict[str, Any]] = (),
) -> Path:
    write_lines(folder / "fairytaleqa" / "qa.jsonl", tales)
    write_lines(folder / "nq_open_oracle" / "nq-open-oracle.jsonl", searches)
    write_json(folder / "quoref_dev" / "quoref-dev-v0.1.json", quoref or {"data": []})
    write_lines(folder / "qamr" / "qa.jsonl", qamr)
    write_lines(folder / "gum_wikinews" / "articles.jsonl", [{"text": "Odo Crail, who was old, left. He sailed."}])
    return folder


def answers(folder: Path) -> list[str]:
    """The answers of all other questions, which stand where their groups say."""
    found = []
    for group in sources.other_questions(dice(), folder):
        assert group.answer is not None
        at, span = group.answer
        assert group.wanted == (group.pages[at].text[slice(*span)],)
        found.append(group.wanted[0])
    return found


def test_each_set_of_other_questions_gives_its_kind(tmp_path: Path) -> None:
    made = list(sources.other_questions(dice(), write_sets(tmp_path)))
    assert made == list(sources.other_questions(dice(), tmp_path))
    assert [group.kind for group in made] == ["fairytales", "searches", "coreferences", "sentences"]
    assert answers(tmp_path) == ["he ran too fast", "Pell", "Odo Crail", "The ferry"]
    assert [page.heading for group in made for page in group.pages] == ["-", "Oskell", "A tale", "-"]


def test_three_questions_in_ten_are_retyped(tmp_path: Path) -> None:
    rows = [search(f"who dug the tunnel number {n} of oskell", ["Pell"], "Pell dug it.") for n in range(400)]
    made = list(sources.other_questions(dice(), write_questions(tmp_path, searches=rows)))
    assert len(made) == 400
    assert 0.6 < sum(group.question == row["question"] for group, row in zip(made, rows, strict=True)) / 400 < 0.8


def test_of_tales_what_stands_in_them_is_asked(tmp_path: Path) -> None:
    rows = [
        tale("Who?", "a King who"),  # over a single line break, and in small letters
        tale("Who?", "a king", "implicit"),
        tale("Who?", "a queen"),
        tale("Who?", "a king", passage=TALE + " and so on" * 170),
    ]
    assert answers(write_questions(tmp_path, rows)) == ["a king who"]
    (group,) = sources.other_questions(dice(), tmp_path)
    assert group.pages[0].text in TALE.replace("king\nwho", "king who")


def test_of_searches_those_are_asked_whose_passage_has_an_answer(tmp_path: Path) -> None:
    rows = [
        search("who", ["Crail", "Pell"], "It was Pell, and Pell only."),
        search("who", ["Crail"], "It was Pell."),
    ]
    assert answers(write_questions(tmp_path, searches=rows)) == ["Pell"]


def test_of_coreferences_those_with_one_answer_are_asked(tmp_path: Path) -> None:
    quoref = coreference(("Who left?", ["Odo Crail"]), ("Who?", ["Odo Crail", "He"]), text="Odo Crail left. He sailed.")
    wrong = {"question": "Whom?", "answers": [{"text": "Odo Crail", "answer_start": 5}]}
    quoref["data"][0]["paragraphs"][0]["qas"].append(wrong)
    assert answers(write_questions(tmp_path, quoref=quoref)) == ["Odo Crail"]


def test_a_sentence_is_asked_eight_times_at_most_and_not_where_it_is_evaluated_with(tmp_path: Path) -> None:
    rows = [amr(1, HARD, f"What ceased {number}?", "ferry") for number in range(12)]
    rows += [amr(2, "Odo Crail , who was old , left .", "Who left?", "Odo Crail")]
    rows += [amr(3, "The reef is old .", "What is old?", "the harbour"), amr(4, "It sank .", "What sank?", "It")]
    assert sorted(answers(write_questions(tmp_path, qamr=rows))) == ["It", *["ferry"] * 8]


# Statements


def test_claims_of_fever_have_the_label_of_their_evidence_or_evidence_on_the_same_name(tmp_path: Path) -> None:
    write_sets(tmp_path)
    rows: list[dict[str, Any]] = [
        {
            "claim": f"Oskell has harbour {n}.",
            "evidence": f"Oskell has a harbour, number {n} .",
            "supported": n % 2 == 0,
        }
        for n in range(60)
    ]
    write_lines(tmp_path / "fever_dev_pairs" / "pairs.jsonl", rows)
    made = list(statements.fever(dice(), tmp_path))
    of_rows = [each for each in made if each.label in (SUPPORTED, REFUTED)]
    assert [(each.text, each.label == SUPPORTED) for each in of_rows] == [(r["claim"], r["supported"]) for r in rows]
    assert all(row["evidence"] in each.page.text for row, each in zip(rows, of_rows, strict=True))
    alone = sum(row["evidence"] == each.page.text for row, each in zip(rows, of_rows, strict=True))
    assert 15 < alone < 45
    others = [each for each in made if each.label == NOT_SUPPORTED]
    assert 5 < len(others) < 25
    supported = {row["claim"]: row["evidence"] for row in rows if row["supported"]}
    assert all(each.page.text != supported[each.text] and "Oskell" in each.page.text for each in others)


def test_claims_of_fever_symmetric_have_evidence_for_and_against(tmp_path: Path) -> None:
    made = list(statements.fever_symmetric(dice(), write_sets(tmp_path)))
    assert [each.label for each in made] == [SUPPORTED, REFUTED] * 3
    assert all(EVIDENCE[0] in each.page.text for each in made)
    fields = ["evidence_sentence", "evidence", "evidence"]
    assert [each.text for each in made[::2]] == [f"Odo Crail was a captain ({field})." for field in fields]


def test_claims_of_fool_me_twice_have_their_evidence_alone_or_with_what_was_found(tmp_path: Path) -> None:
    rows = [fooled(f"It ran {n}.", "SUPPORTS" if n % 3 else "REFUTES", f"It did run {n}.") for n in range(40)]
    for part in ("dev", "test"):
        write_lines(tmp_path / "fool_me_twice" / f"{part}.jsonl", rows)
    made = list(statements.fool_me_twice(dice(), tmp_path))
    beside = " ".join(f"Beside it stands the sentence number {number}." for number in range(3))
    for row, each in zip(rows * 2, made, strict=True):
        assert (each.text, each.label) == (row["text"], SUPPORTED if row["label"] == "SUPPORTS" else REFUTED)
        assert each.page.text in (row["gold_evidence"][0]["text"], f"{row['gold_evidence'][0]['text']} {beside}")
    assert 20 < sum(each.page.text.endswith(beside) for each in made) < 60


def test_sentences_of_news_at_three_levels_support_each_other_unless_corrupted(tmp_path: Path) -> None:
    row = {"a": HARD, "b": SIMPLE, "overlaps_onestopqa": False}
    left_out = [{"a": "Short.", "b": SIMPLE, "overlaps_onestopqa": False}, row | {"overlaps_onestopqa": True}]
    write_lines(tmp_path / "onestopenglish" / "texts.jsonl", [{"text": NEWS}])
    for levels in ("ADV-ELE", "ADV-INT", "ELE-INT"):
        write_lines(tmp_path / "onestopenglish" / f"aligned.{levels}.jsonl", [*[row] * 20, *left_out])
    made = list(statements.one_stop_english(dice(), tmp_path))
    supported = [each for each in made if each.label == SUPPORTED]
    changed = [each for each in made if each.label == NOT_SUPPORTED]
    assert len(made) == len(supported) + len(changed) <= 60
    assert min(len(supported), len(changed)) > 10
    assert {each.text for each in supported} == {HARD, SIMPLE}
    assert not {each.text for each in changed} & {HARD, SIMPLE}
    for each in supported:
        other = SIMPLE if each.text == HARD else HARD
        assert other in each.page.text
        assert each.page.text in (SIMPLE, NEWS) or each.page.text in NEWS
    assert len({each.page.text for each in supported}) > 3  # with sentences around


def test_all_statements_are_made_with_the_same_seed_again_and_none_is_empty(tmp_path: Path) -> None:
    write_sets(tmp_path)
    paragraphs = [
        Paragraph(
            "Port of Oskell", text, tuple(Asked(f"{n}-{at}", f"Who raised ferry {n}?", (20, 29)) for at in (0, 1))
        )
        for n in range(20)
        for text in [f"Ferry {n} was raised by Odo Crail in 18{10 + n}. Its owner thanked him for his efforts. {NEWS}"]
    ]
    asked = [(own, at) for own in range(20) for at in (0, 1)]
    made = make_statements(dice(), tmp_path, paragraphs, asked)
    assert made == make_statements(dice(), tmp_path, paragraphs, asked)
    assert {each.label for each in made} == {SUPPORTED, REFUTED, NOT_SUPPORTED}
    assert all(each.text and each.page.text for each in made)
    assert statements.LABELS[NEITHER] == "neither"


# Data that is missing or has another form

FILES = {
    "squad2_unanswerable_pairs/pairs.jsonl": "near_misses",
    "fairytaleqa/qa.jsonl": "other_questions",
    "nq_open_oracle/nq-open-oracle.jsonl": "other_questions",
    "quoref_dev/quoref-dev-v0.1.json": "other_questions",
    "qamr/qa.jsonl": "other_questions",
    "gum_wikinews/articles.jsonl": "other_questions",
    "fever_dev_pairs/pairs.jsonl": "make_statements",
    "fever_symmetric/fever_symmetric_generated.jsonl": "make_statements",
    "fever_symmetric/fever_symmetric_dev.jsonl": "make_statements",
    "fever_symmetric/fever_symmetric_test.jsonl": "make_statements",
    "fool_me_twice/dev.jsonl": "make_statements",
    "fool_me_twice/test.jsonl": "make_statements",
    "onestopenglish/texts.jsonl": "make_statements",
    "onestopenglish/aligned.ADV-ELE.jsonl": "make_statements",
    "onestopenglish/aligned.ADV-INT.jsonl": "make_statements",
    "onestopenglish/aligned.ELE-INT.jsonl": "make_statements",
}
READ: dict[str, Callable[[Path], list[Group] | list[Statement]]] = {
    "near_misses": lambda folder: list(sources.near_misses(dice(), folder, [squad("Port of Oskell 1")], [])),
    "other_questions": lambda folder: list(sources.other_questions(dice(), folder)),
    "make_statements": lambda folder: make_statements(dice(), folder, [], []),
}


def told(file: str, folder: Path) -> str:
    """What is said of a file, in one line."""
    with pytest.raises(DataMissing) as raised:
        READ[FILES[file]](folder)
    message = str(raised.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("file", FILES)
def test_a_set_that_is_missing_is_told_by_the_name_of_its_file(tmp_path: Path, file: str) -> None:
    assert READ[FILES[file]](write_sets(tmp_path))
    (tmp_path / file).unlink()
    assert f"{tmp_path} holds no {file}[.gz]" in told(file, tmp_path)


@pytest.mark.parametrize("file", FILES)
def test_a_set_with_other_columns_is_told(tmp_path: Path, file: str) -> None:
    write_sets(tmp_path)
    rows = {"data": [{"title": "a", "paragraphs": [{}]}]} if file.endswith(".json") else {"title": "Port of Oskell 1"}
    (tmp_path / file).write_text(json.dumps(rows))
    message = told(file, tmp_path)
    assert "other columns: KeyError(" in message
    assert str(tmp_path) in message


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_not_of_json_is_told(tmp_path: Path, file: str) -> None:
    write_sets(tmp_path)
    (tmp_path / file).write_text("question\tanswer\n")
    assert str(tmp_path / file) in told(file, tmp_path)


@pytest.mark.parametrize(
    ("file", "row"),
    [
        ("fairytaleqa/qa.jsonl", tale("Who?", "x") | {"answers": []}),
        ("fairytaleqa/qa.jsonl", tale("Who?", "x") | {"answers": [{"text": "king"}]}),
        ("nq_open_oracle/nq-open-oracle.jsonl", search("who", ["Pell"], "Pell.") | {"ctxs": []}),
        ("squad2_unanswerable_pairs/pairs.jsonl", missed("Port_of_Oskell_1", 1) | {"answers": []}),
        (
            "squad2_unanswerable_pairs/pairs.jsonl",
            missed("Port_of_Oskell_1", 1) | {"answers": [place("a", "a")["text"]]},
        ),
        ("fool_me_twice/dev.jsonl", fooled("It ran.", "SUPPORTS", "It ran.") | {"gold_evidence": None}),
    ],
)
def test_values_of_another_kind_are_told(tmp_path: Path, file: str, row: dict[str, Any]) -> None:
    write_sets(tmp_path)
    write_lines(tmp_path / file, [row])
    assert "other columns" in told(file, tmp_path)


def test_a_set_without_a_row_is_told_where_others_need_it(tmp_path: Path) -> None:
    write_sets(tmp_path)
    (tmp_path / "fever_dev_pairs" / "pairs.jsonl").write_text("")
    assert "fever_symmetric" in told("fever_dev_pairs/pairs.jsonl", tmp_path)
