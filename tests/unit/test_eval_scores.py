from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evals.scores import (
    DEPTHS,
    WORD_BUDGETS,
    exact_match,
    f1,
    hit_at,
    hit_within,
    joined,
    ranking_metrics,
    retrieval_metrics,
    risk_coverage,
)
from evals.text import WordIndex, flatten, holds, normalise

pytestmark = pytest.mark.part("evals")

# Words that meet now and then, and anything at all beside them.
ANSWERS = st.one_of(st.lists(st.sampled_from("the a an Ferry ferry, tunnel $5 -- 5".split())).map(" ".join), st.text())


@pytest.mark.parametrize(
    ("answer", "normal"),
    [
        ("The Harbour Tunnel.", "harbour tunnel"),
        ("  a   ferry,\tan island ", "ferry island"),
        ("St. John's", "st johns"),
        ("well-known", "wellknown"),
        ("$1,200.50", "120050"),
        ("theatre and another", "theatre and another"),
        ("“Maren Oskell”", "“maren oskell”"),  # SQuAD's own script takes away ASCII punctuation alone
        ("The", ""),
        ("?!", ""),
        ("", ""),
    ],
)
def test_answers_are_normalised_as_squad_does_it(answer: str, normal: str) -> None:
    assert normalise(answer) == normal


# EM and F1


@pytest.mark.parametrize(
    ("given_answer", "references", "em", "overlap"),
    [
        ("the Harbour Tunnel", ["harbour tunnel!"], 1, 1),
        ("harbour tunnel", ["the harbour"], 0, 2 / 3),  # precision 1/2, recall 1/1
        ("Tunnel harbour", ["harbour tunnel"], 0, 1),  # F1 knows no order
        ("ferry ferry ferry", ["ferry"], 0, 0.5),  # a word is shared as often as both have it
        ("ferry", ["bus", "a ferry to the island", "the ferry"], 1, 1),  # the best of the references counts
        ("bus", ["ferry", "tunnel"], 0, 0),
        ("", ["ferry"], 0, 0),
        ("ferry", [""], 0, 0),
        ("", [""], 1, 1),
        ("the", [""], 1, 1),  # nothing is left of it
    ],
)
def test_em_and_f1(given_answer: str, references: list[str], em: float, overlap: float) -> None:
    assert exact_match(given_answer, references) == em
    assert f1(given_answer, references) == pytest.approx(overlap)


def test_several_right_choices_are_right_in_any_order() -> None:
    references = joined(["Brine Harbour", "Cape Morrow"])
    assert sorted(references) == ["Brine Harbour Cape Morrow", "Cape Morrow Brine Harbour"]
    for given_answer in references:
        assert exact_match(given_answer, references) == f1(given_answer, references) == 1
    assert exact_match("Cape Morrow", references) == 0
    assert f1("Cape Morrow", references) == pytest.approx(2 / 3)
    assert f1("Cape Morrow and Brine Harbour", references) == pytest.approx(8 / 9)


def test_one_choice_is_itself_and_none_is_the_empty_answer() -> None:
    assert joined(["Cape Morrow"]) == ["Cape Morrow"]
    assert joined([]) == [""]


def test_many_choices_are_taken_in_their_order_only() -> None:
    assert len(joined(list("abcde"))) == 120
    assert joined(list("abcdef")) == ["a b c d e f"]


@given(ANSWERS, ANSWERS)
@example("", "the")
def test_f1_is_symmetric_and_a_share(one: str, other: str) -> None:
    assert f1(one, [other]) == f1(other, [one])
    assert 0 <= f1(one, [other]) <= 1


@given(ANSWERS, st.lists(ANSWERS, min_size=1, max_size=3))
def test_what_matches_exactly_overlaps_wholly(given_answer: str, references: list[str]) -> None:
    for reference in (*references, given_answer):
        if exact_match(given_answer, [reference]):
            assert f1(given_answer, [reference]) == 1
    assert exact_match(given_answer, [*references, given_answer]) == 1
    assert f1(given_answer, references) == max(f1(given_answer, [reference]) for reference in references)


# Where an answer stands


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The ferry reached Cape Morrow.", "cape morrow"),
        ("CAPE\n  MORROW is closed", "Cape Morrow"),
        ("Cape\xa0Morrow is closed", "Cape Morrow"),
        ("They named it “The Long Way’s End”, she said.", '"The Long Way\'s End"'),
        ("They named it 'Long Way'", "“Long Way”"),  # quotation marks around an answer are no part of it
        ("the 2030–31 season", "2030-31"),
        ("a ticket of $5, no more", "$5"),
        ("a ticket of $5", "$5."),
        ("It rose by 12%.", "12%"),
        ("written in C++ (and little else)", "C++"),
        ("who (or what) is Q*bert?", "Q*bert"),
        ("the band a.b|c[d] played", "a.b|c[d]"),
        ("Oskell, Roake & Sons", "Roake & Sons"),
        ("the Oﬃce is shut", "office"),  # a ligature
        ("Yahoo! said so", "Yahoo"),
        ("Saint-Orme voted", "Orme"),
        ("Zoë Ängström spoke", "zoë ängström"),
    ],
)
def test_an_answer_stands_in_a_text(text: str, answer: str) -> None:
    assert holds(text, answer)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The ferryman slept", "ferry"),
        ("unferry", "ferry"),
        ("a ticket of $50", "$5"),
        ("in 20311", "2031"),
        ("aXb", "a.b"),  # a point is a point
        ("abbb", "ab+"),
        ("Ängströms", "Ängström"),
        ("Cape of Morrow", "Cape Morrow"),
        ("", "ferry"),
        ("any text", ""),
        ("any text; and more?!", "?!"),
    ],
)
def test_an_answer_does_not_stand_in_a_text(text: str, answer: str) -> None:
    assert not holds(text, answer)


@given(st.text(), st.text(alphabet="ab $.*+?()[]\\|^5“”'", min_size=1), st.text())
def test_an_answer_stands_between_blanks_whatever_it_is_made_of(before: str, answer: str, after: str) -> None:
    words = any(character.isalnum() for character in answer)
    assert holds(f"{before} {answer} {after}", answer) or not words


@given(st.text())
def test_flattening_twice_changes_no_case_and_no_space(text: str) -> None:
    flat = flatten(text)
    assert "  " not in flat
    assert flat == flat.strip()


# Among passages

PASSAGES = ["One two three four five.", "Six seven eight nine ten.", "The ferry sank. Ferry again."]


def test_the_rank_is_that_of_the_first_passage_with_any_of_the_answers() -> None:
    assert hit_at(PASSAGES, ["ferry"]) == 3
    assert hit_at(PASSAGES, ["ferry", "nine"]) == 2
    assert hit_at(PASSAGES, ["bus"]) is None
    assert hit_at([], ["ferry"]) is None
    assert hit_at(PASSAGES, []) is None


@pytest.mark.parametrize(
    ("answer", "words", "within"),
    [
        ("five", 5, True),
        ("five", 4, False),  # the first passage is cut
        ("seven", 6, False),  # the second is cut after one word
        ("seven", 7, True),
        ("seven eight", 7, False),
        ("seven eight", 8, True),
        ("ten", 10, True),
        ("the ferry", 10, False),  # nothing is left for the third
        ("the ferry", 12, True),
        ("five six", 100, False),  # passages are not glued together
    ],
)
def test_only_the_first_words_of_the_passages_count(answer: str, words: int, within: bool) -> None:
    assert hit_within(PASSAGES, [answer], words) is within


def test_retrieval_is_scored_at_each_depth_and_within_each_number_of_words() -> None:
    passages = [*(["nothing of it " * 100] * 4), "the ferry", *["and so on"] * 9]
    assert retrieval_metrics(passages, ["ferry"]) == {
        "hit@1": 0,
        "hit@4": 0,
        "hit@10": 1,
        "hit@20": 1,
        "hit_500w": 0,
        "hit_2000w": 1,
    }
    assert set(retrieval_metrics([], ["ferry"]).values()) == {0}


@given(st.lists(st.sampled_from(["ferry", "bus", "tunnel " * 300]), max_size=30))
def test_a_greater_depth_loses_no_hit(passages: list[str]) -> None:
    found = retrieval_metrics(passages, ["ferry"])
    for keys in ([f"hit@{k}" for k in DEPTHS], [f"hit_{n}w" for n in WORD_BUDGETS]):
        values = [found[key] for key in keys]
        assert values == sorted(values)


# Rankings


@pytest.mark.parametrize(
    ("relevant", "n_relevant", "expected"),
    [
        ([0, 1, 0, 0, 1], 3, (1, 1, 1 / 2, (1 / 2 + 2 / 5) / 3, 2 / 3)),
        ([1, 1, 0, 1], 3, (1, 1, 1, (1 + 1 + 3 / 4) / 3, 1)),
        ([0, 0, 0, 0, 0, 1], 1, (0, 1, 1 / 6, 1 / 6, 1)),
        ([0] * 10 + [1], 1, (0, 0, 0, 0, 0)),  # eleventh is too late
        ([1] * 10, 12, (1, 1, 1, 1, 10 / 12)),  # no more than ten could stand there
        ([], 2, (0, 0, 0, 0, 0)),
    ],
)
def test_a_ranking_is_scored_as_by_hand(relevant: list[int], n_relevant: int, expected: tuple[float, ...]) -> None:
    found = ranking_metrics([bool(yes) for yes in relevant], n_relevant)
    assert list(found) == ["hits@4", "hits@10", "mrr@10", "map@10", "recall@10"]
    assert tuple(found.values()) == pytest.approx(expected)


# Risk against coverage


def test_risk_against_coverage_as_by_hand() -> None:
    curve, area = risk_coverage([0.7, 0.9, 0.8], [1, 1, 0])
    assert curve == [
        (pytest.approx(1 / 3), 1),
        (pytest.approx(2 / 3), pytest.approx(1 / 2)),
        (1, pytest.approx(2 / 3)),
    ]
    assert area == pytest.approx(1 - (1 + 1 / 2 + 2 / 3) / 3)


def test_equal_confidences_count_with_their_mean() -> None:
    curve, area = risk_coverage([0.5, 0.9, 0.5], [1, 1, 0])
    assert [accuracy for _, accuracy in curve] == pytest.approx([1, 1.5 / 2, 2 / 3])
    assert area == pytest.approx(1 - (1 + 0.75 + 2 / 3) / 3)
    assert risk_coverage([0.5, 0.5, 0.9], [0, 1, 1]) == (curve, area)  # whatever their order


def test_who_is_always_equally_sure_errs_as_often_at_every_coverage() -> None:
    curve, area = risk_coverage([0.2] * 4, [1, 0, 0, 0])
    assert [accuracy for _, accuracy in curve] == pytest.approx([0.25] * 4)
    assert area == pytest.approx(0.75)


@pytest.mark.parametrize(("right", "area"), [(1, 0), (0, 1)])
def test_all_right_is_no_risk_and_all_wrong_is_nothing_else(right: float, area: float) -> None:
    curve, found = risk_coverage([0.1, 0.9, 0.9, 0.4], [right] * 4)
    assert found == pytest.approx(area)
    assert [coverage for coverage, _ in curve] == pytest.approx([0.25, 0.5, 0.75, 1])
    assert {accuracy for _, accuracy in curve} == {right}


def test_no_answers_have_no_curve() -> None:
    curve, area = risk_coverage([], [])
    assert curve == []
    assert math.isnan(area)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.0, 1.0])), min_size=1))
def test_the_area_is_a_share_and_the_curve_ends_at_the_accuracy_of_all(answers: list[tuple[float, float]]) -> None:
    confidence, right = [c for c, _ in answers], [r for _, r in answers]
    curve, area = risk_coverage(confidence, right)
    assert -1e-9 <= area <= 1 + 1e-9
    assert curve[-1] == (1, pytest.approx(sum(right) / len(right)))
    assert risk_coverage(confidence[::-1], right[::-1])[1] == pytest.approx(area)


WORDS = st.text(alphabet="ab1 -.$'", max_size=8)


@given(st.lists(WORDS, max_size=8), WORDS)
def test_an_index_of_words_leaves_out_no_text_that_holds_them(given_texts: list[str], wanted: str) -> None:
    texts = [flatten(text) for text in given_texts]
    index, words = WordIndex(texts), flatten(wanted)
    assert {i for i, text in enumerate(texts) if holds(text, wanted)} <= set(index.with_words(words))
    assert {i for i, text in enumerate(texts) if words in text} <= set(index.with_wording(words))


def test_an_index_of_words_leaves_out_what_lacks_one() -> None:
    index = WordIndex(["the old ferry sails", "the ferry", "old quay", ""])
    assert list(index.with_words("old ferry")) == [0]
    assert list(index.with_words("?")) == [0, 1, 2, 3]
    assert list(index.with_wording("he old ferr")) == [0, 2]
