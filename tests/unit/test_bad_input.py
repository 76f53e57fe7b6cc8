"""Files and records that cannot be read, and odd ones that can."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable, Mapping

import pytest

from ingest.base.article import Article
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import MAX_ARTICLE_BYTES, to_article
from ingest.reading import HEAD_BYTES, Source, choose_reader
from tests.costs import cost

LEAD = "The harbour board of Saltreath voted on Monday to close the old pier."
GOOD = json.dumps({"headline": "Old pier to close", "text": LEAD})


def read(
    data: str | bytes, name: str = "pier.txt", columns: Mapping[str, str] | None = None
) -> list[Article | SourceError]:
    """What comes of a file: articles, and an error for each record that is none, or one for the whole of it."""
    data = data.encode() if isinstance(data, str) else data
    source = Source(name, f"/news/{name}")
    found: list[Article | SourceError] = []
    try:
        for draft in choose_reader(data[:HEAD_BYTES], source, columns).read(io.BytesIO(data), source):
            try:
                found.append(draft if isinstance(draft, SourceError) else to_article(draft))
            except SourceError as error:
                found.append(error)
    except SourceError as error:
        found.append(error)
    return found


def refused(
    data: str | bytes, name: str = "pier.txt", place: str = "", columns: Mapping[str, str] | None = None
) -> SourceError:
    """The only thing that comes of a file, an error with all its parts."""
    (error,) = read(data, name, columns)
    assert isinstance(error, SourceError)
    check(error, name, place)
    return error


def check(error: SourceError, name: str, place: str) -> None:
    assert (error.file, error.place) == (name, place)
    assert error.reason.strip()
    assert error.remedy.strip()
    where = f"{name}, {place}" if place else name
    assert str(error) == f"{where}: {error.reason}. {error.remedy}"
    assert error.to_dict() == {"file": name, "place": place, "reason": error.reason, "remedy": error.remedy}


# whole files


@pytest.mark.parametrize("name", ["pier.txt", "pier.html", "desk.jsonl", "weekly.csv", "pier.dat", "pier"])
@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\n"])
def test_an_empty_file(data: bytes, name: str) -> None:
    assert "empty" in refused(data, name).reason


@pytest.mark.parametrize("name", ["pier.txt", "pier.html", "desk.jsonl", "weekly.csv", "pier.dat"])
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "PNG"),
        (b"PK\x03\x04\x14\x00\x06\x00", "zip"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"\x1f\x8b\x08\x00\x00", "gzip"),
        (b"{\\rtf1\\ansi The pier}", "RTF"),
        (b"SALTREATH (Tidewater) - The pier\x00 closes.", "binary"),
    ],
)
def test_a_binary_file(data: bytes, kind: str, name: str) -> None:
    error = refused(data, name)
    assert kind in error.reason
    assert "HTML" in error.remedy


def test_an_unknown_format() -> None:
    assert ".dat" in refused(f"{LEAD}\n", "pier.dat").reason


@pytest.mark.parametrize(
    "html",
    [
        "<html></html>",
        "<!DOCTYPE html>",
        "<!DOCTYPE html><html><head><title>Pier</title></head><body></body></html>",
        "<!DOCTYPE html><html><body><nav><ul><li><a href='/a'>One</a></li><li><a href='/b'>Two</a></li></ul></nav>"
        "</body></html>",
    ],
)
def test_html_without_an_article(html: str) -> None:
    refused(html, "pier.html")


@pytest.mark.parametrize("name", ["punycode", "idna", "unicode_escape", "base64"])
def test_a_page_that_declares_what_is_no_encoding_of_text(name: str) -> None:
    story = f"<p>{LEAD}</p>" * 3
    page, plain = (
        f"<html><meta charset={charset}><article>{story}<!-- {'b9' * 500_000} --></article>"
        for charset in (name, "utf-8")
    )
    (article,) = read(page, "pier.html")
    assert isinstance(article, Article)
    assert LEAD in article.text
    assert cost(lambda: read(page, "pier.html")) < 5 * cost(lambda: read(plain, "pier.html"))


def test_text_without_a_story() -> None:
    assert "no story" in refused("(Reporting by A. Vance; Editing by B. Orde)\n").reason


@pytest.mark.parametrize("name", ["desk.jsonl", "desk.json", "desk.ndjson"])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_json_array_in_place_of_lines(name: str, indent: int | None) -> None:
    error = refused(json.dumps([json.loads(GOOD)], indent=indent), name)
    assert "array" in error.reason
    assert "jq" in error.remedy


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        ("kop,dag\nOld pier,2025\n", None),
        ("title,date\nOld pier,2025\n", None),
        ("title,body\nOld pier,It closes.\n", {"text": "verhaal"}),
        ("title,body\nOld pier,It closes.\n", {"headline": "kop"}),
    ],
)
def test_csv_without_a_column_that_is_needed(data: str, columns: Mapping[str, str] | None) -> None:
    error = refused(data, "weekly.csv", "line 1", columns)
    assert repr(data.split(",")[0]) in error.reason
    assert "--columns" in error.remedy


@pytest.mark.parametrize("line", [b"x" * 17_000_000, b"x," * 4_000_000, b'"' + b"text," * 60_000])
def test_csv_whose_first_line_is_no_header(line: bytes) -> None:
    error = refused(line + b"\nOld pier,It closes.\n", "weekly.csv", "line 1")
    assert "first line has more than 100,000 characters" in error.reason
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (json.dumps({f"key {i} {'x' * 900}": 1 for i in range(5_000)}), "desk.jsonl"),
        (",".join(f"{i} {'x' * 90}" for i in range(900)) + "\n1,2\n", "weekly.csv"),
        (json.dumps({"text": "It closes.", "date": "x" * 90_000}), "desk.jsonl"),
        (json.dumps({"text": "It closes.", "status": "x" * 90_000}), "desk.jsonl"),
    ],
)
@pytest.mark.parametrize("columns", [None, {"headline": "kop"}])
def test_a_message_has_a_length_whatever_the_file_holds(
    data: str, name: str, columns: Mapping[str, str] | None
) -> None:
    error = refused(data, name, "line 1", columns)
    assert len(str(error)) < 2_000
    assert "'0 xxx" not in data or " more" in error.reason


# size


def test_an_article_over_the_limit() -> None:
    data = "SALTREATH (Tidewater) - " + f"{LEAD}\n\n" * (MAX_ARTICLE_BYTES // len(LEAD))
    assert len(data) > MAX_ARTICLE_BYTES
    assert "2 MB" in refused(data).reason


def test_a_page_with_an_article_over_the_limit() -> None:
    paragraphs = "".join(f"<p>{LEAD} It is decision {i}.</p>" for i in range(22_000))
    error = refused(f"<!DOCTYPE html><html><body><article>{paragraphs}</article></body></html>", "pier.html")
    assert "2 MB" in error.reason


def test_a_record_over_the_limit_is_refused_and_the_next_is_taken() -> None:
    long = json.dumps({"text": f"{LEAD}\n\n" * (MAX_ARTICLE_BYTES // len(LEAD))})
    error, article = read(f"{long}\n{GOOD}\n", "desk.jsonl")
    assert isinstance(error, SourceError)
    check(error, "desk.jsonl", "line 1")
    assert "2 MB" in error.reason
    assert isinstance(article, Article)


def test_many_small_articles_may_be_over_the_limit_together() -> None:
    text = f"{LEAD}\n\n" * 40
    data = "".join(json.dumps({"guid": str(i), "text": text, "language": "en"}) + "\n" for i in range(800))
    assert len(data) > MAX_ARTICLE_BYTES
    articles = read(data, "desk.jsonl")
    assert len({article.article_id for article in articles if isinstance(article, Article)}) == 800


def test_many_rows_may_be_over_the_limit_together() -> None:
    text = f"{LEAD}\n\n" * 40
    data = "guid,language,text\n" + "".join(f'{i},en,"{text}"\n' for i in range(800))
    assert len(data) > MAX_ARTICLE_BYTES
    articles = read(data, "weekly.csv")
    assert len({article.article_id for article in articles if isinstance(article, Article)}) == 800


# encodings

WESTERN = {
    "names": "René Müller, whose café in Orléans was the first, said crème brûlée would stay naïve and cheap.",
    "grave": "The mayor of Sèvres-sur-Mer said on Monday that the café would close in May, and the pier with it.",
    "pound": "The price of mackerel rose to £5 a kilo on Monday, the harbour board said, and of eel to £9.",
    "degree": "It was 9°C in Saltreath on Monday, the coldest May morning since the pier was built in 1898.",
    "french": "Le conseil du port a décidé lundi de fermer la vieille jetée, où la mer a emporté deux pieux à Noël.",
    "german": "Der Bürgermeister sagte am Montag, die alte Brücke müsse geschlossen werden; die Kosten trage er.",
    "spanish": "El alcalde dijo el lunes que el año próximo habrá más autobuses y que el muelle se cerrará en otoño.",
}
CURLY = "“It’s closed — for good,” René Müller said. The board’s vote was 7–2, and the café’s owner wept."


@pytest.mark.parametrize("text", WESTERN.values(), ids=WESTERN)
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_text_in_an_old_encoding_comes_out_right(text: str, encoding: str) -> None:
    (article,) = read(text.encode(encoding))
    assert isinstance(article, Article)
    assert article.text == text


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_curly_quotes_and_dashes_come_out_right(encoding: str) -> None:
    (article,) = read(CURLY.encode(encoding))
    assert isinstance(article, Article)
    assert article.text == CURLY


FORMS = {
    "wire.txt": "SALTREATH (Tidewater) - {}\n",
    "page.html": "<!DOCTYPE html><html><body><article><p>{0}</p><p>{0}</p><p>{0}</p></article></body></html>",
    "desk.jsonl": '{{"headline": "One", "text": "{0}"}}\n{{"headline": "Two", "text": "{0}"}}\n',
    "weekly.csv": 'headline,text\nOne,"{0}"\nTwo,"{0}"\n',
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-16-le", "utf-16-be"],
)
def test_a_byte_order_mark_is_heeded_in_every_format(name: str, encode: Callable[[str], bytes]) -> None:
    found = read(encode(FORMS[name].format(CURLY)), name)
    assert found
    for article in found:
        assert isinstance(article, Article), article
        assert CURLY in article.text
        assert "\ufeff" not in article.headline + article.text


def test_html_in_utf_16_is_known_as_html_whatever_its_suffix() -> None:
    (article,) = read(FORMS["page.html"].format(CURLY).encode("utf-16"), "page.txt")
    assert isinstance(article, Article)
    assert "<" not in article.text


# records


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ('{"text": "The pier', "JSON"),
        ("not JSON at all", "JSON"),
        ('["The pier closes."]', "list"),
        ('"The pier closes."', "str"),
        ("null", "NoneType"),
        ('{"titel": "Old pier"}', "'titel'"),
        ("{}", "text"),
        ('{"text": ""}', "no story text"),
        ('{"text": null}', "no story text"),
        ('{"text": "It closes.", "date": "2025-02-30"}', "published"),
        ('{"text": "It closes.", "date": "03/04/2025"}', "published"),
        ('{"text": "It closes.", "embargo": "tomorrow or so"}', "embargo"),
        ('{"text": "It closes.", "status": "odd"}', "odd"),
        ('{"text": "SALTREATH, June 31, 2025 (Tidewater) - It closes."}', "dateline"),
        ("[" * 5000 + "]" * 5000, ""),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(bad: str, word: str) -> None:
    before, error, after = read(f"{GOOD}\n{bad}\n{GOOD}\n", "desk.jsonl")
    assert isinstance(before, Article)
    assert isinstance(after, Article)
    assert isinstance(error, SourceError)
    check(error, "desk.jsonl", "line 2")
    assert word in error.reason


@pytest.mark.parametrize(
    "odd",
    [
        '{"text": "It closes.", "url": "http://[oops/pier"}',
        '{"text": "It closes.", "guid": "\\ud800"}',
        '{"text": ' + "[" * 450 + '"It closes."' + "]" * 450 + "}",
        '{"text": "It closes.", "date": 1e400}',
        '{"text": "It closes.", "date": 99999999999999}',
        '{"text": 5, "headline": {"x": []}}',
    ],
    ids=["address", "surrogate", "nested", "infinity", "far-future", "types"],
)
def test_an_odd_line_is_an_article_or_an_error_and_the_rest_goes_on(odd: str) -> None:
    found = read(f"{odd}\n{GOOD}\n", "desk.jsonl")
    assert len(found) == 2
    assert isinstance(found[1], Article)
    if isinstance(found[0], Article):
        assert found[0].article_id


def test_a_last_line_without_an_end_is_read() -> None:
    assert [type(found) for found in read(f"{GOOD}\n{GOOD}", "desk.jsonl")] == [Article, Article]


def test_a_row_with_too_many_fields_is_named_and_the_rest_goes_on() -> None:
    before, error, after = read("title,body\nOld,It closes.\nPier, closed, again\nNew,It opens.\n", "weekly.csv")
    assert isinstance(before, Article)
    assert isinstance(after, Article)
    assert after.position == "line 4"
    assert isinstance(error, SourceError)
    check(error, "weekly.csv", "line 3")
    assert "3 fields" in error.reason


def test_empty_lines_do_not_shift_the_position_of_a_row() -> None:
    good, error = read("title,body\n\n\nOld,It closes.\n\nPier, closed, again\n", "weekly.csv")
    assert isinstance(good, Article)
    assert isinstance(error, SourceError)
    assert (good.position, error.place) == ("line 4", "line 6")


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("Pier,2025-02-30,It closes.", "published"),
        ("Pier,03/04/2025,It closes.", "published"),
        ("Pier,2025-05-03,", "no story text"),
        ("Pier,2025-05-03", "no story text"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_on(row: str, word: str) -> None:
    error, article = read(f"title,date,body\n{row}\nNew,2025-05-03,It opens.\n", "weekly.csv")
    assert isinstance(article, Article)
    assert isinstance(error, SourceError)
    check(error, "weekly.csv", "line 2")
    assert word in error.reason


def test_a_row_in_another_encoding_than_the_file_is_named() -> None:
    rows = b"New,It opens.\n" * 20_000  # more than is looked at to find the encoding
    *articles, error, last = read(b"title,body\n" + rows + b"Old,The caf\xe9 closes.\nNew,It opens.\n", "weekly.csv")
    assert len(articles) == 20_000
    assert isinstance(last, Article)
    assert isinstance(error, SourceError)
    check(error, "weekly.csv", "line 20002")
    assert "encoding" in error.reason


def test_csv_with_the_line_ends_of_an_old_macintosh_is_read_or_refused() -> None:
    found = read("title,body\rOld,It closes.\rNew,It opens.\r", "weekly.csv")
    headlines = [article.headline for article in found if isinstance(article, Article)]
    assert headlines == ["Old", "New"] or [type(error) for error in found] == [SourceError]


def test_csv_with_a_header_alone_holds_no_articles() -> None:
    assert read("title,body\n", "weekly.csv") == []


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (f"SALTREATH, Feb 30, 2025 (Tidewater) - {LEAD}\n", "pier.txt"),
        (f"date 2025-02-30 (Tidewater) -- {LEAD}\n", "pier.dat"),
        (
            '<!DOCTYPE html><html><head><meta name="date" content="2025-02-30"></head><body><article>'
            + f"<p>{LEAD}</p>" * 4
            + "</article></body></html>",
            "pier.html",
        ),
    ],
    ids=["wire", "iso", "page"],
)
def test_an_impossible_date(data: str, name: str) -> None:
    assert "date" in refused(data, name).reason


def test_an_open_quote_is_named_and_does_not_swallow_the_rest_in_silence() -> None:
    data = b'title,body\nPier,"The pier is open.\nMill,The mill is shut.\n'
    source = Source("a.csv", "/a.csv")
    found = list(choose_reader(data, source).read(io.BytesIO(data), source))
    assert [type(each) for each in found] == [SourceError]
    assert (found[0].place, found[0].file) == ("line 2", "a.csv")
