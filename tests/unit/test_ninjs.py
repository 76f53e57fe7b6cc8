"""ninjs 1.x to 3.x: every fact, the ways a file holds items, and how it is told from JSON Lines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.base.article import Article
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import NOTICES, Draft, to_article
from ingest.reading import Source, choose_reader
from ingest.reading.jsonlines import JsonLinesReader
from ingest.reading.ninjs import NinjsReader
from ingest.reading.status import CORRECTED
from tests.newsroom import FILES, articles, errors, found, only, refused

LEAD = "The harbour board of Saltreath voted on Monday to close the old pier."
ITEM: dict[str, Any] = {"uri": "urn:x:1", "type": "text", "versioncreated": "2026-03-02", "body_text": LEAD}


def of(name: str = "item.json", **facts: object) -> Article:
    """The article of a short item with these facts."""
    return only(json.dumps(ITEM | facts), name)


def test_every_fact_of_version_1() -> None:
    article = only(FILES / "ninjs-1.json")
    assert article.identity == "guid urn:tidewater:pier"
    assert article.headline == "Old pier to close"
    assert article.text == f"{LEAD}\n\nThe work begins in May & ends in June."
    assert article.authors == ("Ida Marsh", "Bo Orde")
    assert (article.publisher, article.place) == ("Tidewater", "Saltreath")
    assert article.url == "https://tidewater.example/pier"
    assert str(article.published) == "2026-03-02T17:40:00+01:00"
    assert str(article.embargo) == "2026-03-02T18:00:00+01:00"
    assert (article.language, article.status, article.edition) == ("en", "usable", 3)
    assert article.correction == "Correction: The cost is 3 million crowns, not 30 million."


def test_every_fact_of_version_3() -> None:
    article = only(FILES / "ninjs-3.json")
    assert article.identity == "guid https://tidewater.example/pier"
    assert article.url == "https://tidewater.example/pier"
    assert article.headline == "Old pier to close"
    assert article.text == "The harbour board of Saltreath voted to close the old pier.\n\nThe work begins in May."
    assert (article.authors, article.publisher) == (("Ida Marsh",), "Tidewater")
    assert str(article.published) == "2026-03-02T16:40:00Z"
    assert (article.language, article.status, article.edition) == ("en", "withheld", 12)


def test_an_item_a_line_each_bad_one_named() -> None:
    ferry, canceled = (to_article(d) for d in found(FILES / "ninjs-lines.jsonl") if isinstance(d, Draft))
    assert (ferry.identity, ferry.position) == ("guid urn:tw:1", "line 1")
    assert (canceled.status, canceled.text) == ("canceled", NOTICES["canceled"])
    assert [e.place for e in errors(FILES / "ninjs-lines.jsonl")] == ["line 5", "line 6, urn:tw:5", "line 7"]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_items(indent: int | None) -> None:
    items = [ITEM | {"uri": f"urn:x:{n}", "version": str(n)} for n in range(1, 400)]
    taken = articles(json.dumps(items, indent=indent), "items.json")
    assert [article.edition for article in taken] == list(range(1, 400))
    assert taken[1].position == "item 2"


def test_a_list_that_breaks_off_gives_what_stands_before() -> None:
    *drafts, error = found(json.dumps([ITEM] * 3)[:-20], "items.json")
    assert [type(draft) for draft in drafts] == [Draft, Draft]
    assert isinstance(error, SourceError)
    assert "breaks off" in error.reason


def test_a_list_with_something_else_in_it() -> None:
    assert [type(thing).__name__ for thing in found(json.dumps([ITEM, 5, ITEM]), "a.json")] == [
        "Draft", "SourceError", "Draft",
    ]  # fmt: skip


def test_an_item_that_is_longer_than_any_article_ends_the_file() -> None:
    long = json.dumps([ITEM, ITEM | {"body_text": "x" * 15_000_000}])
    first, error = found(long, "items.json")
    assert isinstance(first, Draft)
    assert "longer than" in str(error)


@pytest.mark.parametrize("status", ["usable", "withheld", "canceled"])
def test_status(status: str) -> None:
    assert of(pubstatus=status).status == status
    assert of(pubStatus=status).status == status


def test_a_status_that_nobody_knows_is_refused() -> None:
    (draft,) = found(json.dumps(ITEM | {"pubstatus": "secret"}), "a.json")
    with pytest.raises(SourceError, match="secret"):
        to_article(draft)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "published"),
    [
        ({"firstcreated": "2026-03-01"}, "2026-03-02"),
        ({"versioncreated": None, "firstcreated": "2026-03-01"}, "2026-03-01"),
        ({"versioncreated": None, "contentcreated": "2026-02-28", "firstcreated": "2026-03-01"}, "2026-02-28"),
    ],
)
def test_the_time_of_an_article_is_that_of_its_version(facts: dict[str, object], published: str) -> None:
    assert str(of(**facts).published) == published


@pytest.mark.parametrize(
    ("facts", "correction"),
    [
        ({"ednote": "Pictures to follow"}, None),
        ({"ednote": "Corrected: the year is 1898"}, "Corrected: the year is 1898"),
        ({"signals": [{"uri": "sig:correction"}]}, CORRECTED),
        ({"signal": "sig:update"}, None),
    ],
)
def test_corrections(facts: dict[str, object], correction: str | None) -> None:
    assert of(**facts).correction == correction


@pytest.mark.parametrize(
    "facts",
    [
        {"body_html": f"<p>{LEAD}</p><script>no()</script>"},
        {"body_text": None, "body_nitf": f"<nitf><body><body.content><p>{LEAD}</p></body.content></body></nitf>"},
        {"body_text": None, "body_nitf": f"<p>{LEAD}</p><p></p>"},
        {"body_text": None, "body_xhtml_short": f"<p>{LEAD}</p>"},
        {"body_text": None, "bodies": [{"value": LEAD}]},
        {
            "body_text": None,
            "bodies": [{"role": "short", "value": "Short."}, {"role": "main", "value": f"<p>{LEAD}</p>"}],
        },
    ],
)
def test_bodies_of_every_kind(facts: dict[str, object]) -> None:
    assert of(**facts).text == LEAD


def test_pictures_are_passed_over_unless_there_is_nothing_else() -> None:
    assert "it holds picture, and no text" in refused(json.dumps(ITEM | {"type": "picture"}), "a.json").reason
    assert "composite" in refused(json.dumps({"uri": "x", "type": "composite", "pubstatus": "usable"}), "a.json").reason


def test_an_item_without_a_text_is_named() -> None:
    error = refused(json.dumps(ITEM | {"body_text": ""}), "a.json")
    assert (error.place, "no text" in error.reason) == ("line 1, urn:x:1", True)


@pytest.mark.parametrize("version", ["4", 4])
def test_versions(version: object) -> None:
    assert of(version=version).edition == 4


@pytest.mark.parametrize("version", ["1.2", True, None, [], "20260302101500", "-1"])
def test_versions_that_count_nothing(version: object) -> None:
    assert of(version=version).edition is None


def test_values_of_the_wrong_kind_say_nothing() -> None:
    article = of(
        headline={}, byline=[1], located=5, language=[], renditions=[3], infosource="Tidewater", headlines=7, bodies=3
    )
    assert (article.text, article.publisher) == (LEAD, "Tidewater")
    assert (article.authors, article.place) == ((), None)


RECORD = {"guid": "urn:x:1", "headline": "Old pier to close", "text": LEAD}


@pytest.mark.parametrize(
    ("data", "reader"),
    [
        (json.dumps(ITEM), NinjsReader),
        (json.dumps(ITEM, indent=2), NinjsReader),
        (json.dumps([ITEM]), NinjsReader),
        (json.dumps({"guid": "x", "type": "text", "pubstatus": "usable", "versioncreated": "2026"}), NinjsReader),
        (json.dumps(ITEM | {"body_text": LEAD * 4000}), NinjsReader),
        (json.dumps(RECORD), JsonLinesReader),
        (json.dumps({"uri": "https://x.example/1", "title": "Pier", "text": LEAD}), JsonLinesReader),
        (json.dumps(RECORD | {"meta": {"uri": "x", "pubstatus": "usable"}}), JsonLinesReader),
    ],
)
def test_what_is_ninjs_and_what_is_json_lines(data: str, reader: type) -> None:
    source = Source("a.json", "/a.json")
    assert isinstance(choose_reader(data.encode()[:65_536], source), reader)


def test_columns_that_the_user_named_make_it_json_lines() -> None:
    reader = choose_reader(json.dumps(ITEM).encode(), Source("a.json", "/a.json"), {"text": "body_text"})
    assert isinstance(reader, JsonLinesReader)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    data = json.dumps(ITEM | {"headline": "Ærlig møte"}, ensure_ascii=False)
    assert only(data.encode(encoding), "a.json").headline == "Ærlig møte"
    assert (
        only(json.dumps([ITEM | {"headline": "Ærlig møte"}], ensure_ascii=False).encode(encoding), "a.json").headline
        == "Ærlig møte"
    )
