from __future__ import annotations

import pytest

from qa.question import MAX_QUESTION, Question, QuestionError, find_kind


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
    with pytest.raises(QuestionError, match="4,000 characters; it may have 2,000"):
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
    assert Question.parse("Who?", (None, None)).scope.is_open


@pytest.mark.parametrize("published", ["yesterday", "2020-02-30", ("2020-08", "2020-07"), "2020-13"])
def test_dates_that_make_no_range_are_refused(published: object) -> None:
    with pytest.raises(QuestionError):
        Question.parse("Who?", published)  # type: ignore[arg-type]


def test_publishers_are_compared_without_case() -> None:
    assert Question.parse("Who?", publisher=["The  Gull", "tern"]).scope.publishers == {"the gull", "tern"}
    with pytest.raises(QuestionError, match="no name"):
        Question.parse("Who?", publisher=" ")


def test_names_and_numbers_weigh_more_than_words_and_empty_words_nothing() -> None:
    weights = {term.text: term.weight for term in Question.parse("Why did Odo Crail sell 12 boats?").terms}
    assert set(weights) == {"Odo", "Crail", "sell", "12", "boats"}
    assert weights["Crail"] > weights["12"] > weights["sell"]


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
    with pytest.raises(QuestionError, match="caution is 'huge'; it takes low, normal, high"):
        Question.parse("Who resigned?", caution="huge")  # type: ignore[arg-type]
