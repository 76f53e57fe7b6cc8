"""NewsML-G2: every fact of an item, messages with several, and what takes an article back."""

from __future__ import annotations

import base64

import pytest

from ingest.base.article import Article
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import NOTICES, Draft, to_article
from ingest.reading.status import CORRECTED
from tests.newsroom import FILES, errors, found, only, refused

ITEM = FILES / "item.newsml"
MESSAGE = FILES / "message.newsml"
LEAD = "The harbour board of Saltreath voted on Monday to close the old pier."


def item(meta: str = "", content: str = "", body: str | None = None, attributes: str = 'guid="urn:x:1"') -> str:
    """A short news item."""
    body = f"<inlineData contenttype='text/plain'>{LEAD}</inlineData>" if body is None else body
    return (
        f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" {attributes}><itemMeta>{meta}</itemMeta>'
        f"<contentMeta>{content}</contentMeta><contentSet>{body}</contentSet></newsItem>"
    )


def message() -> dict[str, Article]:
    """The articles of the test file with several, by guid."""
    taken = [to_article(draft) for draft in found(MESSAGE) if isinstance(draft, Draft)]
    return {article.identity.removeprefix("guid urn:tw:"): article for article in taken}


def test_every_fact_of_an_item() -> None:
    article = only(ITEM)
    assert article.identity == "guid urn:newsml:tidewater.example:20260302:pier"
    assert article.headline == "Old pier to close"
    assert article.text == f"{LEAD}\n\nThe work begins in May and will cost 3 million crowns."
    assert article.authors == ("Ida Marsh", "Bo Orde")
    assert article.dateline == "SALTREATH, March 2 (Tidewater)"
    assert article.place == "Saltreath"
    assert article.publisher == "Tidewater"
    assert article.url == "https://tidewater.example/pier"
    assert str(article.published) == "2026-03-02T17:40:00+01:00"
    assert article.language == "en"
    assert (article.status, str(article.embargo)) == ("usable", "2026-03-02T18:00:00+01:00")
    assert article.correction == "CORRECTION: The cost is 3 million crowns, not 30 million."
    assert article.edition == 4


def test_what_an_item_does_not_say_is_none() -> None:
    article = only(item())
    assert (article.published, article.publisher, article.place, article.dateline, article.url) == (None,) * 5
    assert (article.authors, article.correction, article.embargo, article.edition) == ((), None, None, None)


def test_a_message_gives_each_of_its_items() -> None:
    assert list(message()) == ["ferry", "budget", "held", "pier"]
    assert [article.position for article in message().values()] == ["item 1", "item 2", "item 5", "item 6"]


def test_nitf_inside_an_item_gives_what_the_item_does_not_say() -> None:
    article = message()["ferry"]
    assert article.text == "Fergen gikk på grunn utenfor Fjordby mandag kveld, og alle om bord er trygge."
    assert (article.authors, article.place, article.dateline) == (("Nils Fjord",), "Fjordby", "FJORDBY")
    assert (article.language, article.publisher) == ("nb", "Tidewater")


def test_an_empty_embargo_holds_back_until_another_version() -> None:
    article = message()["budget"]
    assert (article.status, article.embargo) == ("withheld", None)
    assert article.text == "The council passed its budget on Monday.\n\nIt has 4 million crowns for schools."


def test_a_withheld_item_is_read() -> None:
    article = message()["held"]
    assert (article.status, article.text) == ("withheld", "The mayor will resign on Friday.")


def test_a_canceled_item_needs_no_text() -> None:
    article = message()["pier"]
    assert (article.status, article.text, article.headline) == ("canceled", NOTICES["canceled"], "Old pier to close")


def test_an_item_without_a_text_is_named() -> None:
    (error,) = errors(MESSAGE)
    assert error.place == "item 7, urn:tw:nothing"
    assert "no text" in error.reason


def test_pictures_and_packages_are_passed_over_unless_there_is_nothing_else() -> None:
    picture = item('<itemClass qcode="ninat:picture"/>')
    assert "it holds picture, and no text" in refused(picture).reason
    assert "packageItem" in refused(picture.replace("newsItem", "packageItem")).reason


@pytest.mark.parametrize(
    ("meta", "status"),
    [
        ('<pubStatus qcode="stat:usable"/>', "usable"),
        ('<pubStatus qcode="stat:withheld"/>', "withheld"),
        ('<pubStatus qcode="whatever:canceled"/>', "canceled"),
        ('<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld"/>', "withheld"),
        ('<pubStatus qcode="stat:usable"/><signal qcode="cust:kill"/>', "canceled"),
        ('<pubStatus qcode="stat:usable"/><signal qcode="sig:update"/>', "usable"),
        ("", "usable"),
    ],
)
def test_status(meta: str, status: str) -> None:
    assert only(item(meta)).status == status


def test_a_status_that_nobody_knows_is_refused() -> None:
    (draft,) = found(item('<pubStatus qcode="imext:secret"/>'))
    with pytest.raises(SourceError, match="secret"):
        to_article(draft)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("meta", "correction"),
    [
        ('<signal qcode="sig:correction"/>', CORRECTED),
        ('<signal qcode="sig:correction"/><edNote>Pictures to follow</edNote>', CORRECTED),
        ('<signal uri="http://cv.iptc.org/newscodes/signal/correction"/>', CORRECTED),
        ('<signal qcode="sig:update"/><edNote>CORRECTION: none</edNote>', None),
        ("<edNote>Pictures to follow</edNote>", None),
    ],
)
def test_a_note_to_editors_is_taken_only_where_it_is_a_correction(meta: str, correction: str | None) -> None:
    assert only(item(meta)).correction == correction


@pytest.mark.parametrize(
    ("meta", "content", "published"),
    [
        ("<versionCreated>2026-03-02</versionCreated>", "<contentCreated>2026-03-01</contentCreated>", "2026-03-02"),
        ("<firstCreated>2026-02-01</firstCreated>", "<contentModified>2026-03-01</contentModified>", "2026-03-01"),
        ("<firstCreated>2026-02-01</firstCreated>", "", "2026-02-01"),
    ],
)
def test_the_time_of_an_article_is_that_of_its_version(meta: str, content: str, published: str) -> None:
    assert str(only(item(meta, content)).published) == published


@pytest.mark.parametrize(
    "body",
    [
        f"<inlineData contenttype='text/plain'>{LEAD}</inlineData>",
        f"<inlineData>{LEAD}</inlineData>",
        f"<inlineData contenttype='text/html'>&lt;p&gt;{LEAD}&lt;/p&gt;&lt;script&gt;no()&lt;/script&gt;</inlineData>",
        f"<inlineData encoding='base64'>{base64.b64encode(LEAD.encode()).decode()}</inlineData>",
        f"<inlineXML><html xmlns='http://www.w3.org/1999/xhtml'><body><div>{LEAD}</div></body></html></inlineXML>",
        f"<inlineData> </inlineData><inlineXML><nitf><body><p>{LEAD}</p></body></nitf></inlineXML>",
        f"<inlineXML><section><p>{LEAD}</p></section></inlineXML>",
        f"<remoteContent href='x.jpg'/><inlineXML>{LEAD}</inlineXML>",
    ],
)
def test_texts_of_every_kind(body: str) -> None:
    assert only(item(body=body)).text == LEAD


def test_creators_are_authors_where_there_is_no_byline_and_they_are_people() -> None:
    person = '<creator type="cpnat:person"><name>Ida Marsh</name></creator>'
    person += '<creator type="cpnat:organisation" literal="TDW"/>'
    assert only(item(content=person)).authors == ("Ida Marsh",)


def test_a_version_that_counts_nothing_is_left_out() -> None:
    assert only(item(attributes='guid="urn:x:1" version="20260302101500"')).edition is None
    assert only(item(attributes='guid="urn:x:1" version="7"')).edition == 7


def test_two_versions_of_one_article_in_a_message_are_both_read_in_order() -> None:
    first, second = item(attributes='guid="urn:x:1" version="1"'), item(attributes='guid="urn:x:1" version="2"')
    taken = [
        to_article(d)
        for d in found(f"<newsMessage><itemSet>{first}{second}</itemSet></newsMessage>")
        if isinstance(d, Draft)
    ]
    assert [article.edition for article in taken] == [1, 2]
    assert len({article.article_id for article in taken}) == 1


def test_a_message_that_breaks_off_gives_what_stands_before() -> None:
    whole = f"<newsMessage><itemSet>{item()}{item()}</itemSet></newsMessage>"
    first, error = found(whole[: whole.rindex("</contentSet>")])
    assert isinstance(first, Draft)
    assert isinstance(error, SourceError)
    assert "breaks off before </newsMessage>" in error.reason


def test_an_older_newsml_is_named() -> None:
    error = refused("<NewsML><NewsItem/></NewsML>")
    assert "'NewsML'" in error.reason
    assert "NewsML-G2" in error.remedy
