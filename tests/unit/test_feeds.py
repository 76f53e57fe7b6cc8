"""RSS and Atom: articles, links, every fact, and feeds as they are found in the wild."""

from __future__ import annotations

import pytest

from ingest.base.article import Article
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import NOTICES, Draft, Link, to_article
from ingest.reading import Source
from tests.costs import STEEP, growth
from tests.newsroom import FILES, articles, errors, found, links, only, refused

RSS, ATOM = FILES / "rss.xml", FILES / "atom.xml"
LEAD = "The harbour board of Saltreath voted on Monday to close the old pier."


def rss(*items: str, channel: str = "<title>Courier</title>") -> str:
    """A feed of RSS 2.0."""
    entries = "".join(f"<item>{item}</item>" for item in items)
    modules = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f'<rss version="2.0" {modules}><channel>{channel}{entries}</channel></rss>'


def entry(more: str = "", text: str = LEAD) -> str:
    """An entry with its whole text."""
    return f"<content:encoded><![CDATA[{text}]]></content:encoded>{more}"


def first(path: object = RSS) -> Article:
    draft = found(path)[0]  # type: ignore[arg-type]
    assert isinstance(draft, Draft)
    return to_article(draft)


def test_an_entry_of_rss_with_its_whole_text_is_an_article() -> None:
    article = first()
    assert article.identity == "url courier.example/news/pier"
    assert article.url == "https://courier.example/news/pier?utm_source=rss"
    assert article.headline == "Old pier to close"
    assert (article.authors, article.publisher, article.language) == (("Ida Marsh",), "Saltreath Courier", "en")
    assert str(article.published) == "2026-03-02T10:15:00+01:00"
    assert article.position == "entry 1"


def test_scripts_forms_and_captions_in_an_entry_are_no_story() -> None:
    assert first().text == f"{LEAD}\n\nThe work begins in May & costs 3 million crowns."


def test_an_entry_with_a_summary_is_a_link_to_its_article() -> None:
    fares = links(RSS)[0]
    assert (fares.url, fares.position) == ("https://courier.example/news/fares", "entry 2")
    assert fares.draft is not None
    article = to_article(fares.draft)
    assert article.text == "Fares on the ferry rise by a tenth in April."
    assert article.headline == "Ferry & bus fares rise"
    assert (article.identity, article.authors) == ("guid courier.example 4711", ("Bo Orde",))
    assert str(article.published) == "2026-03-03T08:00+00:00"


def test_an_entry_with_a_title_alone_is_a_link_with_what_is_known() -> None:
    (bare,) = [link for link in links(RSS) if link.draft is None]
    assert bare.url == "https://courier.example/news/title"
    assert bare.facts is not None
    assert (bare.facts.headline, bare.facts.publisher, bare.facts.text) == ("Only a title", "Saltreath Courier", "")


def test_an_entry_without_an_address_is_an_article_of_its_summary() -> None:
    (note,) = [thing for thing in found(RSS)[1:] if isinstance(thing, Draft)]
    assert to_article(note).identity == "guid tag:courier.example,2026:note"
    assert to_article(note).text == "The offices of the Courier are closed on Friday for the fair."


def test_an_entry_with_neither_is_named() -> None:
    (error,) = errors(RSS)
    assert (error.place, error.reason) == ("entry 5", "the entry has neither text nor address")


def test_an_entry_from_another_feed_is_published_by_that() -> None:
    assert [link.draft.publisher for link in links(RSS) if link.draft] == ["Saltreath Courier", "Hill Herald"]


def test_every_fact_of_an_entry_of_atom() -> None:
    article = first(ATOM)
    assert article.identity == "guid tag:bote.example,2026:mole"
    assert article.url == "https://bote.example/mole"  # by xml:base
    assert article.headline == "Alte Mole schließt"
    assert article.text == "Der Hafenrat von Salzried schließt die alte Mole.\n\nDie Arbeiten beginnen im Mai."
    assert article.authors == ("Ida Marsch", "Bo Orde")
    assert (article.publisher, article.language) == ("Küstenbote", "de")
    assert str(article.published) == "2026-03-02T10:00:00+01:00"


def test_a_draft_in_atom_is_withheld_and_has_the_author_of_its_feed() -> None:
    thing = found(ATOM)[1]
    assert isinstance(thing, Draft)
    article = to_article(thing)
    assert (article.status, article.authors, article.language) == ("withheld", ("Redaktion",), "en")
    assert str(article.published) == "2026-03-02T12:00:00Z"  # updated, where it was never published


def test_an_entry_that_was_deleted_is_canceled() -> None:
    thing = found(ATOM)[-1]
    assert isinstance(thing, Draft)
    article = to_article(thing)
    assert (article.identity, article.status) == ("guid tag:bote.example,2026:alt", "canceled")
    assert article.text == NOTICES["canceled"]


def test_a_deleted_id_that_is_an_address_may_be_that_of_its_article() -> None:
    ref = '<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="https://x.example/1"/>'
    taken = articles(f'<feed xmlns="http://www.w3.org/2005/Atom">{ref}</feed>')
    assert [article.identity for article in taken] == ["guid https://x.example/1", "url x.example/1"]


OF_ITS_OWN = "file " + Source("wire.xml", "/news/wire.xml").key_of(f"{LEAD}\nNone", "")


@pytest.mark.parametrize(
    ("ids", "identity"),
    [
        ("<guid>https://x.example/1</guid>", "url x.example/1"),
        ("<guid>https://x.example/1</guid><link>https://x.example/1/?utm_campaign=a</link>", "url x.example/1"),
        ("<guid>https://x.example/?p=7</guid><link>https://x.example/1</link>", "guid https://x.example/?p=7"),
        ("<guid>urn:uuid:7</guid><link>https://x.example/1</link>", "guid urn:uuid:7"),
        ("<guid>7</guid><link>https://x.example/1</link>", "guid 7"),
        ("<link>https://x.example/1</link>", "url x.example/1"),
        ("<link>javascript:alert(1)</link>", OF_ITS_OWN),
        ("<link>https://[/</link>", OF_ITS_OWN),
        ("", OF_ITS_OWN),
    ],
)
def test_what_names_an_entry(ids: str, identity: str) -> None:
    assert only(rss(entry(ids))).identity == identity


def test_an_entry_that_nothing_names_is_the_same_when_another_comes_before_it() -> None:
    old, new = entry("<title>Old pier to close</title>"), entry("<title>A new ferry</title>", "A ferry was bought.")
    untitled = entry(text="The fair is on Friday.")
    before, after = articles(rss(old, untitled)), articles(rss(new, old, untitled))
    assert [article.identity for article in after][1:] == [article.identity for article in before]
    assert len({article.identity for article in after}) == 3


def test_a_plain_number_is_only_unique_in_its_feed() -> None:
    one = only(rss(entry("<guid isPermaLink='false'>7</guid>"), channel="<link>https://a.example/</link>"))
    other = only(rss(entry("<guid isPermaLink='false'>7</guid>"), channel="<link>https://b.example/</link>"))
    assert one.article_id != other.article_id


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ("<author>desk@courier.media (Bo Orde)</author>", ("Bo Orde",)),
        ("<author>desk@courier.example</author>", ()),
        ("<author>Bo Orde</author>", ("Bo Orde",)),
        ("<dc:creator>By Ida Marsh and Bo Orde</dc:creator>", ("Ida Marsh", "Bo Orde")),
        ("<dc:creator>Staff Reporter</dc:creator>", ()),
        ("", ()),
    ],
)
def test_authors_of_rss(author: str, authors: tuple[str, ...]) -> None:
    editor = "<title>Courier</title><managingEditor>chief@courier.example (Ed Chief)</managingEditor>"
    assert only(rss(entry(author), channel=editor)).authors == authors


@pytest.mark.parametrize(
    ("date", "iso"),
    [
        ("Mon, 02 Mar 2026 10:15:00 GMT", "2026-03-02T10:15:00+00:00"),
        ("2026-03-02", "2026-03-02"),
        ("Mon, 2 Mar 2026 10:15:00 EST", "2026-03-02T10:15:00-05:00"),
        ("Fri, 02 Mar 1700 10:15:00 GMT", "1700-03-02T10:15:00+00:00"),
        ("Mon, 02 Mar 2999 10:15:00 GMT", "2999-03-02T10:15:00+00:00"),
    ],
)
def test_dates(date: str, iso: str) -> None:
    assert str(only(rss(entry(f"<pubDate>{date}</pubDate>"))).published) == iso


def test_a_date_that_is_none_is_an_error_of_its_entry() -> None:
    (draft,) = found(rss(entry("<pubDate>whenever</pubDate>")))
    assert isinstance(draft, Draft)
    with pytest.raises(SourceError, match="whenever"):
        to_article(draft)


def test_rss_1_0_is_read() -> None:
    feed = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<channel rdf:about="https://x.example/"><title>Courier</title></channel>'
        f'<item rdf:about="https://x.example/1"><title>Pier</title><link>https://x.example/1</link><description>{LEAD}</description></item>'
        "</rdf:RDF>"
    )
    (link,) = links(feed)
    assert link.draft is not None
    assert (link.draft.text, link.draft.headline, link.draft.publisher) == (LEAD, "Pier", "Courier")


def test_other_rdf_is_no_feed() -> None:
    rdf = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description/></rdf:RDF>'
    assert "'RDF'" in refused(rdf).reason


def test_text_that_is_plain_keeps_its_signs() -> None:
    content = f'<entry><id>urn:x:1</id><content type="text">1 &lt; 2, said {LEAD}</content></entry>'
    assert only(f'<feed xmlns="http://www.w3.org/2005/Atom">{content}</feed>').text == f"1 < 2, said {LEAD}"


def test_a_feed_with_bare_ampersands_and_names_of_html_is_read_and_named() -> None:
    broken = rss(entry("<title>Bread & butter at the caf&eacute;</title><link>https://x.example/1?a=1&b=2</link>"))
    draft, error = found(broken)
    assert isinstance(draft, Draft)
    assert draft.headline == "Bread & butter at the café"
    assert draft.url == "https://x.example/1?a=1&b=2"
    assert draft.text == LEAD
    assert "not well-formed" in str(error)


def test_a_feed_that_breaks_off_gives_the_entries_that_are_whole() -> None:
    whole = rss(entry("<title>One</title>"), entry("<title>Two</title>"), entry("<title>Three</title>"))
    first_entry, second, error = found(whole[: whole.index("Three") + 2])
    assert isinstance(first_entry, Draft)
    assert isinstance(second, Draft)
    assert [first_entry.headline, second.headline] == ["One", "Two"]
    assert isinstance(error, SourceError)
    assert "breaks off" in error.reason


def test_another_document_with_the_suffix_is_named() -> None:
    assert "neither RSS nor Atom" in refused("<opml version='2.0'><body/></opml>", "list.rss").reason


def test_an_empty_feed_holds_nothing() -> None:
    assert found(rss()) == []


def test_an_atom_entry_of_its_own_is_read() -> None:
    text = f'<entry xmlns="http://www.w3.org/2005/Atom"><id>urn:x:1</id><title>Pier</title><content>{LEAD}</content></entry>'
    assert only(text).headline == "Pier"


def test_a_link_has_its_position() -> None:
    link = links(RSS)[0]
    assert isinstance(link, Link)
    assert (link.file, link.position) == ("rss.xml", "entry 2")


@pytest.mark.parametrize(
    "name", "authors author content summary_detail title_detail source link links id published published_parsed".split()
)
def test_an_element_may_have_any_name(name: str) -> None:
    (thing,) = found(rss(entry(f"<link>https://x.example/1</link><{name}>Pier</{name}>")))
    assert not isinstance(thing, SourceError)
    assert found(rss(entry(), channel=f"<{name}>Pier</{name}>"))


def test_a_long_name_takes_no_long_time() -> None:
    short, long = (
        rss(
            entry(f"<author>{'a.' * letters}</author>"),
            channel=f"<managingEditor>{'1' * letters}</managingEditor>",
        )
        for letters in (10_000, 100_000)
    )
    assert found(long)
    assert growth(found, short, long) < STEEP  # feedparser alone would take hours


def test_a_feed_of_too_many_elements_is_refused() -> None:
    assert "more than 200,000 elements" in refused(rss(entry("<a/>" * 200_000))).reason


def test_a_feed_that_is_too_large_is_refused() -> None:
    assert "more than 20 MB" in refused(rss(entry(text="word " * 4_100_000))).reason
