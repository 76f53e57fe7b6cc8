"""NITF 3.x: every fact that is read, what takes an article back, and odd documents."""

from __future__ import annotations

import pytest

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import NOTICES, to_article
from ingest.reading import Source, choose_reader
from ingest.reading.nitf import NitfReader
from ingest.reading.status import CORRECTED
from tests.newsroom import FILES, articles, found, only, refused

STORY = FILES / "story.nitf"
LEAD = "The harbour board of Saltreath voted on Monday to close the old pier, which has stood since 1898."


def nitf(docdata: str = "", body: str = "", attributes: str = "", status: str = "") -> str:
    """A short document."""
    return (
        f'<nitf><head><docdata {attributes}><doc-id id-string="urn:x:1"/>{docdata}</docdata></head>'
        f"<body><body.head>{body}</body.head><body.content><p>{LEAD}</p></body.content></body></nitf>"
    )


def test_a_document_is_recognised_by_its_root_element() -> None:
    assert isinstance(choose_reader(STORY.read_bytes(), Source("a.txt", "/a.txt")), NitfReader)


def test_the_story_is_its_paragraphs_and_crossheads() -> None:
    assert only(STORY).text.split("\n\n") == [
        LEAD,
        "“It breaks my heart, but it is not safe,” said Anna Vance, the chair.",
        "No way back",
        "The work begins in May and will cost 3 million crowns.",
    ]


def test_every_fact_of_a_document() -> None:
    article = only(STORY)
    assert article.identity == "guid urn:tidewater:0417"
    assert article.headline == "Saltreath board votes to close the old pier"
    assert article.authors == ("Ida Marsh", "Bo Orde")
    assert article.dateline == "SALTREATH, Norland, March 2"
    assert article.place == "Saltreath"
    assert article.publisher == "Tidewater"
    assert article.published is not None
    assert article.published.iso == "2026-03-02T10:15:00+01:00"
    assert article.language == "en"
    assert (article.status, article.embargo, article.correction, article.edition) == ("usable", None, None, 2)
    assert (article.source, article.position) == ("story.nitf", "")


def test_what_a_document_does_not_say_is_none() -> None:
    article = only(nitf())
    assert (article.published, article.publisher, article.place, article.dateline, article.edition) == (None,) * 5
    assert (article.authors, article.url, article.correction) == ((), None, None)


def test_a_table_is_read_where_there_is_nothing_else() -> None:
    table = "<table><tr><td>Results</td><td>Hallam 2</td></tr></table>"
    assert only(f"<nitf><body><body.content>{table}</body.content></body></nitf>").text == "Results\n\nHallam 2"


def test_a_kill_without_a_text_takes_its_article_back() -> None:
    article = only(FILES / "kill.nitf")
    assert article.article_id == only(STORY).article_id
    assert (article.status, article.text, article.edition) == ("canceled", NOTICES["canceled"], 3)
    assert article.language is None


@pytest.mark.parametrize("word", ["canceled", "cancelled", "killed", "withdrawn", "Kill"])
def test_words_for_an_article_that_is_taken_back(word: str) -> None:
    assert only(nitf(attributes=f'management-status="{word}"')).status == "canceled"
    assert only(nitf(f'<ed-msg msg-type="{word}"/>')).status == "canceled"
    assert only(nitf(f'<ed-msg info="{word.upper()}: do not use this story"/>')).status == "canceled"


@pytest.mark.parametrize("info", ["The council killed its plan: a story on parks", "Please hold the front page", ""])
def test_other_messages_to_editors_take_nothing_back(info: str) -> None:
    assert only(nitf(f'<ed-msg info="{info}"/>')).status == "usable"


@pytest.mark.parametrize("word", ["withheld", "hold", "embargoed"])
def test_words_for_an_article_that_is_held_back(word: str) -> None:
    assert only(nitf(attributes=f'management-status="{word}"')).status == "withheld"


def test_a_status_that_nobody_knows_is_refused_by_name() -> None:
    (draft,) = found(nitf(attributes='management-status="maybe"'))
    assert not isinstance(draft, SourceError)
    with pytest.raises(SourceError, match="maybe"):
        to_article(draft)  # type: ignore[arg-type]


def test_another_document_may_take_an_article_back() -> None:
    attributes = 'management-doc-idref="urn:tidewater:0417" management-idref-status="canceled"'
    advice, notice = articles(nitf(attributes=attributes))
    assert (advice.status, advice.identity) == ("usable", "guid urn:x:1")
    assert (notice.status, notice.article_id) == ("canceled", only(STORY).article_id)


def test_a_release_after_the_issue_is_an_embargo() -> None:
    issue = '<date.issue norm="20260302T101500Z"/>'
    assert only(nitf(f'{issue}<date.release norm="20260302T101500Z"/>')).embargo is None
    article = only(nitf(f'{issue}<date.release norm="20260303T060000Z"/>'))
    assert (article.status, str(article.embargo)) == ("usable", "2026-03-03T06:00:00Z")


def test_an_embargoed_document_with_a_release_is_found_from_then_on() -> None:
    article = only(nitf('<date.release norm="20260303T0600Z"/>', attributes='management-status="embargoed"'))
    assert (article.status, str(article.embargo)) == ("usable", "2026-03-03T06:00Z")


def test_a_release_that_is_no_date_is_an_error() -> None:
    (draft,) = found(nitf('<date.issue norm="20260302"/><date.release norm="soon"/>'))
    with pytest.raises(SourceError, match="embargo is 'soon'"):
        to_article(draft)  # type: ignore[arg-type]


def test_a_kill_takes_effect_though_its_date_is_no_date() -> None:
    article = only(nitf('<date.issue norm="yesterday"/>', attributes='management-status="canceled"'))
    assert (article.status, article.published) == ("canceled", None)


@pytest.mark.parametrize(
    ("docdata", "note"),
    [
        ('<correction info="CORRECTION: It is of 1898." id-string="urn:x:0"/>', "CORRECTION: It is of 1898."),
        ('<correction id-string="urn:x:0"/>', CORRECTED),
        ('<ed-msg msg-type="correction" info="Corrects: year of building"/>', CORRECTED),
        ('<ed-msg info="CORRECTION: year of building was 1898"/>', "CORRECTION: year of building was 1898"),
    ],
)  # fmt: skip
def test_corrections(docdata: str, note: str) -> None:
    assert only(nitf(docdata)).correction == note


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Ida Marsh", ("Ida Marsh",)),
        ("By Ida Marsh, Tidewater staff writer", ("Ida Marsh",)),
        ("Von Jan van der Berg und Ida Marsh", ("Jan van der Berg", "Ida Marsh")),
        ("<person>ida marsh</person>", ("ida marsh",)),
        ("Staff writer", ()),
        ("Voltaire", ("Voltaire",)),
    ],
)
def test_bylines(byline: str, authors: tuple[str, ...]) -> None:
    assert only(nitf(body=f"<byline>{byline}</byline>")).authors == authors


@pytest.mark.parametrize(
    ("facts", "publisher"),
    [
        ('<pubdata name="Courier"/>', "Courier"),
        ("", "Tidewater"),
    ],
)
def test_the_publication_goes_before_the_distributor(facts: str, publisher: str) -> None:
    text = nitf(body="<distributor>Tidewater</distributor>").replace("</head>", f"{facts}</head>")
    assert only(text).publisher == publisher


def test_the_day_in_the_dateline_stands_in_for_a_missing_issue() -> None:
    body = '<dateline><location>PORT HALLAM</location>, <story.date norm="2026-03-02">Monday</story.date></dateline>'
    article = only(nitf(body=body))
    assert (str(article.published), article.place, article.dateline) == (
        "2026-03-02",
        "Port Hallam",
        "PORT HALLAM, Monday",
    )


def test_a_dateline_in_the_text_is_read_as_in_wire_text() -> None:
    article = only(nitf().replace(LEAD, f"SALTREATH, March 2, 2026 (Tidewater) - {LEAD}"))
    assert (article.text, article.publisher, article.dateline) == (
        LEAD,
        "Tidewater",
        "SALTREATH, March 2, 2026 (Tidewater)",
    )


def test_another_document_with_the_suffix_is_named() -> None:
    assert "no nitf element" in refused("<story><p>Text</p></story>", "story.nitf").reason


def test_names_of_characters_that_the_document_type_would_declare_are_characters() -> None:
    text = '<!DOCTYPE nitf SYSTEM "nitf.dtd">' + nitf().replace("Saltreath", "Salt&eacute;&nbsp;bay &unheard;")
    assert "Salté bay &unheard; voted" in only(text).text


def test_a_namespace_changes_nothing() -> None:
    text = nitf().replace("<nitf>", '<n:nitf xmlns:n="urn:x" xmlns="http://iptc.org/std/NITF/2006-10-18/">')
    assert only(text.replace("</nitf>", "</n:nitf>")).text == LEAD


def test_a_document_without_a_text_is_refused() -> None:
    (draft,) = found("<nitf><body><body.content/></body></nitf>")
    with pytest.raises(SourceError, match="no story text"):
        to_article(draft)  # type: ignore[arg-type]


@pytest.mark.parametrize("norm", ["17000302", "2999-03-02T10:00:00Z"])
def test_dates_far_away_are_kept_as_they_are(norm: str) -> None:
    article = only(nitf(f'<date.issue norm="{norm}"/>'))
    assert article.published is not None
    assert article.published.date in ("1700-03-02", "2999-03-02")


def test_an_article_of_100_000_words_and_one_of_three() -> None:
    long = nitf().replace(LEAD, "</p><p>".join([LEAD] * 6000))
    assert len(only(long).text.split()) == 6000 * len(LEAD.split())
    assert only(nitf().replace(LEAD, "The pier closed.")).text == "The pier closed."
