"""How questions become training data, and what is told of a model; tests/integration has the training itself."""

from __future__ import annotations

import gzip
import json
import math
import random
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.datasets.base import DataMissing
from evals.datasets.squad import Item
from evals.scores import exact_match, f1
from qa.language.polarity import OPPOSITES
from qa.reader.model import Scores
from qa.reader.span_inputs import Packed, Page, pack, special
from tests.examples import examples
from tests.tiny import tiny_tokenizer
from training import negatives
from training.features import (
    Checking,
    Reading,
    checking_batches,
    collate,
    encode_groups,
    encode_statements,
    load_examples,
    reading_batches,
    save_examples,
)
from training.figures import squad, support
from training.groups import Group, Mix, make_groups
from training.heldout import evaluate, pick
from training.nearmiss import (
    Case,
    near_miss,
    negate,
    remove_sentence,
    swap_name,
    swap_name_in_both,
    swap_name_in_passage,
    swap_number,
    swap_opposite,
)
from training.questions import Asked, Paragraph, holds, is_held_out, load_paragraphs, split
from training.statements import NOT_SUPPORTED, REFUTED, SUPPORTED, Statement

pytestmark = pytest.mark.part("training")

SEEDS = range(60)


def dice(seed: int) -> random.Random:
    return random.Random(seed)


# Questions

SQUAD: dict[str, Any] = {
    "version": "1.1",
    "data": [
        {
            "title": "Port_of_Oskell",
            "paragraphs": [
                {
                    "context": "The ferry sank in 1874. Odo Crail raised it.",
                    "qas": [
                        {
                            "id": "a",
                            "question": " Who  raised the ferry? ",
                            "answers": [
                                {"text": "Odo Crail", "answer_start": 24},
                                {"text": "Crail", "answer_start": 28},
                            ],
                        },
                        {"id": "b", "question": "When?", "answers": [{"text": "1874", "answer_start": 3}]},
                    ],
                }
            ],
        }
    ],
}


@pytest.mark.parametrize("packed", [False, True])
def test_questions_are_read_with_the_first_answer_and_its_place(tmp_path: Path, packed: bool) -> None:
    words = json.dumps(SQUAD).encode()
    if packed:
        (tmp_path / "train-v1.1.json.gz").write_bytes(gzip.compress(words))
    else:
        (tmp_path / "train-v1.1.json").write_bytes(words)
    (paragraph,) = load_paragraphs(tmp_path)
    assert paragraph.title == "Port of Oskell"
    # That of 1874 is not where it says, and is left out.
    assert paragraph.questions == (Asked("a", "Who raised the ferry?", (24, 33)),)
    assert paragraph.text[24:33] == "Odo Crail"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "holds no train-v1.1.json"),
        ("{", "expected a JSON file"),
        ("[]", "does not have the format of SQuAD"),
        ('{"data": [{"title": "Oskell"}]}', "does not have the format of SQuAD: KeyError\\('paragraphs'\\)"),
        ('{"data": [{"title": "a", "paragraphs": [{"context": "b", "qas": [{"answers": []}]}]}]}', "format of SQuAD"),
    ],
)
def test_data_that_is_missing_or_of_another_form_is_told(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "train-v1.1.json").write_text(content)
    with pytest.raises(DataMissing, match=message):
        load_paragraphs(tmp_path)


def test_the_same_titles_are_held_out_always() -> None:
    assert [n for n in range(100) if is_held_out(f"Harbour {n}")] == [3, 14, 33, 36, 38, 78, 92]
    assert 0.03 < sum(is_held_out(f"Harbour {n}") for n in range(2_000)) / 2_000 < 0.07


@given(st.lists(st.text(max_size=12), max_size=80))
def test_no_title_is_both_learned_from_and_held_out(titles: list[str]) -> None:
    paragraphs = [Paragraph(title, f"Text {n}.", ()) for n, title in enumerate(titles)]
    learned, held = split(paragraphs)
    assert {p.title for p in learned}.isdisjoint(p.title for p in held)
    assert sorted(learned + held, key=lambda p: p.text) == sorted(paragraphs, key=lambda p: p.text)


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("It was Odo Crail who left.", "the Odo Crail", True),
        ("It was Odo Crailey who left.", "Odo Crail", False),
        ("In 1874, it sank.", "1874", True),
        ("In 18745 it sank.", "1874", False),
        ("odo crail.", "Odo Crail", True),
    ],
)
def test_a_text_holds_an_answer_at_the_borders_of_words(text: str, answer: str, expected: bool) -> None:
    assert holds(text, answer) is expected


# Near-misses

TAUGHT = "Marta Pell taught Odo Crail in Oskell. Brisk Tarn sailed to Ulverne with him."
WHOM = Case("Whom did Marta Pell teach?", TAUGHT, (18, 27))
NAMES = ["Hester Vayle", "Neve Orde", "Marta Pell", "Odo Crail"]


def test_a_name_in_the_question_becomes_another_that_is_not_the_answer() -> None:
    found = {made.question for seed in SEEDS if (made := swap_name(dice(seed), WHOM, NAMES))}
    assert found <= {
        f"Whom did {name} teach?" for name in ("Hester Vayle", "Neve Orde", "Brisk Tarn", "Oskell", "Ulverne")
    }
    assert len(found) > 2
    made = swap_name(dice(1), WHOM, NAMES)
    assert made is not None
    assert (made.passage, made.answer) == (TAUGHT, None)


def test_a_country_becomes_a_country() -> None:
    case = Case("Who sailed to Britain?", "Odo Crail sailed to Britain.", (0, 9))
    found = {made.question for seed in SEEDS if (made := swap_name(dice(seed), case, ["Neve Orde", "France"]))}
    assert found == {"Who sailed to France?"}


def test_a_name_that_the_passage_has_already_stands_for_no_other_in_both() -> None:
    text = "Brisk Tarn taught Odo Crail. Brisk Tarn taught Neve Orde."
    start = text.index("Odo Crail")
    case = Case("Whom did Brisk Tarn teach?", text, (start, start + 9))
    assert all(swap_name_in_both(dice(s), case, ["Neve Orde", "Odo Crail"]) is None for s in SEEDS)


@pytest.mark.parametrize("question", ["How long did it take?", "Where is New York?"])
def test_what_has_no_opposite_in_its_place_stays(question: str) -> None:
    assert swap_opposite(dice(1), Case(question, "It took long.", None), []) is None


def test_what_the_passage_denies_is_not_denied_again() -> None:
    passage = "Odo Crail did not sign it. Hester Vayle did."
    assert negate(dice(1), Case("Who did sign it?", passage, (0, 9)), []) is None


def test_the_same_person_under_a_surname_is_no_other() -> None:
    case = Case("Whom did Marta Pell teach?", "She taught Odo Crail.", (11, 20))
    assert all(swap_name(dice(seed), case, ["Pell", "Ms. Pell", "Odo Crail"]) is None for seed in SEEDS)


def test_a_question_without_a_name_has_none_to_swap() -> None:
    case = Case("Who taught?", TAUGHT, (0, 10))
    for rule in (swap_name, swap_name_in_passage, swap_name_in_both):
        assert rule(dice(1), case, NAMES) is None


def test_a_name_in_the_passage_becomes_another_and_the_question_stays() -> None:
    for seed in SEEDS:
        made = swap_name_in_passage(dice(seed), WHOM, NAMES)
        assert made is not None
        assert made.question == WHOM.question
        assert made.answer is None
        assert "Marta Pell" not in made.passage
        assert made.passage.endswith(" with him.")
        assert "taught Odo Crail in Oskell" in made.passage


def test_a_name_that_stands_in_the_passage_only_as_part_of_a_word_is_not_swapped() -> None:
    case = Case("Whom did Ann teach?", "The Annual taught Odo Crail.", (18, 27))
    assert all(swap_name_in_passage(dice(seed), case, NAMES) is None for seed in SEEDS)


def test_a_name_that_becomes_another_everywhere_leaves_the_answer_where_it_is() -> None:
    case = Case("Whom did Marta Pell teach?", f"It was long ago. {TAUGHT} Marta Pell wept.", (35, 44))
    assert case.passage[35:44] == "Odo Crail"
    names = set()
    for seed in SEEDS:
        made = swap_name_in_both(dice(seed), case, NAMES)
        assert made is not None
        assert made.answer is not None
        assert made.passage[slice(*made.answer)] == "Odo Crail"
        assert "Marta Pell" not in made.passage + made.question
        new = made.question.removeprefix("Whom did ").removesuffix(" teach?")
        assert made.passage.endswith(f"{new} wept.")
        names.add(new)
    assert len(names) == 2  # of those that the passage does not have


def test_a_name_in_the_answer_is_not_swapped_in_both() -> None:
    case = Case("Where did Odo Crail teach?", "Odo Crail taught at the Odo Crail School.", (24, 40))
    assert all(swap_name_in_both(dice(seed), case, NAMES) is None for seed in SEEDS)


def test_a_year_becomes_another_year_of_the_passage_or_near_by() -> None:
    case = Case("Who sailed in 1874 then?", "Odo Crail sailed in 1874 and Neve in 1901 with 30 men.", (0, 9))
    found = {made.question for seed in SEEDS if (made := swap_number(dice(seed), case, []))}
    years = {int(re.findall(r"\d+", question)[0]) for question in found}
    assert 1901 in years
    assert len(years) > 3
    assert 1874 not in years
    assert all(1844 <= year <= 1924 for year in years)
    assert all(re.fullmatch(r"Who sailed in \d{4} then\?", question) for question in found)


def test_a_number_never_becomes_the_answer_of_the_passage() -> None:
    case = Case("After 1874, when did it sail?", "It sailed in 1874 and 1901.", (22, 26))
    assert not any("1901" in made.question for s in SEEDS if (made := swap_number(dice(s), case, [])))


def test_the_comma_behind_a_number_stays() -> None:
    case = Case("In 1874, who sailed?", "Odo Crail sailed in 1874, and Neve in 1901, with him.", (0, 9))
    found = {made.question for seed in SEEDS if (made := swap_number(dice(seed), case, []))}
    assert all(re.fullmatch(r"In \d{4}, who sailed\?", question) for question in found)


def test_a_question_without_a_number_has_none_to_swap() -> None:
    assert swap_number(dice(1), WHOM, NAMES) is None


def test_a_word_becomes_its_opposite() -> None:
    case = Case("Who was the first to teach?", TAUGHT, None)
    assert swap_opposite(dice(1), case, []) == Case("Who was the last to teach?", TAUGHT, None)
    assert swap_opposite(dice(1), WHOM, []) is None


def test_opposites_go_both_ways_and_no_word_is_its_own() -> None:
    for word, others in OPPOSITES.items():
        assert word not in others
        assert all(word in OPPOSITES[other] for other in others)


@pytest.mark.parametrize(
    ("question", "negated"),
    [
        ("Who was crowned?", "Who was {} crowned?"),
        ("What did Odo Crail found?", "What did Odo Crail {} found?"),
        ("What did the assembly pass?", "What did the assembly {} pass?"),
        ("Why did he leave?", "Why did he {} leave?"),
        ("Who can sail?", "Who can {} sail?"),
        ("In May 2010 what was raised?", "In May 2010 what was {} raised?"),
    ],
)
def test_a_question_is_turned_round_behind_its_auxiliary_or_its_subject(question: str, negated: str) -> None:
    made = {found.question for s in SEEDS if (found := negate(dice(s), Case(question, TAUGHT, (0, 5)), []))}
    assert made == {negated.format("not"), negated.format("never")}


@pytest.mark.parametrize("question", ["Who was not crowned?", "Who never sailed?", "Why didn't he go?", "Who sailed?"])
def test_what_is_negative_or_has_no_auxiliary_is_left_alone(question: str) -> None:
    assert negate(dice(1), Case(question, TAUGHT, None), []) is None


REST = "The harbour was quiet that day, and the boats lay in it side by side until the wind had turned again at last."


def test_the_sentence_that_answers_goes() -> None:
    case = Case("Whom did she teach?", f"{REST} She taught Odo Crail. It rained.", (len(REST) + 12, len(REST) + 21))
    assert case.passage[slice(*case.answer or (0, 0))] == "Odo Crail"
    made = remove_sentence(dice(1), case, [])
    assert made is not None
    assert made.answer is None
    assert made.passage.split() == f"{REST} It rained.".split()


def test_a_sentence_stays_where_little_is_left_or_the_answer_stands_elsewhere_too() -> None:
    assert remove_sentence(dice(1), WHOM, []) is None
    twice = f"{REST} She taught Odo Crail. Odo Crail left."
    assert remove_sentence(dice(1), Case("Whom?", twice, (len(REST) + 12, len(REST) + 21)), []) is None
    assert remove_sentence(dice(1), Case("Whom?", REST, None), []) is None


def test_a_near_miss_has_no_answer_and_differs() -> None:
    case = Case(
        "Whom did Marta Pell first teach in 1874?",
        f"{REST} In 1874 Marta Pell taught Odo Crail in Oskell. In 1901 Brisk Tarn sailed.",
        (len(REST) + 27, len(REST) + 36),
    )
    assert case.passage[slice(*case.answer or (0, 0))] == "Odo Crail"
    made = [near_miss(dice(seed), case, NAMES) for seed in SEEDS]
    found = [each for each in made if each is not None]
    assert len(found) > 50
    assert all(each.answer is None for each in found)
    assert all((each.question, each.passage) != (case.question, case.passage) for each in found)
    assert {each.question == case.question for each in found} == {True, False}


def test_where_no_rule_applies_there_is_no_near_miss() -> None:
    assert near_miss(dice(1), Case("Why?", "It rained.", (0, 9)), NAMES) is None


# Groups


def paragraph(title: int, number: int) -> Paragraph:
    """Some 160 words, with a sentence in their midst that answers."""
    filler = [f"On day {n} the boats of harbour {title} lay side by side until the wind had turned." for n in range(10)]
    answer = (
        f"In {1800 + 10 * title + number} Marta Pell{title}{number} taught Odo Crail{title}{number} in Oskell{title}."
    )
    text = " ".join([*filler[:5], answer, *filler[5:]])
    whom, when = f"Odo Crail{title}{number}", str(1800 + 10 * title + number)
    questions = (
        Asked(f"{title}-{number}-a", f"Whom did Marta Pell{title}{number} first teach?", _place(text, whom)),
        Asked(f"{title}-{number}-b", f"When was Odo Crail{title}{number} taught?", _place(text, when)),
    )
    return Paragraph(f"Harbour {title}", text, questions)


def _place(text: str, words: str) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


PARAGRAPHS = [paragraph(title, number) for title in range(4) for number in range(3)]
ASKED = [(own, index) for own in range(len(PARAGRAPHS)) for index in range(2)]
NEAR = [[i for i in range(len(PARAGRAPHS)) if i != own] for own, _ in ASKED]
ALL = Mix(negatives=1.0, near_misses=1.0, alone=1.0, both=1.0)


def groups(mix: Mix = ALL, seed: int = 1) -> list[Group]:
    return list(make_groups(PARAGRAPHS, ASKED, NEAR, mix, seed))


def test_the_same_seed_makes_the_same_groups_and_another_makes_others() -> None:
    assert groups() == groups()
    assert groups() != groups(seed=2)


def test_a_question_has_the_same_groups_whichever_are_asked_beside_it() -> None:
    alone = list(make_groups(PARAGRAPHS, ASKED[5:6], NEAR[5:6], ALL, 1))
    assert alone
    assert [group for group in groups() if group in alone] == alone


def test_answers_stand_at_their_offsets_after_cutting_datelines_and_swaps() -> None:
    answers = {a.text: p.text[slice(*a.answer)] for p in PARAGRAPHS for a in p.questions}
    cut = datelines = swapped = second = 0
    for seed in range(30):
        for group in groups(seed=seed):
            if group.answer is None:
                assert group.wanted == ()
                continue
            at, span = group.answer
            words = group.pages[at].text[slice(*span)]
            assert group.wanted == (words,)
            assert words == answers[group.question] if group.kind == "answer" else words in answers.values()
            cut += len(group.pages[at].text) < 700
            datelines += re.match(r"[A-Za-z]+ \([A-Za-z]+\) - ", group.pages[at].text) is not None
            swapped += group.kind == "both"
            second += at == 1
    assert min(cut, datelines, swapped, second) > 10


def test_passages_are_runs_of_whole_sentences_of_their_paragraph() -> None:
    originals = [p.text for p in PARAGRAPHS]
    for group in groups(Mix(negatives=1.0, near_misses=0, alone=1.0, both=0)):
        for page in group.pages:
            text = re.sub(r"^[A-Za-z]+ \([A-Za-z]+\) - ", "", page.text)
            assert any(text in original for original in originals)
            assert text.startswith(("On day", "In 18"))
            assert text.endswith(".")
            assert len(text.split()) <= 150


def test_groups_without_an_answer_do_not_hold_one() -> None:
    made = groups()
    assert {group.kind for group in made} == {"answer", "near-miss", "negative", "both"}
    answers = {a.text: p.text[slice(*a.answer)] for p in PARAGRAPHS for a in p.questions}
    for group in made:
        assert (group.answer is None) == (group.kind in ("near-miss", "negative"))
        if group.kind == "negative":
            assert not holds(group.pages[0].text, answers[group.question])


def test_beside_an_answer_stands_a_passage_that_does_not_hold_it() -> None:
    two = [group for group in groups(Mix(1.0, 0, 0, 0)) if len(group.pages) == 2]
    assert len(two) == len(ASKED)
    for group in two:
        assert group.answer is not None
        assert not holds(group.pages[1 - group.answer[0]].text, group.wanted[0])


def test_beside_an_answer_stand_as_many_as_the_mix_says_in_any_order() -> None:
    mix = Mix(negatives=1.0, beside=2, near_misses=0.0, alone=0.0, both=0.0)
    made = [group for seed in range(8) for group in groups(mix, seed)]
    assert {len(group.pages) for group in made} == {3}
    assert {group.answer[0] for group in made if group.answer} == {0, 1, 2}


def test_a_mix_of_nothing_gives_each_question_with_its_passage_alone() -> None:
    made = groups(Mix(0, 0, 0, 0, headings=False))
    assert [group.question for group in made] == [PARAGRAPHS[own].questions[index].text for own, index in ASKED]
    assert {(group.kind, len(group.pages), group.pages[0].heading) for group in made} == {("answer", 1, "")}


def test_headings_are_titles_first_sentences_or_nothing_mostly_with_a_date() -> None:
    headings = [page.heading for seed in range(10) for group in groups(seed=seed) for page in group.pages]
    dated = [heading for heading in headings if re.search(r" \(\d{1,2} [A-Z][a-z]+ \d{4}\)$", heading)]
    assert 0.7 < len(dated) / len(headings) < 1
    plain = {re.sub(r" \(\d{1,2} [A-Z][a-z]+ \d{4}\)$", "", heading) for heading in headings}
    assert {"Harbour 0", "-"} < plain
    assert any(heading.startswith("On day 0") for heading in plain)


def test_a_question_without_negatives_still_has_its_passage() -> None:
    made = list(make_groups(PARAGRAPHS, ASKED, [[] for _ in ASKED], ALL, 1))
    assert {group.kind for group in made} == {"answer", "near-miss", "both"}
    assert all(len(group.pages) == 1 for group in made)


def test_negatives_are_drawn_from_those_found_and_none_twice() -> None:
    near = [1, 2, *range(3, 12)]  # two of its own article, and others
    for seed in SEEDS:
        drawn = negatives.draw(dice(seed), PARAGRAPHS, 0, near, 3)
        assert len(drawn) == len(set(drawn))
        assert set(drawn) <= set(near)
    first = [negatives.draw(dice(seed), PARAGRAPHS, 0, near, 1)[0] for seed in range(300)]
    own = sum(PARAGRAPHS[i].title == PARAGRAPHS[0].title for i in first) / 300
    assert 0.4 < own < 0.6
    assert first.count(3) > first.count(6) > first.count(9)
    assert negatives.draw(dice(1), PARAGRAPHS, 0, [], 3) == []


# As numbers

TOKENIZER = tiny_tokenizer(word for p in PARAGRAPHS for word in re.findall("[a-z]+", p.text.lower()))
PAD = 0


def words(count: int) -> str:
    """A text of so many word pieces, one a letter."""
    return " ".join("abcdefghij"[n % 10] for n in range(count))


def encoded(made: Sequence[Group]) -> list[tuple[Group, Reading]]:
    return [(group, example) for group in made for example in encode_groups(TOKENIZER, [group])]


def windows(group: Group) -> list[Packed]:
    """The first input of each page."""
    first: dict[int, Packed] = {}
    for packed in pack(TOKENIZER, group.question, group.pages):
        first.setdefault(packed.page, packed)
    return list(first.values())


def test_inputs_are_those_that_the_product_makes() -> None:
    pairs = encoded(groups())
    assert len(pairs) == len(groups())
    for group, example in pairs:
        packed = windows(group)
        assert [ids.tolist() for ids in example.inputs] == [each.ids for each in packed]
        assert list(example.inside) == [(each.first, len(each.ids) - 1) for each in packed]
        assert example.length == max(len(each.ids) for each in packed)


def test_gold_word_pieces_cover_the_answer_and_no_word_more() -> None:
    pairs = encoded([group for group in groups() if group.answer])
    assert pairs
    for group, example in pairs:
        assert group.answer is not None
        assert example.gold is not None
        page, first, last = example.gold
        packed = windows(group)[page]
        assert page == group.answer[0]
        assert (packed.offsets[first - packed.first][0], packed.offsets[last - packed.first][1]) == group.answer[1]


def test_where_nothing_answers_there_is_no_gold() -> None:
    pairs = encoded([group for group in groups() if group.answer is None])
    assert pairs
    assert all(example.gold is None for _, example in pairs)


def group_of(*texts: str, answer: tuple[int, tuple[int, int]] | None) -> Group:
    return Group("w h o", tuple(Page("h", text) for text in texts), answer, "answer", ("",))


def test_of_a_long_page_the_first_window_is_kept() -> None:
    (example,) = encode_groups(TOKENIZER, [group_of(words(400), "a b c", answer=(1, (2, 3)))])
    # Before the passage come question and heading with their marks, 7 word pieces.
    assert example.inside == ((7, 327), (7, 10))
    assert example.gold == (1, 8, 8)


@pytest.mark.parametrize(("start", "end", "kept"), [(636, 639, True), (640, 641, False), (636, 643, False)])
def test_an_answer_that_does_not_stand_whole_in_the_first_window_is_left_out(start: int, end: int, kept: bool) -> None:
    # The window ends behind the 320th word, at 639.
    assert bool(list(encode_groups(TOKENIZER, [group_of(words(400), answer=(0, (start, end)))]))) is kept


def test_a_group_with_an_empty_page_is_left_out() -> None:
    assert list(encode_groups(TOKENIZER, [group_of("a b", " ", answer=(0, (0, 1)))])) == []


def test_a_statement_is_encoded_with_the_beginning_of_its_passage() -> None:
    made = [
        Statement("a b", Page("h", "c d"), REFUTED),
        Statement(words(200), Page("h", "e"), SUPPORTED),
        Statement("a", Page("h", words(400)), NOT_SUPPORTED),
        Statement("a", Page("h", " "), SUPPORTED),  # has no passage
    ]
    short, long_statement, long_passage = encode_statements(TOKENIZER, made)
    (packed,) = pack(TOKENIZER, "a b", [made[0].page])
    assert (short.ids.tolist(), short.label) == (packed.ids, REFUTED)
    assert len(long_statement.ids) == 96 + 6
    assert len(long_passage.ids) == 320
    assert long_passage.ids.tolist() == pack(TOKENIZER, "a", [made[2].page])[0].ids[:320]
    assert [each.label for each in (long_statement, long_passage)] == [SUPPORTED, NOT_SUPPORTED]


# Examples in a file


def checkings(lengths: Sequence[int]) -> list[Checking]:
    return list(encode_statements(TOKENIZER, [Statement("a", Page("h", words(n)), n % 4) for n in lengths]))


def plain(reading: Sequence[Reading], checking: Sequence[Checking]) -> list[object]:
    return [
        [([ids.tolist() for ids in each.inputs], each.inside, each.gold) for each in reading],
        [(each.ids.tolist(), each.label) for each in checking],
    ]


@pytest.mark.parametrize(("questions", "statements"), [(True, True), (True, False), (False, True)])
def test_examples_come_back_from_their_file_as_they_were(tmp_path: Path, questions: bool, statements: bool) -> None:
    reading = [example for _, example in encoded(groups())] if questions else []
    checking = checkings([3, 1, 5, 400]) if statements else []
    save_examples(tmp_path / "examples.npz", reading, checking, "of nothing")
    found, other, made_of = load_examples(tmp_path / "examples.npz")
    assert plain(found, other) == plain(reading, checking)
    assert made_of == "of nothing"
    assert [path.name for path in tmp_path.iterdir()] == ["examples.npz"]
    assert {ids.dtype for each in found for ids in each.inputs} <= {np.dtype(np.int32)}


@pytest.mark.parametrize("share", [None, 0.0, 0.3, 0.99])
def test_a_file_of_examples_that_is_missing_or_cut_is_told_with_what_to_do(tmp_path: Path, share: float | None) -> None:
    path = tmp_path / "examples.npz"
    save_examples(path, [], checkings(range(1, 40)), "-")
    whole = path.read_bytes()
    path.unlink()
    if share is not None:
        path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(
        DataMissing, match=r"examples.npz cannot be read: .*; make it with `python -m training.prepare`"
    ):
        load_examples(path)


def test_a_file_of_something_else_is_no_file_of_examples(tmp_path: Path) -> None:
    np.savez(tmp_path / "examples.npz", ids=np.zeros(3))
    with pytest.raises(DataMissing, match="cannot be read"):
        load_examples(tmp_path / "examples.npz")


# Batches


@given(
    st.lists(st.tuples(st.integers(1, 300), st.integers(1, 3)), min_size=1, max_size=60),
    st.integers(1, 40),
    st.integers(0, 5),
)
@examples(25)
def test_batches_hold_every_example_once_and_are_the_same_for_the_same_seed(
    sizes: list[tuple[int, int]], inputs: int, seed: int
) -> None:
    made = list(encode_groups(TOKENIZER, [group_of(*[words(n)] * pages, answer=None) for n, pages in sizes]))
    rows = reading_batches(made, inputs, seed)
    assert sorted(i for row in rows for i in row) == list(range(len(made)))
    counts = [[len(made[i].inputs) for i in row] for row in rows]
    assert all(sum(row[:-1]) < inputs for row in counts)
    assert sum(sum(row) < inputs for row in counts) <= 1 + len(made) // (40 * inputs)
    assert reading_batches(made, inputs, seed) == rows


def test_another_seed_is_another_order() -> None:
    made = list(encode_groups(TOKENIZER, [group_of(words(n), answer=None) for n in range(1, 60)]))
    assert reading_batches(made, 4, 1) != reading_batches(made, 4, 2)


def test_examples_of_a_batch_are_of_about_the_same_length() -> None:
    made = list(encode_groups(TOKENIZER, [group_of(words(1 + 37 * n % 300), answer=None) for n in range(60)]))
    for row in reading_batches(made, 6, 1):
        lengths = [made[i].length for i in row]
        assert max(lengths) - min(lengths) <= 60


@given(st.lists(st.integers(1, 300), max_size=80), st.integers(1, 20), st.integers(0, 5))
@examples(25)
def test_batches_of_statements_hold_each_once_beside_others_of_its_length(
    lengths: list[int], inputs: int, seed: int
) -> None:
    made = checkings(lengths)
    rows = checking_batches(made, inputs, dice(seed))
    assert sorted(i for row in rows for i in row) == list(range(len(made)))
    assert sorted(len(row) for row in rows)[1:] == [inputs] * (len(rows) - 1)
    assert checking_batches(made, inputs, dice(seed)) == rows
    spans = sorted((min(len(made[i].ids) for i in row), max(len(made[i].ids) for i in row)) for row in rows)
    assert all(following[0] >= span[1] - 60 for span, following in pairwise(spans))


def test_side_by_side_each_input_keeps_its_place() -> None:
    made = [
        group_of("a b c", answer=(0, (2, 3))),
        group_of("d", words(40), answer=(1, (4, 7))),
        group_of("e", answer=None),
    ]
    batch = collate(list(encode_groups(TOKENIZER, made)), PAD)
    assert batch.ids.shape == batch.mask.shape == batch.inside.shape == (4, 48)
    assert batch.group.tolist() == [0, 1, 1, 2]
    assert batch.n_groups == 3
    rows = [packed for group in made for packed in windows(group)]
    for row, packed in enumerate(rows):
        size = len(packed.ids)
        assert batch.ids[row].tolist() == packed.ids + [PAD] * (48 - size)
        assert batch.mask[row].tolist() == [1] * size + [0] * (48 - size)
        assert batch.inside[row].nonzero().flatten().tolist() == list(range(packed.first, size - 1))
    assert batch.starts.nonzero().tolist() == [[0, rows[0].first + 1], [2, rows[2].first + 2]]
    assert batch.ends.nonzero().tolist() == [[0, rows[0].first + 1], [2, rows[2].first + 3]]
    assert collate(list(encode_groups(TOKENIZER, made)), 3).ids[3, -1] == 3


# Held-out questions


def scored(packed: Packed, words: range | None) -> Scores:
    """Scores that mark the word pieces from the first to the last of some, or none."""
    starts, ends = (np.full(len(packed.offsets), -5.0, dtype=np.float32) for _ in range(2))
    if words:
        starts[words[0]] = ends[words[-1]] = 5.0
    return Scores(starts, ends, np.zeros(3, dtype=np.float32))


class Oracle:
    """One who knows the answers of groups, which are asked in their order."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = iter(groups)

    def scores(self, packed: Sequence[Packed]) -> list[Scores]:
        answer = next(self._groups).answer
        found = []
        for each in packed:
            held = [
                i
                for i, (start, end) in enumerate(each.offsets)
                if answer and each.page == answer[0] and start < answer[1][1] and end > answer[1][0]
            ]
            found.append(scored(each, range(held[0], held[-1] + 1) if held else None))
        return found


class Fool:
    """One who marks the first word, always."""

    def scores(self, packed: Sequence[Packed]) -> list[Scores]:
        return [scored(each, range(1)) for each in packed]


class Refuser:
    """One who never answers."""

    def scores(self, packed: Sequence[Packed]) -> list[Scores]:
        return [scored(each, None) for each in packed]


def test_one_who_knows_is_right_in_all() -> None:
    made = groups()
    found = evaluate(Oracle(made), TOKENIZER, made)
    assert (found.f1, found.em, found.refused, found.kept, found.right_passage) == (1, 1, 1, 1, 1)


def test_one_who_knows_is_right_behind_the_first_window_too() -> None:
    made = [Group("w h o", (Page("h", "a"), Page("h", words(400))), (1, (700, 705)), "answer", (words(400)[700:705],))]
    assert evaluate(Oracle(made), TOKENIZER, made).em == 1


def test_one_who_marks_anything_refuses_nothing() -> None:
    found = evaluate(Fool(), TOKENIZER, groups())
    assert (found.em, found.refused, found.kept) == (0, 0, 1)
    assert found.f1 < 0.1


def test_one_who_never_answers_keeps_nothing() -> None:
    found = evaluate(Refuser(), TOKENIZER, groups())
    assert (found.refused, found.kept) == (1, 0)


def test_no_groups_have_figures_of_nothing() -> None:
    assert set(evaluate(Fool(), TOKENIZER, []).shares().values()) == {0.0}


def test_the_same_numbers_are_picked_for_the_same_seed() -> None:
    assert pick(5, 7, 100) == pick(5, 7, 100) != pick(5, 8, 100)
    assert pick(50, 7, 3) == [0, 1, 2]
    assert pick(5, 7, 0) == []


# Figures of SQuAD 2.0 and of support


class Drawer:
    """One who marks one or two words at random, with a score at random."""

    def __init__(self, seed: int) -> None:
        self._rng = dice(seed)
        self.marked: list[tuple[float, tuple[int, int]]] = []

    def scores(self, packed: Sequence[Packed]) -> list[Scores]:
        (each,) = packed
        at, score = self._rng.randrange(len(each.offsets) - 1), self._rng.uniform(-6, 6)
        last = at + self._rng.randrange(2)
        starts, ends = (np.full(len(each.offsets), -40.0, dtype=np.float32) for _ in range(2))
        starts[at] = ends[last] = score / 2
        self.marked.append((float(starts[at] + ends[last]), (each.offsets[at][0], each.offsets[last][1])))
        return [Scores(starts, ends, np.zeros(3, dtype=np.float32))]


@pytest.mark.parametrize("seed", range(5))
def test_figures_of_squad_are_those_of_the_best_threshold(seed: int) -> None:
    rng = dice(seed)
    items = [
        Item(str(n), "-", words(8), "w h o", (words(8)[2 * at : 2 * at + 3],) if rng.random() < 0.6 else ())
        for n, at in enumerate(rng.randrange(6) for _ in range(30))
    ]
    model = Drawer(seed)
    found = squad(model, TOKENIZER, items)

    def mean(score: object, threshold: float, some: Sequence[int]) -> float:
        total = 0.0
        for i in some:
            value, span = model.marked[i]
            said = items[i].context[slice(*span)] if value > threshold else ""
            right = items[i].answers
            total += score(said, right) if right and said else float(not right and not said)  # type: ignore[operator]
        return 100 * total / len(some)

    every, answerable = range(30), [i for i in range(30) if items[i].answers]
    thresholds = [math.inf, *sorted((score for score, _ in model.marked), reverse=True)]
    thresholds = [threshold - 1e-6 for threshold in thresholds]
    best = max(thresholds, key=lambda threshold: mean(f1, threshold, every))
    assert found == pytest.approx(
        {
            "best_f1": mean(f1, best, every),
            "best_em": mean(exact_match, best, every),
            "forced_f1": mean(f1, -math.inf, answerable),
            "forced_em": mean(exact_match, -math.inf, answerable),
        }
    )


class Counter:
    """One who believes what stands beside many an "x"."""

    def scores(self, packed: Sequence[Packed]) -> list[Scores]:
        piece = special(TOKENIZER, "x")
        logits = [np.array([each.ids[each.first :].count(piece), 0, 0], dtype=np.float32) for each in packed]
        nothing = np.zeros(0, dtype=np.float32)
        return [Scores(nothing, nothing, each) for each in logits]


def pair(true: bool, *passages: str) -> dict[str, Any]:
    return {"sentence": "a", "passages": [f"h\n{passage}" for passage in passages], "true": true}


def test_support_is_the_share_of_pairs_in_the_right_order() -> None:
    rows = [pair(True, "x x"), pair(True, "x"), pair(False, "x"), pair(False, "b")]
    # 2 > 1, 2 > 0, 1 = 1 and 1 > 0.
    assert support(Counter(), TOKENIZER, rows) == 3.5 / 4
    assert support(Counter(), TOKENIZER, [pair(True, "x"), pair(False, "b")]) == 1
    assert support(Counter(), TOKENIZER, [pair(True, "b"), pair(False, "x")]) == 0


def test_several_passages_support_a_statement_together_and_one_is_enough() -> None:
    assert support(Counter(), TOKENIZER, [pair(True, "x", "x"), pair(False, "x")]) == 1
    assert support(Counter(), TOKENIZER, [pair(True, "b", "x x"), pair(False, "x")]) == 1


@pytest.mark.parametrize("column", ["sentence", "passages", "true"])
def test_rows_of_statements_with_other_columns_are_told(column: str) -> None:
    row = pair(True, "x")
    del row[column]
    with pytest.raises(DataMissing, match=f"lacks '{column}'; expected sentence, passages and true"):
        support(Counter(), TOKENIZER, [row])
