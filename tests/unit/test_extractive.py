from __future__ import annotations

from ingest.archive.archive import Found
from ingest.base.article import Article, Passage
from qa.generation.quoting import QuotingAnswerer
from qa.question.question import Caution, Question
from qa.reader.calibration import THRESHOLDS
from qa.reader.evidence import Evidence


def evidence(text: str, quotes: dict[str, float], identity: str = "a", short: str | None = None) -> list[Evidence]:
    """Evidence for some of a text's sentences, with their confidence; the others have none."""
    article = Article(identity=identity, headline="Ferry", text=text)
    spans = {quote: (text.index(quote), text.index(quote) + len(quote)) for quote in quotes}
    passage = Passage(article.article_id, article.version, 0, 0, len(text), text, tuple(sorted(spans.values())))
    return [Evidence(Found(passage, article), spans[q], q, c, short) for q, c in quotes.items()]


def answer(question: str, found: list[Evidence], threshold: float = 0.5) -> list[str]:
    found = sorted(found, key=lambda e: -e.confidence)
    parts = list(QuotingAnswerer(threshold).answer(Question.parse(question), found))
    return [sentence.text for part in parts for sentence in part.sentences]


def test_nothing_is_said_below_the_threshold() -> None:
    assert answer("Why?", evidence("It sank.", {"It sank.": 0.49})) == []
    assert answer("Why?", []) == []


def test_the_threshold_follows_the_caution_of_the_question() -> None:
    found = evidence("It sank.", {"It sank.": (THRESHOLDS["low"] + THRESHOLDS["normal"]) / 2})
    cautions: tuple[Caution, ...] = ("low", "normal", "high")
    given = {c: list(QuotingAnswerer().answer(Question.parse("Why?", caution=c), found)) for c in cautions}
    assert [len(given[c]) for c in cautions] == [1, 0, 0]
    assert THRESHOLDS["low"] < THRESHOLDS["normal"] < THRESHOLDS["high"]


def test_the_quote_is_cited_at_its_offsets() -> None:
    text = "It rained. The ferry sank."
    (part,) = QuotingAnswerer(0.5).answer(Question.parse("Why?"), evidence(text, {"The ferry sank.": 0.9}))
    (citation,) = part.citations
    assert text[citation.start : citation.end] == citation.quote == part.sentences[0].text == "The ferry sank."


def test_at_most_three_sentences_for_a_reason_and_two_for_a_name() -> None:
    text = "Odo fell. Neve rose. Tarn sang. Brisk swam."
    quotes = dict.fromkeys(["Odo fell.", "Neve rose.", "Tarn sang.", "Brisk swam."], 0.9)
    assert len(answer("Why did it end?", evidence(text, quotes))) == 3
    assert len(answer("Who was there?", evidence(text, quotes))) == 2


def test_a_much_less_sure_sentence_is_left_out() -> None:
    text = "Odo fell. Neve rose."
    assert answer("Why?", evidence(text, {"Odo fell.": 0.9, "Neve rose.": 0.6})) == ["Odo fell."]


def test_what_repeats_an_earlier_sentence_is_left_out() -> None:
    first = evidence("The ferry ran aground on a reef on Monday.", {"The ferry ran aground on a reef on Monday.": 0.9})
    copy = evidence(
        "The ferry ran aground on the reef Monday.", {"The ferry ran aground on the reef Monday.": 0.9}, "b"
    )
    assert len(answer("Why did it stop?", first + copy)) == 1


def test_a_quotation_is_completed_with_who_said_it() -> None:
    text = "“We waited. Nobody came,” Odo Crail said. It rained."
    quotes = {"“We waited.": 0.9, "Nobody came,” Odo Crail said.": 0.1, "It rained.": 0.1}
    assert answer("What did Odo Crail say?", evidence(text, quotes)) == ["“We waited.", "Nobody came,” Odo Crail said."]
