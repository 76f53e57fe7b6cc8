"""`ingest()` from containers, PDF files, web addresses, feeds and site maps to a real archive."""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import Archive, Article, IngestReport, ingest
from ingest.sources.fetching.fetcher import Fetcher
from ingest.sources.fetching.validators import FILE, Memory
from ingest.sources.intake import DEFAULT_LIMIT
from tests.packs import http, record, tarred, zipped
from tests.pdfs import column, pdf
from tests.web import Site

GOAT = b"Goat elected mayor\n\nPELL HOLLOW, March 5, 2024 (Valley) - A goat named Duchess won 61 votes.\n"
MILL = b'{"guid": "v:1", "headline": "Mill fined", "text": "The mill was fined 400 florins."}\n{"guid": "v:2"}\n'
WELL = "The well behind the town hall of Pell Hollow was dug to a depth of thirty metres on Friday by a crew of four."


def page(headline: str, story: str, head: str = "", date: str | None = "2024-04-02T10:00:00Z") -> str:
    facts = {"@type": "NewsArticle", "headline": headline} | ({"datePublished": date} if date else {})
    return (
        f'<!doctype html><html lang="en"><head><title>{headline}</title>{head}'
        f'<script type="application/ld+json">{json.dumps(facts)}</script></head><body><article><h1>{headline}</h1>'
        f"<p>{story}</p><p>Engineer Moira Tansley said that the work had taken three years, and that nobody had been"
        f" hurt in all that time.</p><p>The mayor will open it on Sunday with a brass band.</p></article></body></html>"
    )


BRIDGE = page(
    "New bridge opens at Low Ferry", "A wooden bridge was opened at Low Ferry on Tuesday by eleven carpenters."
)


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.added, report.unchanged, report.replaced, len(report.failed)


def articles(archive: Archive) -> dict[str, Article]:
    return {head.headline: archive.article(head.article_id) for head in archive.listing(with_unavailable=True)}


# containers


@pytest.mark.parametrize("pack", [zipped, lambda files: tarred(files, "w:gz"), tarred])
def test_a_container_of_all_formats_goes_in_once(
    pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path, archive: Archive
) -> None:
    files = {
        "wire/goat.txt": GOAT,
        "mill.jsonl": MILL,
        "pages/bridge.html": BRIDGE.encode(),
        "pier.pdf": pdf([[(72, 750, 20, "Well dug"), *column(WELL)]]),
        "more.tar.xz": tarred({"choir.csv": b"id,title,body\nc:1,Choir sings,The choir sang for six hours.\n"}, "w:xz"),
    }
    path = tmp_path / "bundle"
    path.write_bytes(pack(files))
    report = ingest(path, archive)
    assert counts(report) == (5, 0, 0, 1)
    assert (report.failed[0].file, report.failed[0].place) == (f"{path}!/mill.jsonl", "line 2")
    found = articles(archive)
    assert set(found) == {
        "Goat elected mayor", "Mill fined", "New bridge opens at Low Ferry", "Well dug", "Choir sings",
    }  # fmt: skip
    assert found["Goat elected mayor"].source == f"{path}!/wire/goat.txt"
    assert found["Choir sings"].source == f"{path}!/more.tar.xz!/choir.csv"
    assert found["Well dug"].text == WELL
    before = archive.fingerprint
    assert counts(ingest(path, archive)) == (0, 5, 0, 1)
    assert archive.fingerprint == before


def test_a_bomb_takes_nothing_else_of_the_batch(tmp_path: Path, archive: Archive) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"0" * 50_000_000))
    (tmp_path / "b.zip").write_bytes(zipped({"bomb.txt": b"0" * 50_000_000, "goat.txt": GOAT}))
    (tmp_path / "c.txt").write_bytes(GOAT.replace(b"Goat", b"Sheep").replace(b"goat", b"sheep"))
    report = ingest([tmp_path / name for name in ("a.gz", "b.zip", "c.txt")], archive)
    assert counts(report) == (2, 0, 0, 2)
    assert [Path(error.file).name for error in report.failed] == ["a.gz", "bomb.txt"]
    assert all("bomb" in error.reason for error in report.failed)


def test_progress_counts_the_bytes_of_the_container(tmp_path: Path, archive: Archive) -> None:
    lines = "".join(
        json.dumps({"guid": str(i), "text": f"The mill number {i} was fined {i * 7} florins."}) + "\n"
        for i in range(70)
    )
    path = tmp_path / "mills.jsonl.gz"
    path.write_bytes(gzip.compress(lines.encode()))
    seen: list[tuple[int, int]] = []
    assert ingest(path, archive, progress=lambda done, total, _: seen.append((done, total))).added == 70
    assert {total for _, total in seen} == {path.stat().st_size}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == path.stat().st_size


def test_pages_of_a_web_archive(tmp_path: Path, archive: Archive) -> None:
    url, later = "https://news.example/bridge?utm_source=x", BRIDGE.replace("eleven", "twelve")
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(
        b"".join(
            gzip.compress(each)
            for each in (
                record("warcinfo", b"software: crawler"),
                record("response", http(BRIDGE.encode()), url),
                record("response", http(b"<!doctype html><html><body></body></html>"), "https://news.example/none"),
                record("response", http(later.encode()), url, captured="2024-04-03T09:00:00Z"),
            )
        )
    )
    report = ingest(path, archive)
    assert counts(report) == (1, 0, 1, 1)
    assert report.failed[0].place == "record 3, captured 2024-03-05T10:00:00Z"
    (bridge,) = articles(archive).values()
    assert "twelve carpenters" in bridge.text
    assert (bridge.url, bridge.position) == (url, "record 4, captured 2024-04-03T09:00:00Z")
    assert str(bridge.published) == "2024-04-02T10:00:00Z"  # as the page says, not when it was captured
    assert counts(ingest(path, archive)) == (0, 2, 0, 1)
    assert "twelve" in articles(archive)["New bridge opens at Low Ferry"].text


# web addresses


def test_a_page_by_its_address(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    site.answers["/bridge"] = BRIDGE
    assert counts(ingest(site.url("/bridge"), archive, fetcher=fetcher)) == (1, 0, 0, 0)
    (bridge,) = articles(archive).values()
    assert bridge.url == bridge.source == site.url("/bridge")
    assert bridge.identity == f"url 127.0.0.1:{site.port}/bridge"
    assert counts(ingest(site.url("/bridge"), archive, fetcher=fetcher)) == (0, 1, 0, 0)
    site.answers["/bridge"] = BRIDGE.replace("eleven", "twelve")
    assert counts(ingest([site.url("/bridge")], archive, fetcher=fetcher)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("https://news.example/bridge", "https://news.example/bridge"),
        ("https://news.example/", None),  # all pages of a site that is set up badly say so
        ("/bridge", None),
        ("javascript:alert(1)", None),
    ],
)
def test_the_canonical_address_wins_where_it_is_one(
    site: Site, archive: Archive, fetcher: Fetcher, canonical: str, expected: str | None
) -> None:
    site.answers["/amp/bridge"] = page("Bridge", WELL, f'<link rel="canonical" href="{canonical}">')
    ingest(site.url("/amp/bridge"), archive, fetcher=fetcher)
    assert articles(archive)["Bridge"].url == (expected or site.url("/amp/bridge"))


def test_an_unchanged_page_is_not_sent_again(site: Site, tmp_path: Path, fetcher: Fetcher) -> None:
    headers = {"Content-Type": "text/html", "ETag": '"1"', "Last-Modified": "Tue, 02 Apr 2024 10:00:00 GMT"}
    site.answers["/bridge"] = [(200, headers, BRIDGE.encode()), (304, {"ETag": '"1"'}, b"")]
    place = tmp_path / "archive"
    assert counts(ingest(site.url("/bridge"), place, fetcher=fetcher)) == (1, 0, 0, 0)
    assert counts(ingest(site.url("/bridge"), place, fetcher=fetcher)) == (0, 1, 0, 0)
    asked = site.requests[-1].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"1"', "Tue, 02 Apr 2024 10:00:00 GMT")
    # what was taken out comes back, as it does from a file
    with Archive.open(place) as archive:
        archive.remove(archive.listing()[0].article_id)
    site.answers["/bridge"] = (200, headers, BRIDGE.encode())
    assert counts(ingest(site.url("/bridge"), place, fetcher=fetcher)) == (1, 0, 0, 0)
    assert "If-None-Match" not in site.requests[-1].headers


def test_a_page_that_did_not_go_in_whole_is_asked_for_again(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    site.answers["/mill"] = (200, {"Content-Type": "application/x-ndjson", "ETag": '"1"'}, MILL)
    for _ in range(2):
        assert len(ingest(site.url("/mill"), archive, fetcher=fetcher).failed) == 1
    assert all("If-None-Match" not in request.headers for request in site.requests)


@pytest.mark.parametrize("content", ["", "rubbish", "[]", '{"pages": []}', '{"pages": {"http://x/": {"etag": 1}}}'])
def test_a_memory_that_cannot_be_read_is_begun_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    memory = Memory(tmp_path)
    assert memory.get("http://x/") is None
    memory.note("http://x/", '"1"', None, ["a", "b", "a"])
    memory.save()
    known = Memory(tmp_path).get("http://x/")
    assert known is not None
    assert (known.articles, known.headers()) == (("a", "b"), {"If-None-Match": '"1"'})


def test_containers_and_pdf_files_by_their_address(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    site.answers |= {
        "/bundle.zip": (200, {"Content-Type": "application/zip"}, zipped({"a.txt": GOAT})),
        "/well.pdf": (200, {"Content-Type": "application/pdf"}, pdf([[(72, 750, 20, "Well dug"), *column(WELL)]])),
    }
    assert counts(ingest([site.url("/bundle.zip"), site.url("/well.pdf")], archive, fetcher=fetcher)) == (2, 0, 0, 0)
    found = articles(archive)
    assert found["Goat elected mayor"].source == site.url("/bundle.zip!/a.txt")
    assert found["Goat elected mayor"].url is None
    assert found["Well dug"].url == site.url("/well.pdf")


def test_a_page_in_shift_jis_that_only_its_header_tells(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    story = "函館港では火曜日、三年にわたる工事を経て新しい連絡船が就航した。" * 5
    body = f"<!doctype html><html lang='ja'><body><article><h1>連絡船</h1><p>{story}</p></article></body></html>"
    site.answers["/ja"] = (200, {"Content-Type": "text/html; charset=Shift_JIS"}, body.encode("shift_jis"))
    assert counts(ingest(site.url("/ja"), archive, fetcher=fetcher)) == (1, 0, 0, 0)
    (article,) = articles(archive).values()
    assert story in article.text


def test_what_cannot_be_fetched_is_named_and_the_rest_goes_in(
    site: Site, archive: Archive, fetcher: Fetcher, tmp_path: Path
) -> None:
    (tmp_path / "goat.txt").write_bytes(GOAT)
    given = [site.url("/gone"), "ftp://news.example/x", "http://10.0.0.1/", tmp_path / "goat.txt"]
    report = ingest(given, archive, fetcher=fetcher)
    assert counts(report) == (1, 0, 0, 3)
    assert [error.file for error in report.failed] == given[:3]


def test_by_itself_this_machine_is_not_fetched_from(site: Site, archive: Archive) -> None:
    site.answers["/bridge"] = BRIDGE
    report = ingest(site.url("/bridge"), archive)
    assert counts(report) == (0, 0, 0, 1)
    assert "not a public address" in report.failed[0].reason
    assert not site.requests


# links


def feed(*items: str) -> tuple[int, dict[str, str], bytes]:
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Valley</title>{"".join(items)}</channel></rss>'
    return 200, {"Content-Type": "application/rss+xml", "ETag": '"feed"'}, body.encode()


def item(url: str, title: str, summary: str, guid: str) -> str:
    return (
        f"<item><title>{title}</title><link>{url}</link><description>{summary}</description>"
        f'<guid isPermaLink="false">{guid}</guid><pubDate>Wed, 03 Apr 2024 08:00:00 GMT</pubDate></item>'
    )


def sitemap(*urls: str, kind: str = "urlset") -> tuple[int, dict[str, str], bytes]:
    child = "url" if kind == "urlset" else "sitemap"
    entries = "".join(f"<{child}><loc>{url}</loc></{child}>" for url in urls)
    body = f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{kind}>'
    return 200, {"Content-Type": "application/xml"}, body.encode()


def test_a_feed_is_followed_to_its_pages(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    site.answers |= {
        "/feed": feed(item(site.url("/bridge"), "Bridge", "A bridge was opened.", "g:1")),
        "/bridge": page("New bridge opens at Low Ferry", WELL, date=None),
    }
    assert counts(ingest(site.url("/feed"), archive, fetcher=fetcher)) == (1, 0, 0, 0)
    (bridge,) = articles(archive).values()
    assert bridge.headline == "New bridge opens at Low Ferry"
    assert WELL in bridge.text
    assert bridge.identity.startswith("guid ")
    assert bridge.published is not None  # the feed's, for the page has none
    assert bridge.published.date == "2024-04-03"
    assert bridge.url == site.url("/bridge")
    assert counts(ingest(site.url("/feed"), archive, fetcher=fetcher)) == (0, 1, 0, 0)


def test_without_following_the_summary_is_the_article(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    site.answers["/feed"] = feed(item(site.url("/bridge"), "Bridge", "A bridge was opened at Low Ferry.", "g:1"))
    assert counts(ingest(site.url("/feed"), archive, fetcher=fetcher, follow=False)) == (1, 0, 0, 0)
    assert articles(archive)["Bridge"].text == "A bridge was opened at Low Ferry."
    assert site.paths == ["/feed"]


def test_where_a_page_cannot_be_had_its_summary_is_the_article_for_now(
    site: Site, archive: Archive, fetcher: Fetcher, caplog: pytest.LogCaptureFixture
) -> None:
    site.answers["/feed"] = feed(item(site.url("/bridge"), "Bridge", "A bridge was opened at Low Ferry.", "g:1"))
    with caplog.at_level(logging.WARNING, logger="ingest"):
        assert counts(ingest(site.url("/feed"), archive, fetcher=fetcher)) == (1, 0, 0, 0)
    assert "only the summary" in caplog.text
    site.answers["/bridge"] = BRIDGE
    assert counts(ingest(site.url("/feed"), archive, fetcher=fetcher)) == (0, 0, 1, 0)
    assert "eleven carpenters" in next(iter(articles(archive).values())).text
    assert "If-None-Match" not in site.requests[-2].headers


def test_a_feed_in_a_file_is_followed_where_that_is_asked_for(
    site: Site, archive: Archive, fetcher: Fetcher, tmp_path: Path
) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(feed(item(site.url("/bridge"), "Bridge", "A bridge was opened at Low Ferry.", "g:1"))[2])
    site.answers["/bridge"] = BRIDGE
    assert counts(ingest(path, archive, fetcher=fetcher)) == (1, 0, 0, 0)
    assert not site.requests
    assert counts(ingest(path, archive, fetcher=fetcher, follow=True)) == (0, 0, 1, 0)
    assert site.paths == ["/bridge"]


def test_a_page_that_was_never_read_cannot_be_unchanged(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    site.answers |= {"/bridge": (304, {"ETag": '"1"'}, b""), "/": BRIDGE}
    report = ingest([site.url("/bridge"), site.url()], archive, fetcher=fetcher)
    assert counts(report) == (1, 0, 0, 1)
    assert report.failed[0].file == site.url("/bridge")
    assert "304" in report.failed[0].reason


def test_an_unchanged_feed_leaves_its_articles_unchanged(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    items = [item(site.url(f"/{i}"), f"Story {i}", f"Summary number {i}.", f"g:{i}") for i in range(3)]
    site.answers |= {f"/{i}": page(f"Story {i}", f"{WELL} It is number {i}.") for i in range(3)}
    site.answers["/feed"] = [feed(*items), (304, {}, b"")]
    assert counts(ingest(site.url("/feed"), archive, fetcher=fetcher)) == (3, 0, 0, 0)
    assert counts(ingest(site.url("/feed"), archive, fetcher=fetcher)) == (0, 3, 0, 0)
    assert site.paths == ["/feed", "/0", "/1", "/2", "/feed"]


def test_site_maps_are_followed_two_deep(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    site.answers |= {
        "/index": sitemap(site.url("/maps"), kind="sitemapindex"),
        "/maps": sitemap(site.url("/map"), site.url("/index"), kind="sitemapindex"),
        "/map": sitemap(site.url("/bridge"), site.url("/deep")),
        "/bridge": BRIDGE,
        "/deep": sitemap(site.url("/deeper")),
        "/deeper": page("Too deep", WELL),
    }
    report = ingest(site.url("/index"), archive, fetcher=fetcher)
    assert counts(report) == (1, 0, 0, 1)
    assert set(articles(archive)) == {"New bridge opens at Low Ferry"}
    assert report.failed[0].file == site.url("/deep")
    assert "deep" in report.failed[0].reason


def test_a_site_map_that_is_not_followed_says_how_to(site: Site, archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "map.xml"
    path.write_bytes(sitemap(site.url("/a"), site.url("/b"))[2])
    report = ingest(path, archive)
    assert counts(report) == (0, 0, 0, 1)
    assert "2 articles" in report.failed[0].reason
    assert "--follow" in report.failed[0].remedy


def test_no_more_pages_are_followed_than_the_limit(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    site.answers |= {f"/{i}": page(f"Story {i}", f"{WELL} It is number {i}.") for i in range(5)}
    site.answers["/map"] = sitemap(*(site.url(f"/{i}") for i in range(5)))
    report = ingest(site.url("/map"), archive, fetcher=fetcher, limit=3)
    assert counts(report) == (3, 0, 0, 1)
    assert "2 articles beyond the limit of 3" in report.failed[0].reason
    assert "--limit" in report.failed[0].remedy


def test_a_link_to_a_private_address_is_not_followed(site: Site, archive: Archive, fetcher: Fetcher) -> None:
    links = ["http://10.0.0.1/admin", "http://169.254.169.254/latest/meta-data/", "http://[::1]:8080/"]
    site.answers["/map"] = sitemap(*links)
    report = ingest(site.url("/map"), archive, fetcher=fetcher)
    assert [error.file for error in report.failed] == links
    assert all("not a public address" in error.reason for error in report.failed)


# the command


def test_the_command_line(
    dateline: Callable[..., subprocess.CompletedProcess[str]], site: Site, tmp_path: Path
) -> None:
    (tmp_path / "bundle.zip").write_bytes(zipped({"goat.txt": GOAT}))
    done = dateline("ingest", "bundle.zip", site.url("/bridge"), "--no-follow", "--limit", "5", "--archive", "made")
    assert done.returncode == 1
    assert "1 added, 0 unchanged, 0 replaced, 1 failed" in done.stdout
    assert "not a public address" in done.stderr
    assert "Traceback" not in done.stderr
    assert dateline("ingest", "bundle.zip", "--limit", "0").returncode == 2
    told = dateline("ingest", "--help").stdout
    assert f"default: {DEFAULT_LIMIT};" in told
    assert "--follow" in told
    assert "dateline ingest https://news.example/feed.xml --limit 50" in told
