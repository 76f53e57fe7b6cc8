from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archive.archive import Found
from ingest.base.article import Article, Published
from ingest.chunking.passages import split_passages
from ingest.embedding.embeddings import PassageEmbeddings
from qa.question.question import Question
from qa.reader.calibration import WORDS
from qa.reader.evidence import Evidence
from qa.reader.reader import SpanReader, as_of, heading
from qa.reader.span_decoding import Mark
from qa.reader.span_inputs import Page
from qa.retrieval.retrieval import Candidate
from tests.examples import examples

WHO = "Who resigned in March?"
SURE = 200.0  # logits that are overwhelming, whatever the calibration


class Marker:
    """A model that marks some words, wherever they stand, with a score each; it keeps what it was given to read."""

    name = "marker"

    def __init__(self, scores: dict[str, float]) -> None:
        self.scores = scores
        self.pages: list[Page] = []

    def mark(self, question: str, pages: Sequence[Page], count: int = 3) -> list[list[Mark]]:
        self.pages += pages
        found = []
        for number, page in enumerate(pages):
            places = [(page.text.find(words), words, score) for words, score in self.scores.items()]
            marks = [Mark(number, (at, at + len(words)), score) for at, words, score in places if at >= 0]
            found.append(sorted(marks, key=lambda each: -each.score)[:count])
        return found


class Unused(PassageEmbeddings):
    """Stands where nothing is compared: it has no model, so any use of it is an error."""

    def __init__(self) -> None: ...


def candidates(*texts: str, words: int = 130) -> list[Candidate]:
    """The passages of some articles, in their order; the same text twice is two articles."""
    articles = [Article(identity=str(n), headline="Ferry", text=text) for n, text in enumerate(texts)]
    return [Candidate(Found(p, article), 1.0) for article in articles for p in split_passages(article, words)]


def read(question: str, found: Sequence[Candidate], scores: dict[str, float]) -> list[Evidence]:
    return SpanReader(Marker(scores), Unused()).read(Question.parse(question), found)


# What supports what

CRAIL, VAYLE = "Odo Crail resigned on Monday.", "It was Hester Vayle who resigned."


def test_articles_that_say_the_same_win_over_a_better_passage_alone() -> None:
    scores = {"Odo Crail": 2.0, "Hester Vayle": 2.0}
    assert read(WHO, candidates(VAYLE, CRAIL), scores)[0].short == "Hester Vayle"
    assert read(WHO, candidates(VAYLE, CRAIL, CRAIL), scores)[0].short == "Odo Crail"


def test_support_makes_an_answer_surer() -> None:
    alone = read(WHO, candidates(CRAIL), {"Odo Crail": 1.0})
    together = read(WHO, candidates(CRAIL, CRAIL), {"Odo Crail": 1.0})
    assert together[0].confidence > alone[0].confidence
    assert together[0].quote == alone[0].quote == CRAIL


def test_the_same_words_in_one_article_count_once() -> None:
    twice = candidates(VAYLE, f"{CRAIL}\n\n{CRAIL}", words=5)
    assert len(twice) == 3
    scores = {"Odo Crail": 2.0, "Hester Vayle": 2.0}
    assert read(WHO, twice, scores)[0].short == "Hester Vayle"
    alone = read(WHO, candidates(CRAIL), {"Odo Crail": 2.0})
    once = read(WHO, candidates(f"{CRAIL}\n\n{CRAIL}", words=5), {"Odo Crail": 2.0})
    assert once[0].confidence == alone[0].confidence


def test_copies_of_one_story_count_once() -> None:
    found = candidates(VAYLE, CRAIL, CRAIL)
    copies = [found[0], *(replace(each, hit=replace(each.hit, origin="crail")) for each in found[1:])]
    scores = {"Odo Crail": 2.0, "Hester Vayle": 2.0}
    assert read(WHO, found, scores)[0].short == "Odo Crail"
    assert read(WHO, copies, scores)[0].short == "Hester Vayle"


def test_a_surname_and_the_whole_name_support_one_another() -> None:
    scores = {"Odo Crail": 2.0, "Hester Vayle": 2.0, "Crail": 1.9}
    found = read(WHO, candidates(VAYLE, CRAIL, "Then Crail resigned."), scores)
    assert found[0].short == "Odo Crail"


def test_two_people_of_one_surname_do_not() -> None:
    scores = {"Hester Vayle": 2.0, "Odo Crail": 2.0, "Marta Crail": 2.0}
    found = read(WHO, candidates(VAYLE, CRAIL, "Marta Crail resigned."), scores)
    assert found[0].short == "Hester Vayle"


def test_a_surname_alone_supports_only_one_of_two_who_bear_it() -> None:
    texts = candidates("Then CRAIL resigned.", CRAIL, "Marta Crail resigned.", VAYLE)
    one = read(WHO, texts[:2], {"Odo Crail": 1.0, "CRAIL": 1.5})
    two = read(WHO, texts[:3], {"Odo Crail": 1.0, "Marta Crail": 1.0, "CRAIL": 1.5})
    assert one[0].confidence == two[0].confidence


def test_days_before_and_after_do_not_support_one_another() -> None:
    question = "When did it sink?"
    alone = read(question, candidates("It sank before Monday."), {"before Monday": 1.0})
    found = read(
        question,
        candidates("It sank before Monday.", "It sank after Monday."),
        {"before Monday": 1.0, "after Monday": 1.0},
    )
    assert found[0].confidence == alone[0].confidence


def test_only_the_best_sentence_of_those_that_agree_has_their_support() -> None:
    found = read(WHO, candidates(CRAIL, "Odo Crail went at last.", VAYLE), {"Odo Crail": 2.0, "Hester Vayle": 2.0})
    assert [each.quote for each in found] == [CRAIL, "Odo Crail went at last.", VAYLE]
    assert found[0].confidence > found[1].confidence > found[2].confidence


def test_of_equal_spans_that_of_the_better_passage_is_surer() -> None:
    found = read(WHO, candidates(VAYLE, CRAIL), {"Odo Crail": 1.0, "Hester Vayle": 1.0})
    assert [each.short for each in found] == ["Hester Vayle", "Odo Crail"]


# Age


def dated(found: Sequence[Candidate], *days: str | None) -> list[Candidate]:
    """The same passages, published on some days."""
    articles = [
        replace(each.hit.article, published=Published.parse(day) if day else None)
        for each, day in zip(found, days, strict=True)
    ]
    return [
        replace(each, hit=replace(each.hit, article=article)) for each, article in zip(found, articles, strict=True)
    ]


BOTH = {"Odo Crail": 2.0, "Hester Vayle": 2.0}


def read_as_of(question: str, found: Sequence[Candidate], scores: dict[str, float]) -> str | None:
    asked = Question.parse(question, (None, None), as_of="2020-03-08")
    return SpanReader(Marker(scores), Unused()).read(asked, found)[0].short


def test_as_of_a_day_the_newer_of_equal_answers_wins() -> None:
    found = dated(candidates(VAYLE, CRAIL), "2019-03-01", "2020-03-01")
    assert read_as_of("Who resigned?", found, BOTH) == "Odo Crail"
    assert read_as_of("Who resigned?", dated(candidates(VAYLE, CRAIL), None, "2020-03-01"), BOTH) == "Odo Crail"


@pytest.mark.parametrize("question", ["Who resigned in March?", "Who resigned in 2019?"])
def test_a_question_with_a_year_or_month_takes_no_account_of_age(question: str) -> None:
    found = dated(candidates(VAYLE, CRAIL), "2019-03-01", "2020-03-01")
    assert read_as_of(question, found, BOTH) == "Hester Vayle"


def test_a_passage_outside_the_range_of_the_words_loses() -> None:
    found = dated(candidates(VAYLE, CRAIL), "2019-03-01", "2020-03-01")
    asked = Question.parse("Who resigned in March 2020?", as_of="2020-04-08")
    assert SpanReader(Marker(BOTH), Unused()).read(asked, found)[0].short == "Odo Crail"
    given = Question.parse("Who resigned?", "2020-03")
    assert SpanReader(Marker(BOTH), Unused()).read(given, found)[0].short == "Hester Vayle"


def test_a_much_better_answer_wins_though_it_is_old() -> None:
    found = dated(candidates(VAYLE, CRAIL), "2019-03-01", "2020-03-01")
    assert read_as_of("Who resigned?", found, {**BOTH, "Hester Vayle": 9.0}) == "Hester Vayle"


def test_age_counts_from_the_newest_that_was_found() -> None:
    found = dated(candidates(VAYLE, CRAIL), "2019-03-01", "2020-03-01")
    newest = Published.parse("2020-03-01").epoch
    assert as_of(Question.parse("Who resigned?", as_of="2020-03-31"), found) == newest
    assert as_of(Question.parse("Who resigned?", as_of="2020-03-31"), candidates(VAYLE)) is None
    for published in (None, "2020", ("2019", "2020"), (None, "2020")):
        assert as_of(Question.parse("Who resigned?", published), found) is None


def test_age_counts_where_the_state_of_things_is_asked_for() -> None:
    found = dated(candidates(VAYLE, CRAIL), "2019-03-01", "2020-03-01")
    newest = Published.parse("2020-03-01").epoch
    for question in ("Who is the mayor?", "How many people have died so far?", "What is the latest figure?"):
        assert as_of(Question.parse(question), found) == newest


def test_a_far_end_of_the_range_makes_no_answer_less_sure() -> None:
    found = dated(candidates(CRAIL), "2020-03-01")
    plain = SpanReader(Marker(BOTH), Unused()).read(Question.parse("Who resigned?"), found)
    asked = SpanReader(Marker(BOTH), Unused()).read(Question.parse("Who resigned?", as_of="2090-01-01"), found)
    assert plain[0].confidence == asked[0].confidence


# What is said


@pytest.mark.parametrize(
    ("question", "wrong", "right"),
    [
        ("How many were on board?", "Oskell", "218"),
        ("When did it sink?", "Oskell", "Monday"),
        ("Where did it sink?", "1996", "Oskell"),
        ("Who was its captain?", "1996", "Odo Crail"),
        ("Which country did they reach?", "the ferry", "Ulverne"),
    ],
)
def test_words_of_another_kind_than_was_asked_for_lose(question: str, wrong: str, right: str) -> None:
    text = "On Monday the ferry sank off Oskell. It was built in 1996. Odo Crail and 218 others swam to Ulverne."
    found = read(question, candidates(text), {wrong: 2.0, right: 0.0})
    assert found[0].short == right
    assert text[slice(*found[0].span)] == found[0].quote


def test_where_any_words_may_answer_none_lose() -> None:
    found = read("What was it built in?", candidates("It was built in 1996. It sank off Oskell."), {"1996": 1.0})
    assert found[0].confidence == WORDS(1.0)


def test_a_sentence_in_which_another_acts_loses() -> None:
    texts = candidates("Hester Vayle banned the ferry on Monday.", "On Tuesday Odo Crail banned the ferry.")
    scores = {"Monday": 1.0, "Tuesday": 1.0}
    assert read("When did Odo Crail ban the ferry?", texts, scores)[0].short == "Tuesday"


@pytest.mark.parametrize("text", ["Ulverne won the cup.", "The cup went to Ulverne.", "A team of Ulverne won it."])
def test_a_country_may_stand_anywhere_in_its_sentence(text: str) -> None:
    (found,) = read("Which country won the cup?", candidates(text), {"Ulverne": 1.0})
    assert found.confidence == WORDS(1.0)


def test_the_short_answer_is_cut_to_what_was_asked() -> None:
    text = "By then Transport Minister Hester Vayle had resigned."
    (found,) = read(WHO, candidates(text), {"Transport Minister Hester Vayle": 1.0})
    assert (found.short, found.quote) == ("Hester Vayle", text)


def test_a_sentence_is_given_once_with_its_best_words() -> None:
    scores = {"Odo Crail": 1.0, "Hester Vayle": 2.0}
    (found,) = read(WHO, candidates("Odo Crail and Hester Vayle resigned."), scores)
    assert found.short == "Hester Vayle"


def test_the_short_answer_stands_in_the_sentence_that_is_quoted() -> None:
    (found,) = read(WHO, candidates("It was Odo Crail. Hester Vayle stayed."), {"Odo Crail. Hester": 1.0})
    assert found.short is not None
    assert found.short in found.quote


def test_marks_without_a_letter_or_figure_answer_nothing() -> None:
    assert read("What did he shout?", candidates("He shouted “...” and left."), {"“...”": 3.0}) == []


# Where it stands


def test_sentences_stand_at_their_offsets_in_the_article_not_in_the_passage() -> None:
    text = f"It rained all day long in Oskell.\n\nNobody came to the harbour.\n\n{CRAIL} The assembly met again."
    found = candidates(text, words=6)
    assert len(found) > 2
    (evidence,) = read(WHO, found, {"Odo Crail": 1.0})
    assert text[slice(*evidence.span)] == evidence.quote == CRAIL
    assert evidence.hit.passage.start > 0


def test_a_span_over_two_sentences_goes_with_the_one_that_holds_most_of_it() -> None:
    text = "He left. Hester Vayle came."
    (found,) = read("What was it?", candidates(text), {"left. Hester Vayle came": 1.0})
    assert text[slice(*found.span)] == found.quote == "Hester Vayle came."


def test_no_candidates_have_no_evidence() -> None:
    assert read(WHO, [], {"Odo Crail": 1.0}) == []


def test_nothing_marked_is_no_evidence() -> None:
    assert read(WHO, candidates(CRAIL, VAYLE), {}) == []


def test_what_stands_in_no_sentence_that_may_be_quoted_is_left_out() -> None:
    (whole,) = candidates(CRAIL)
    crosshead = replace(whole.passage, sentences=())
    bare = Candidate(Found(crosshead, whole.hit.article), 1.0)
    assert read(WHO, [bare], {"Odo Crail": 1.0}) == []
    assert [each.quote for each in read(WHO, [bare, whole], {"Odo Crail": 1.0})] == [CRAIL]


class Anywhere:
    """A model that marks given spans of every page, as far as they lie in it."""

    name = "anywhere"

    def __init__(self, marks: Sequence[tuple[int, int, float]]) -> None:
        self.marks = marks

    def mark(self, question: str, pages: Sequence[Page], count: int = 3) -> list[list[Mark]]:
        return [
            [
                Mark(number, (start, min(start + length, len(page.text))), score)
                for start, length, score in self.marks
                if start < len(page.text)
            ][:count]
            for number, page in enumerate(pages)
        ]


@given(
    st.lists(
        st.one_of(
            st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40),
            st.sampled_from(["Odo Crail said", "“We will not go.", "U.S.", "on Monday", "Well Done\n\n", ".”", "218 "]),
        ),
        min_size=1,
        max_size=20,
    ).map(" ".join),
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60), st.floats(-30, 30)), max_size=5),
    st.sampled_from([WHO, "When?", "How many?", "What?", "Which country?"]),
)
@examples(150)
def test_whatever_is_marked_every_quote_stands_at_its_offsets(
    text: str, marks: list[tuple[int, int, float]], question: str
) -> None:
    asked, found = Question.parse(question), candidates(text, "Odo Crail went. 218 stayed.", words=20)
    evidence = SpanReader(Anywhere(marks), Unused()).read(asked, found)
    texts = {each.passage.article_id: article for each, article in _with_texts(found)}
    for each in evidence:
        assert texts[each.hit.passage.article_id][slice(*each.span)] == each.quote != ""
        assert each.span in each.hit.passage.sentences
        assert 0 <= each.confidence <= 1
        assert each.short is None or each.short != ""
    assert [each.confidence for each in evidence] == sorted((each.confidence for each in evidence), reverse=True)
    assert len({(each.hit.passage.article_id, each.span) for each in evidence}) == len(evidence)
    assert SpanReader(Anywhere(marks), Unused()).read(asked, found) == evidence


def _with_texts(found: Sequence[Candidate]) -> list[tuple[Candidate, str]]:
    return [(each, each.hit.article.text) for each in found]


# How much is read


def filler(count: int) -> list[str]:
    return [f"The harbour of Oskell was quiet on day {n}." for n in range(count)]


def pages_read(texts: Sequence[str], scores: dict[str, float], words: int = 130) -> int:
    marker = Marker(scores)
    SpanReader(marker, Unused()).read(Question.parse(WHO), candidates(*texts, words=words))
    return len(marker.pages)


def test_where_two_articles_leave_no_doubt_the_rest_is_not_read() -> None:
    assert pages_read([CRAIL, CRAIL, *filler(18)], {"Odo Crail": SURE}) == 12


def test_one_article_alone_is_never_enough() -> None:
    assert pages_read([CRAIL, *filler(19)], {"Odo Crail": SURE}) == 20
    assert pages_read([f"{CRAIL}\n\n{CRAIL}", *filler(18)], {"Odo Crail": SURE}, words=5) > 12


def test_two_articles_that_are_not_sure_are_not_enough() -> None:
    assert pages_read([CRAIL, CRAIL, *filler(18)], {"Odo Crail": -2.0}) == 20


def test_two_articles_that_differ_are_not_enough() -> None:
    assert pages_read([CRAIL, VAYLE, *filler(18)], {"Odo Crail": SURE, "Hester Vayle": SURE}) == 20


def test_no_more_passages_are_read_than_it_says() -> None:
    assert pages_read(filler(40), {}) == SpanReader.passages


def test_a_passage_far_down_is_found_where_the_first_leave_a_doubt() -> None:
    found = read(WHO, candidates(*filler(19), CRAIL), {"Odo Crail": 3.0})
    assert [each.quote for each in found] == [CRAIL]


def test_a_passage_read_in_the_second_round_has_its_own_rank() -> None:
    late = read(WHO, candidates(*filler(13), CRAIL), {"Odo Crail": 3.0})
    first = read(WHO, candidates(CRAIL), {"Odo Crail": 3.0})
    twelfth = read(WHO, candidates(*filler(11), CRAIL), {"Odo Crail": 3.0})
    assert late[0].confidence < twelfth[0].confidence < first[0].confidence


# What is read


def test_headline_and_date_stand_in_front_of_a_passage() -> None:
    article = Article(identity="a", headline="Ferry sinks", text=CRAIL, published=Published.parse("2020-07-21"))
    (passage,) = split_passages(article)
    dated = Candidate(Found(passage, article), 1.0)
    assert heading(dated) == "Ferry sinks (21 July 2020)"
    marker = Marker({})
    SpanReader(marker, Unused()).read(Question.parse(WHO), [dated])
    assert marker.pages == [Page("Ferry sinks (21 July 2020)", CRAIL)]
    (undated,) = candidates(CRAIL)
    assert heading(undated) == "Ferry"


def test_a_higher_score_is_a_higher_confidence_and_no_score_is_too_high() -> None:
    steps = [WORDS(score) for score in (-1e9, -8.0, -1.0, 0.0, 1.0, 8.0, 1e9)]
    assert steps == sorted(steps)
    assert len(set(steps)) == 7
    assert all(0 <= step <= 1 and math.isfinite(step) for step in steps)
