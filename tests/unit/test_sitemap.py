"""Site maps: links with what is known; indexes; bad addresses."""

from __future__ import annotations

import pytest

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import Link
from tests.newsroom import FILES, errors, found, links

NEWS = FILES / "news-sitemap.xml"


def test_an_entry_with_news_is_a_link_with_its_facts() -> None:
    link = links(NEWS)[0]
    assert (link.url, link.file, link.position) == ("https://courier.example/news/pier?a=1&b=2", NEWS.name, "entry 1")
    assert link.draft is None
    facts = link.facts
    assert facts is not None
    assert (facts.headline, facts.publisher, facts.language) == ("Old pier to close", "Saltreath Courier", "en")
    assert (facts.published, facts.url, facts.text) == ("2026-03-02T10:15:00+01:00", link.url, "")


def test_an_entry_without_news_is_an_address() -> None:
    assert links(NEWS)[1] == Link(url="https://courier.example/about", file=NEWS.name, position="entry 2")


def test_addresses_that_are_none_are_named() -> None:
    assert [error.place for error in errors(NEWS)] == ["entry 3", "entry 4"]
    assert "ftp://" in errors(NEWS)[0].reason


def test_an_index_links_to_site_maps() -> None:
    assert [link.url for link in links(FILES / "sitemap-index.xml")] == [
        "https://courier.example/sitemap-1.xml.gz",
        "https://courier.example/sitemap-2.xml",
    ]


@pytest.mark.parametrize("namespace", ["http://www.google.com/schemas/sitemap/0.84", ""])
def test_older_namespaces(namespace: str) -> None:
    (link,) = links(f'<urlset xmlns="{namespace}"><url><loc> https://x.example/1 </loc></url></urlset>')
    assert link.url == "https://x.example/1"


def test_one_that_breaks_off_gives_the_links_before() -> None:
    link, error = found("<urlset><url><loc>https://x.example/1</loc></url><url><loc>https://x")
    assert isinstance(link, Link)
    assert isinstance(error, SourceError)
    assert "breaks off before </urlset>" in error.reason
