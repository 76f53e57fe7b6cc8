"""What the readers find in wire text, HTML, JSON Lines and CSV, and how a reader is chosen."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ingest.base.article import Article
from ingest.base.errors import SettingsError, SourceError
from ingest.cleaning.normalize import to_article
from ingest.reading import HEAD_BYTES, Source, choose_reader

LEAD = "The harbour board of Saltreath voted on Monday to close the old pier, which has stood since 1898."
MORE = "The work begins in May and will cost 3 million crowns, most of it from a fund for storm damage."
QUOTE = "“It breaks my heart, but it is not safe,” said Anna Vance, who has chaired the board for nine years."
RECORD = {"guid": "urn:pier:1", "headline": "Old pier to close", "text": f"{LEAD}\n\n{MORE}"}


def read(data: str | bytes, name: str = "pier.txt", columns: Mapping[str, str] | None = None) -> list[Article]:
    """The articles of a file, through the same steps that `ingest` takes."""
    data = data.encode() if isinstance(data, str) else data
    source = Source(name, f"/news/{name}")
    reader = choose_reader(data[:HEAD_BYTES], source, columns)
    articles = []
    for draft in reader.read(io.BytesIO(data), source):
        if isinstance(draft, SourceError):
            raise draft
        articles.append(to_article(draft))
    return articles


def only(data: str | bytes, name: str = "pier.txt", columns: Mapping[str, str] | None = None) -> Article:
    """The one article of a file."""
    (article,) = read(data, name, columns)
    return article


def said(article: Article) -> tuple[str | None, ...]:
    """What a source need not say."""
    published = article.published and article.published.iso
    return published, article.publisher, article.place, article.url, article.dateline


# wire text

WIRE = f"""Old pier to close

By Ida Marsh and Bo Orde

SALTREATH, May 3, 2025 (Tidewater) - {LEAD}

{QUOTE}

No Way Back

{MORE}

(Reporting by Ida Marsh in Saltreath; Editing by B. Orde)
"""


def test_wire_text_gives_headline_authors_and_story() -> None:
    article = only(WIRE)
    assert article.headline == "Old pier to close"
    assert article.authors == ("Ida Marsh", "Bo Orde")
    assert article.text == "\n\n".join([LEAD, QUOTE, "No Way Back", MORE])


def test_wire_text_gives_what_its_dateline_says() -> None:
    opening = "SALTREATH, May 3, 2025 (Tidewater)"
    assert said(only(WIRE)) == ("2025-05-03", "Tidewater", "Saltreath", None, opening)


def test_wire_text_that_is_wrapped_at_a_width_is_joined() -> None:
    article = only(
        "Old pier to close\n\n"
        "SALTREATH, May 3, 2025 (Tidewater) - The harbour board of Saltreath\n"
        "voted on Monday to close the old pier, which has stood since 1898\n"
        "and lost two of its piles.\n\n"
        "    Nobody was hurt when the second of them fell in the storm of the\n"
        "last week of March.\n"
    )
    assert article.text == (
        "The harbour board of Saltreath voted on Monday to close the old pier, which has stood since 1898 and lost "
        "two of its piles.\n\nNobody was hurt when the second of them fell in the storm of the last week of March."
    )


def test_wire_text_without_a_headline_has_the_first_words_of_its_lead() -> None:
    article = only(f"SALTREATH (Tidewater) -- {LEAD}\n\n{MORE}")
    assert article.headline == "The harbour board of Saltreath voted on Monday to close the old…"
    assert article.text == f"{LEAD}\n\n{MORE}"


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_wire_text_with_other_line_ends(line_end: str) -> None:
    article = only(WIRE.replace("\n", line_end))
    assert (article.headline, article.text) == (only(WIRE).headline, only(WIRE).text)


def test_plain_text_without_a_dateline_may_have_headline_and_byline() -> None:
    article = only(f"Old pier to close\n\nBy Ida Marsh\n\n{LEAD}\n\n{MORE}")
    assert (article.headline, article.authors, article.text) == (
        "Old pier to close",
        ("Ida Marsh",),
        f"{LEAD}\n\n{MORE}",
    )


def test_plain_text_that_is_story_from_its_first_line_loses_nothing() -> None:
    assert only(f"{LEAD}\n\n{QUOTE}\n\n{MORE}").text == f"{LEAD}\n\n{QUOTE}\n\n{MORE}"


def test_what_wire_text_does_not_say_is_none() -> None:
    article = only(f"{LEAD}\n\n{MORE}")
    assert said(article) == (None,) * 5
    assert article.authors == ()


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Ida Marsh", ("Ida Marsh",)),
        ("by Ida Marsh", ("Ida Marsh",)),
        ("BY IDA MARSH", ("IDA MARSH",)),
        ("By Ida Marsh and Tom O’Dell", ("Ida Marsh", "Tom O’Dell")),
        ("By Jean-Luc van der Berg", ("Jean-Luc van der Berg",)),
        ("By J. P. Vance", ("J. P. Vance",)),
        ("By Ida Marsh, Bo Orde and Tom Lund", ("Ida Marsh", "Bo Orde", "Tom Lund")),
    ],
)
def test_a_byline_names_the_authors(byline: str, authors: tuple[str, ...]) -> None:
    article = only(f"Old pier to close\n\n{byline}\n\nSALTREATH (Tidewater) - {LEAD}")
    assert article.authors == authors
    assert (article.headline, article.text) == ("Old pier to close", LEAD)


def test_a_headline_on_two_lines_is_kept_whole() -> None:
    article = only(f"Old pier to close\nafter storm\n\nSALTREATH (Tidewater) - {LEAD}")
    assert article.headline == "Old pier to close after storm"
    assert article.text == LEAD


def test_a_sentence_with_a_parenthesis_and_a_dash_does_not_swallow_the_story_before_it() -> None:
    remark = "Tom Lund (left) - the oldest of the anglers - wept."
    assert only(f"{LEAD}\n\n{QUOTE}\n\n{remark}\n\n{MORE}").text == "\n\n".join([LEAD, QUOTE, remark, MORE])


# HTML

BODY = f"""<p>{LEAD}</p>
<p>{QUOTE}</p>
<figure><img src="pier.jpg"><figcaption>The pier at dusk on Sunday. Photo: Bo Orde</figcaption></figure>
<ul class="share"><li><button>Share</button></li><li><button>Copy link</button></li></ul>
<aside class="newsletter-box"><h3>The Morning Tide</h3><p>Sign up for our newsletter, sent before the first ferry.</p>
</aside>
<h2>No Way Back</h2>
<p>{MORE}</p>
<p>Share on Facebook</p>
<p>Subscribe to our newsletter for the day’s news.</p>
<p>(Reporting by Ida Marsh; Editing by B. Orde)</p>"""

META = """<meta property="og:title" content="Old pier to close">
<meta property="og:site_name" content="The Greer Post">
<meta name="author" content="Tom Lund">
<meta property="article:published_time" content="2025-05-04T08:00:00+01:00">
<link rel="canonical" href="https://post.example/old-pier">"""

LINKED = {
    "@type": ["NewsArticle"],
    "headline": "Pier shuts",
    "datePublished": "2025-05-03T09:30:00+01:00",
    "author": [{"@type": "Person", "name": "Ida Marsh"}, "Bo Orde"],
    "publisher": {"@type": "Organization", "name": "The Saltreath Echo"},
    "url": "https://echo.example/pier/",
    "inLanguage": "en-GB",
}


def page(head: str = "", body: str = BODY, lang: str = "") -> str:
    return f"""<!DOCTYPE html>
<html{lang}><head><meta charset="utf-8">{head}</head><body>
<header><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav></header>
<main><article><h1>Old pier to close</h1><div class="article-body">{body}</div></article></main>
<div class="cookie-notice"><p>We use cookies to count our readers.</p><button>Accept all</button></div>
<footer><p>© 2025 The Saltreath Echo. All rights reserved.</p></footer>
</body></html>"""


def linked(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


@pytest.mark.parametrize(
    "data",
    [
        LINKED,
        [{"@type": "BreadcrumbList"}, LINKED],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "Echo"}, LINKED]},
    ],
    ids=["alone", "list", "graph"],
)
def test_facts_come_from_the_news_article_in_json_ld(data: object) -> None:
    article = only(page(linked(data)), "pier.html")
    assert article.headline == "Pier shuts"
    assert article.authors == ("Ida Marsh", "Bo Orde")
    assert article.language == "en"
    assert said(article) == (
        "2025-05-03T09:30:00+01:00", "The Saltreath Echo", None, "https://echo.example/pier/", None
    )  # fmt: skip


def test_json_ld_goes_before_meta_tags() -> None:
    article = only(page(linked(LINKED) + META), "pier.html")
    assert article.headline == "Pier shuts"
    assert article.authors == ("Ida Marsh", "Bo Orde")
    assert (str(article.published), article.publisher) == ("2025-05-03T09:30:00+01:00", "The Saltreath Echo")


def test_facts_come_from_meta_tags_where_there_is_no_json_ld() -> None:
    article = only(page(META), "pier.html")
    assert (article.headline, article.authors) == ("Old pier to close", ("Tom Lund",))
    assert said(article) == (
        "2025-05-04T08:00:00+01:00", "The Greer Post", None, "https://post.example/old-pier", None
    )  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        '<script type="application/ld+json">{"@type": "NewsArticle",</script>',
        linked({"@graph": 5}),
        linked({"@graph": {"@type": "WebSite"}}),
        linked(7),
        linked({"@type": "WebSite", "headline": "Not this"}),
    ],
    ids=["broken", "number-graph", "object-graph", "number", "another-type"],
)
def test_json_ld_that_is_broken_or_no_article_leaves_the_meta_tags(script: str) -> None:
    assert only(page(script + META), "pier.html").headline == "Old pier to close"


@pytest.mark.parametrize("head", ["", linked(LINKED), META], ids=["bare", "json-ld", "meta"])
def test_the_story_of_a_page_is_kept_and_its_furniture_is_not(head: str) -> None:
    assert only(page(head), "pier.html").text == "\n\n".join([LEAD, QUOTE, "No Way Back", MORE])


def test_a_page_without_a_date_has_none() -> None:
    body = f"{BODY}<p>On 3 April 2024 the first pile was lost, the engineers said in a report to the board.</p>"
    head = "<title>Old pier to close</title><meta name='generator' content='2024-01-01'>"
    article = only(page(head, body), "2024-05-03-pier.html")
    assert article.published is None


def test_what_a_page_does_not_say_is_none() -> None:
    article = only(page(), "pier.html")
    assert said(article) == (None,) * 5
    assert article.authors == ()
    assert article.headline == "Old pier to close"


def test_the_language_of_a_page_is_the_one_it_declares() -> None:
    assert only(page(lang=' lang="cy-GB"'), "pier.html").language == "cy"


def test_the_dateline_of_a_page_is_read() -> None:
    article = only(page(META, f"<p>SALTREATH (Tidewater) — {LEAD}</p><p>{QUOTE}</p><p>{MORE}</p>"), "pier.html")
    assert (article.place, article.dateline) == ("Saltreath", "SALTREATH (Tidewater)")
    assert article.text.startswith(LEAD)


def test_the_headline_of_a_page_is_not_in_its_story() -> None:
    html = (
        f"<!DOCTYPE html><html><head>{META}</head><body><article><h1>Old pier to close</h1>"
        f"<p>SALTREATH (Tidewater) — {LEAD}</p><p>{QUOTE}</p><p>{MORE}</p></article></body></html>"
    )
    article = only(html, "pier.html")
    assert article.text == "\n\n".join([LEAD, QUOTE, MORE])
    assert article.place == "Saltreath"


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "iso-8859-2"])
def test_a_page_is_read_in_the_encoding_that_it_declares(charset: str) -> None:
    body = f"<p>{LEAD}</p><p>Müller said the work was done.</p><p>{MORE}</p>"
    html = page(META, body).replace("utf-8", charset).replace("©", "")
    assert "Müller said" in only(html.encode(charset), "pier.html").text


# JSON Lines


def lines(*records: Mapping[str, object]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_json_lines_give_an_article_a_line() -> None:
    articles = read(lines(RECORD, RECORD | {"guid": "urn:pier:2", "headline": "Pier stays"}), "desk.jsonl")
    assert [(article.headline, article.position) for article in articles] == [
        ("Old pier to close", "line 1"),
        ("Pier stays", "line 2"),
    ]
    assert articles[0].text == f"{LEAD}\n\n{MORE}"


def test_json_lines_with_usual_keys() -> None:
    record = {
        "title": "Old pier to close",
        "Body": LEAD,
        "date": "2025-05-03",
        "outlet": {"name": "The Saltreath Echo"},
        "city": "Saltreath",
        "author": ["Ida Marsh", {"name": "Bo Orde"}],
        "link": "https://echo.example/pier",
        "lang": "en",
        "status": "withheld",
        "embargo": "2025-05-04T06:00Z",
    }
    article = only(lines(record), "desk.jsonl")
    assert (article.headline, article.text, article.language) == ("Old pier to close", LEAD, "en")
    assert said(article) == ("2025-05-03", "The Saltreath Echo", "Saltreath", "https://echo.example/pier", None)
    assert article.authors == ("Ida Marsh", "Bo Orde")
    assert (article.status, str(article.embargo)) == ("withheld", "2025-05-04T06:00Z")


def test_json_lines_with_named_keys() -> None:
    record = {"kop": "Old pier to close", "verhaal": LEAD, "headline": "Not this", "text": "Nor this."}
    article = only(lines(record), "desk.jsonl", {"headline": "kop", "text": "verhaal"})
    assert (article.headline, article.text) == ("Old pier to close", LEAD)


@pytest.mark.parametrize("missing", [{}, {"date": None, "outlet": None, "author": None}, {"date": "", "author": []}])
def test_what_a_record_does_not_say_is_none(missing: Mapping[str, object]) -> None:
    article = only(lines({"text": LEAD} | missing), "desk.jsonl")
    assert said(article) == (None,) * 5
    assert article.authors == ()


def test_a_date_may_be_seconds_since_1970() -> None:
    article = only(lines(RECORD | {"date": 1595341800}), "desk.jsonl")
    assert article.published is not None
    assert article.published.epoch == 1595341800


def test_empty_lines_between_records_are_passed_over() -> None:
    articles = read("\n" + lines(RECORD) + "\n  \n" + lines(RECORD), "desk.jsonl")
    assert [article.position for article in articles] == ["line 2", "line 5"]


# CSV


def test_csv_with_usual_columns() -> None:
    data = (
        f'id,title,date,outlet,byline,link,body\n7,Old pier,2025-05-03,The Echo,"Marsh and Orde",,"{LEAD}\n\n{MORE}"\n'
    )
    article = only(data, "weekly.csv")
    assert article.identity.startswith("file /news/weekly.csv#")  # an id is the file's own, a guid everybody's
    assert (article.headline, article.text) == ("Old pier", f"{LEAD}\n\n{MORE}")
    assert said(article) == ("2025-05-03", "The Echo", None, None, None)
    assert article.authors == ("Marsh", "Orde")


def test_csv_with_named_columns() -> None:
    data = f'kop;dag;verhaal\nOld pier;2025-05-03;"{LEAD}"\n'
    article = only(data, "weekly.csv", {"headline": "kop", "published": "dag", "text": "verhaal"})
    assert (article.headline, str(article.published), article.text) == ("Old pier", "2025-05-03", LEAD)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_csv_with_any_usual_delimiter(mark: str, line_end: str) -> None:
    rows = [f"title{mark}body", f'Old pier{mark}"{LEAD} {mark} {MORE}"', ""]
    article = only(line_end.join(rows), "weekly.csv")
    assert article.headline == "Old pier"
    assert article.text.split() == f"{LEAD} {mark} {MORE}".split()


def test_csv_gives_an_article_a_row_with_the_line_it_begins_on() -> None:
    data = f'title,body\nOld pier,"{LEAD}\n\n{MORE}"\nNew quay,"{LEAD}"\n'
    assert [(a.headline, a.position) for a in read(data, "weekly.csv")] == [
        ("Old pier", "line 2"),
        ("New quay", "line 5"),
    ]


def test_a_row_that_ends_early_says_less() -> None:
    article = only(f'title,body,date\nOld pier,"{LEAD}"\n', "weekly.csv")
    assert article.published is None


def test_several_authors_in_one_field() -> None:
    data = f'title,body,author\nOld pier,"{LEAD}","Ida Marsh, Bo Orde and Tom Lund"\n'
    assert only(data, "weekly.csv").authors == ("Ida Marsh", "Bo Orde", "Tom Lund")


@pytest.mark.parametrize("name", ["weekly.csv", "desk.jsonl"])
def test_a_fact_that_no_article_has_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="colour"):
        read(lines(RECORD), name, {"colour": "kop"})


# which reader

FORMS = {
    "html": page(META),
    "html-fragment": f"<!-- saved --><article><p>{LEAD}</p><p>{QUOTE}</p><p>{MORE}</p></article>",
    "jsonl": lines(RECORD),
    "csv": f'title,body\nOld pier,"{LEAD}"\n',
    "csv-semicolon": f'title;body\nOld pier;"{LEAD}"\n',
    "wire": WIRE,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["pier.dat", "pier.txt", "pier.html", "pier.jsonl", "pier.csv", "pier"])
def test_content_decides_and_not_the_suffix(form: str, name: str) -> None:
    usual = only(FORMS[form], {"html": "pier.html", "jsonl": "pier.jsonl", "wire": "pier.txt"}.get(form, "pier.dat"))
    article = only(FORMS[form], name)
    assert (article.headline, article.text) == (usual.headline, usual.text)
    assert article.text.startswith(LEAD)


@pytest.mark.parametrize("name", ["pier.txt", "PIER.TXT", "pier.text", "pier.wire", "README"])
def test_the_suffix_decides_where_the_content_does_not_tell(name: str) -> None:
    assert only(f"{LEAD}\n\n{MORE}", name).text == f"{LEAD}\n\n{MORE}"


def test_the_suffix_decides_for_csv_whose_columns_are_not_known() -> None:
    with pytest.raises(SourceError, match="no column that holds the text"):
        read("kop,dag\nOld pier,2025\n", "weekly.CSV")


def test_neither_content_nor_suffix_tells() -> None:
    with pytest.raises(SourceError, match=r"\.dat"):
        read(f"{LEAD}\n\n{MORE}", "pier.dat")


# which article


def test_a_guid_names_an_article_in_whatever_file_it_stands() -> None:
    row = f'guid,headline,text\nurn:pier:1,Old pier to close,"{LEAD}\n\n{MORE}"\n'
    one, two, three = (
        only(lines(RECORD), "desk.jsonl"),
        only(lines(RECORD), "later.jsonl"),
        only(row, "weekly.csv"),
    )
    assert one.article_id == two.article_id == three.article_id
    assert one.version == two.version == three.version


def test_changed_content_is_another_version_of_the_same_article() -> None:
    one, two = only(lines(RECORD), "desk.jsonl"), only(lines(RECORD | {"text": LEAD}), "desk.jsonl")
    assert one.article_id == two.article_id
    assert one.version != two.version


@pytest.mark.parametrize(
    "url",
    ["http://post.example/old-pier", "https://post.example/old-pier/", "https://post.example/old-pier?utm_source=mail"],
)
def test_a_page_and_a_record_with_its_address_are_one_article(url: str) -> None:
    record = {"text": LEAD, "url": url}
    assert only(lines(record), "desk.jsonl").article_id == only(page(META), "pier.html").article_id


def test_else_the_path_names_it() -> None:
    assert only(WIRE, "pier.txt").identity == "file /news/pier.txt"
    assert only(WIRE, "quay.txt").article_id != only(WIRE, "pier.txt").article_id


def test_records_of_one_file_that_have_no_name_are_different_articles() -> None:
    articles = read(lines({"text": LEAD}, {"text": MORE}), "desk.jsonl")
    assert len({article.article_id for article in articles}) == 2


def test_a_file_on_disk_is_read_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "pier.txt"
    path.write_text(WIRE, encoding="utf-8")
    source = Source(str(path), str(path.resolve()))
    with path.open("rb") as file:
        reader = choose_reader(file.read(HEAD_BYTES), source)
        file.seek(0)
        (draft,) = reader.read(file, source)
    assert not isinstance(draft, SourceError)
    assert to_article(draft).source == str(path)


def test_ids_of_two_files_do_not_meet_and_guids_do() -> None:
    by_id, by_guid = (
        "id,title,body\n1,Pier,The pier is open again.\n",
        "guid,title,body\n1,Pier,The pier is open again.\n",
    )
    assert only(by_id, "a.csv").article_id != only(by_id, "b.csv").article_id
    assert only(by_guid, "a.csv").article_id == only(by_guid, "b.csv").article_id
