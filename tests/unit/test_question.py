from __future__ import annotations

import pytest

from ingest.base.article import Published
from qa.question.kinds import find_kind
from qa.question.limits import MAX_QUESTION, QuestionError
from qa.question.question import ArchiveFacts, Question


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who resigned in March?", "who"),
        ("Which company built the tunnel?", "who"),
        ("When did the strike begin?", "when"),
        ("On what day did they meet?", "when"),
        ("Where was she born?", "where"),
        ("In which building did he speak?", "where"),
        ("Why was the report put off?", "why"),
        ("What caused the accident?", "why"),
        ("How many people died?", "number"),
        ("How old is the captain?", "number"),
        ("How much did the tunnel cost?", "money"),
        ("What did Odo Crail say about the ferry?", "said"),
        ("How did the union respond to the offer?", "said"),
        ("Did the court reject the claim?", "yes/no"),
        ("In March, did the court reject the claim?", "yes/no"),
        ("Will people who live there pay more?", "yes/no"),
        ("What did the builder give the town when the taps ran dry?", "what"),
        ("How is salt taken out of the water?", "how"),
        ("harbour tunnel", "what"),
    ],
)
def test_the_opening_word_tells_what_kind_of_answer_is_asked_for(question: str, kind: str) -> None:
    assert find_kind(question) == kind


@pytest.mark.parametrize("text", ["", "   ", "?!", "\n\t", "“”"])
def test_an_empty_question_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        Question.parse(text)


def test_a_question_may_have_2000_characters_and_no_more() -> None:
    assert Question.parse("a" * MAX_QUESTION).text
    with pytest.raises(QuestionError, match="4,000 characters, the limit is 2,000"):
        Question.parse("a" * 4000)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(QuestionError, match="not int"):
        Question.parse(7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("published", "first", "last"),
    [
        ("2020-07-21", "2020-07-21T00:00:00", "2020-07-21T23:59:59"),
        ("2020-02", "2020-02-01T00:00:00", "2020-02-29T23:59:59"),
        ("2019", "2019-01-01T00:00:00", "2019-12-31T23:59:59"),
        (("2020-07-01", "2020-07"), "2020-07-01T00:00:00", "2020-07-31T23:59:59"),
    ],
)
def test_a_range_takes_in_its_first_and_last_day_whole(published: object, first: str, last: str) -> None:
    from datetime import UTC, datetime

    scope = Question.parse("Who?", published).scope  # type: ignore[arg-type]
    seconds = [int(datetime.fromisoformat(time).replace(tzinfo=UTC).timestamp()) for time in (first, last)]
    assert [scope.after, scope.before] == seconds


def test_a_range_may_be_open_at_one_end() -> None:
    assert Question.parse("Who?", (None, "2020")).scope.after is None
    assert Question.parse("Who?", ("2020", None)).scope.before is None
    scope = Question.parse("Who?", (None, None)).scope
    assert (scope.after, scope.before) == (None, None)


@pytest.mark.parametrize("published", ["yesterday", "2020-02-30", ("2020-08", "2020-07"), "2020-13"])
def test_dates_that_make_no_range_are_refused(published: object) -> None:
    with pytest.raises(QuestionError):
        Question.parse("Who?", published)  # type: ignore[arg-type]


def test_publishers_are_compared_without_case() -> None:
    assert Question.parse("Who?", publisher=["The  Gull", "tern"]).scope.publishers == {"the gull", "tern"}
    with pytest.raises(QuestionError, match="empty name"):
        Question.parse("Who?", publisher=" ")


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Pourquoi le gouvernement a-t-il interdit les tuyaux d'arrosage ?", "French"),
        ("Warum hat die Regierung den Gebrauch von Schläuchen verboten?", "German"),
        ("Почему паром сел на мель?", "Russian"),
        ("渡轮为什么搁浅？", "Chinese"),
    ],
)
def test_a_question_in_another_language_is_noticed(question: str, language: str) -> None:
    assert Question.parse(question).foreign_language({"en"}) == (language, True)


@pytest.mark.parametrize(
    "question",
    ["Who is Odo Crail?", "Hester Vayle", "When?", "Did Osasuna beat Real Sociedad?", "ferry inquiry", "Who won?"],
)
def test_a_short_english_question_is_not_taken_for_another_language(question: str) -> None:
    foreign = Question.parse(question).foreign_language({"en"})
    assert foreign is None or not foreign[1]


def test_an_embedder_whose_languages_are_not_known_is_asked_anything() -> None:
    assert Question.parse("Почему паром сел на мель?").foreign_language(frozenset()) is None


def test_the_caution_is_one_of_three() -> None:
    assert Question.parse("Who resigned?").caution == "normal"
    assert Question.parse("Who resigned?", caution="high").caution == "high"
    with pytest.raises(QuestionError, match="unknown caution 'huge'; use low, normal, high"):
        Question.parse("Who resigned?", caution="huge")  # type: ignore[arg-type]


# What its words set


def test_a_range_is_read_from_the_words_and_can_be_taken_back() -> None:
    question = Question.parse("What did Crail say last week?", as_of="2020-07-30")
    assert question.published == ("2020-07-20", "2020-07-26")
    assert question.period == "last week"
    assert question.limits == "published 20 to 26 July 2020, as of 30 July 2020"
    assert question.core == "What did Crail say?"
    everything = Question.parse("What did Crail say last week?", (None, None), as_of="2020-07-30")
    assert everything.published is None
    assert everything.core == everything.text


def test_a_range_that_is_given_counts_before_the_words() -> None:
    question = Question.parse("What did Crail say in July 2020?", "2020-07-21")
    assert question.published == ("2020-07-21", "2020-07-21")
    assert question.period is None


@pytest.mark.parametrize(
    "limits",
    [
        {"published": "2019"},
        {"published": ("2020-08", None)},
        {"published": "2021", "as_of": "2020-07-30"},
        {"published": "2020-07", "publisher": "Tern"},
    ],
)
def test_limits_that_exclude_each_other_are_told(limits: dict[str, str]) -> None:
    facts = ArchiveFacts(("The Gull", "Tern"))
    with pytest.raises(QuestionError):
        Question.parse("According to the Gull, what did Crail say in July 2020?", **limits, archive=facts)  # type: ignore[arg-type]


def test_no_limit_is_read_where_none_is_wanted() -> None:
    assert Question.parse("Who resigned on 31 February 2021?", (None, None)).published is None


def test_publishers_are_read_from_the_words_of_those_that_there_are() -> None:
    facts = ArchiveFacts(("The Gull", "Tern"), ("Ulverne",))
    question = Question.parse("According to the Gull, who resigned in Ulverne?", archive=facts)
    assert question.publishers == ("The Gull",)
    assert question.places == ("Ulverne",)
    assert question.core == "who resigned in Ulverne?"
    assert Question.parse("According to the Gull, who resigned?", publisher=(), archive=facts).publishers == ()
    assert Question.parse("According to the Gull, who resigned?").publishers == ()


@pytest.mark.parametrize("text", ["Who resigned on 31 February 2021?", "Who won between May 2021 and March 2021?"])
def test_a_day_that_does_not_exist_is_told(text: str) -> None:
    with pytest.raises(QuestionError):
        Question.parse(text)


def test_as_of_a_day_nothing_later_is_in_scope() -> None:
    scope = Question.parse("Who?", as_of="2020-07-21").scope
    assert scope.before == Published.parse("2020-07-21").end_epoch
    assert scope.now == scope.before
    assert Question.parse("Who?", "2020-07", as_of="2020-07-21").scope.before == scope.before
    with pytest.raises(QuestionError, match="as_of"):
        Question.parse("Who?", as_of="soon")
