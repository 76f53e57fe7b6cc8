"""XML that means harm, that breaks off, and in every encoding: one file or item is refused, and nothing is fetched."""

from __future__ import annotations

import codecs
import io
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import Draft
from ingest.reading import Source
from ingest.reading.safe_xml import MAX_ITEM_BYTES, elements, local_name, parse, root_of
from tests.costs import STEEP, cost, growth
from tests.newsroom import FILES, errors, found, only, refused

LEAD = "The harbour board of Saltreath voted on Monday to close the old pier."
# One document of each format, with a place for a document type, one for the text, and one for what stands beside it.
DOCUMENTS = {
    "nitf": "{type}<nitf><body><body.content><p>{text}</p></body.content></body></nitf>",
    "newsItem": "{type}<newsItem guid='urn:x:1'><contentSet><inlineXML><p>{text}</p></inlineXML></contentSet>"
    "</newsItem>",
    "rss": "{type}<rss version='2.0'><channel><item><title>{text}</title><description>{text}</description>"
    "<link>https://x.example/1</link></item></channel></rss>",
    "feed": "{type}<feed xmlns='http://www.w3.org/2005/Atom'><entry><content>{text}</content></entry></feed>",
    "urlset": "{type}<urlset><url><loc>https://x.example/{text}</loc></url></urlset>",
}
FORMATS = pytest.mark.parametrize("root", DOCUMENTS)
SOURCE = Source("wire.xml", "/wire.xml")


def document(root: str, text: str = LEAD, type: str = "") -> str:  # noqa: A002 - it is what XML calls it
    return DOCUMENTS[root].format(text=text, type=type)


@FORMATS
def test_every_document_is_read_when_nothing_is_wrong(root: str) -> None:
    (thing,) = found(document(root))
    assert not isinstance(thing, SourceError)


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@FORMATS
@pytest.mark.parametrize(
    "declared",
    [
        f'<!ENTITY a0 "ha">{LAUGHS}',
        f'<!ENTITY a9 "{"ha" * 10_000}">',
        '<!ENTITY a9 SYSTEM "file:///etc/passwd">',
        '<!ENTITY a9 SYSTEM "http://127.0.0.1:1/secret">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;',
        '<!ENTITY a9 PUBLIC "x" "http://127.0.0.1:1/x" NDATA gif>',
    ],
    ids=["billion laughs", "long", "file", "address", "parameter", "unparsed"],
)
def test_a_document_that_declares_entities_is_refused(root: str, declared: str) -> None:
    text = document(root, "&a9;" * 500, f"<!DOCTYPE {root} [{declared}]>")
    assert "declares entities" in refused(text).reason
    assert cost(lambda: refused(text)) < 40 * cost(lambda: found(document(root, LEAD * 50)))


@FORMATS
def test_laughs_in_an_attribute_grow_no_further(root: str) -> None:
    text = document(root, LEAD, f'<!DOCTYPE {root} [<!ENTITY a0 "ha">{LAUGHS}]>')
    assert "declares entities" in refused(text.replace(f"<{root}", f'<{root} x="&a9;"', 1)).reason


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and who connected to it."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        done = threading.Event()

        def accept() -> None:
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                calls.append("connected")
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
        done.set()
        thread.join()


@FORMATS
def test_nothing_that_a_document_names_is_fetched(root: str, listener: tuple[str, list[str]]) -> None:
    address, calls = listener
    text = f'<x xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{address}/x" parse="text"/></x>{LEAD}'
    for kind in (f'<!DOCTYPE {root} SYSTEM "{address}/x.dtd">', f'<!DOCTYPE {root} PUBLIC "x" "{address}/x.dtd" []>'):
        style = f'<?xml-stylesheet type="text/xsl" href="{address}/x.xsl"?>'
        assert found(document(root, text, style + kind))
    time.sleep(0.15)
    assert calls == []


def test_an_inclusion_is_left_where_it_stands() -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    assert only(document("nitf", include + LEAD)).text == LEAD


@FORMATS
def test_a_document_that_breaks_off_says_so(root: str) -> None:
    whole = document(root)
    for end in (len(whole) - 1, len(whole) - 4, whole.index("</") + 3, whole.index("<", 1) + 4):
        problem = found(whole[:end])[-1]
        assert isinstance(problem, SourceError)
        assert "breaks off" in problem.reason, whole[:end]


@FORMATS
@pytest.mark.parametrize("flaw", ["<p>", "</q>", "<a b>", "<a b='1' b='2'/>", "<!-- -- -->"])
def test_a_document_that_is_not_well_formed_says_so(root: str, flaw: str) -> None:
    error = errors(document(root, flaw + LEAD))[-1]
    assert "not well-formed" in error.reason


def test_what_follows_the_end_is_not_well_formed() -> None:
    things = found(document("nitf") + "<more/>")
    assert isinstance(things[0], Draft)  # it was whole
    assert "not well-formed" in str(things[-1])


@FORMATS
def test_elements_that_stand_too_deep(root: str) -> None:
    error = errors(document(root, "<d>" * 5_000 + LEAD + "</d>" * 5_000))[-1]
    assert "256 deep" in error.reason


def test_an_item_that_is_too_long() -> None:
    assert "more than 6 MB" in refused(document("nitf", "<p>word</p>" * 600_000)).reason


def test_what_stands_between_items_may_not_be_long_either() -> None:
    junk = "<junk>word</junk>" * 400_000
    assert "more than 6 MB" in refused(f"<newsMessage>{junk}<itemSet/></newsMessage>").reason


def test_a_document_type_that_is_too_long() -> None:
    data = b"<!DOCTYPE nitf [<!-- " + b"x" * (MAX_ITEM_BYTES + 100_000) + b" -->]><nitf/>"
    with pytest.raises(SourceError, match="more than 6 MB"):
        list(elements(io.BytesIO(data), SOURCE, {"nitf"}))


@pytest.mark.parametrize(
    ("declared", "encoding", "words"),
    [
        ("utf-8", "utf-8", "Ærø – ¥ 東京"),
        ("UTF-8", "utf-8-sig", "Ærø – ¥ 東京"),
        ("UTF-16", "utf-16", "Ærø – ¥ 東京"),
        ("UTF-16LE", "utf-16-le", "Ærø – ¥ 東京"),
        ("UTF-16BE", "utf-16-be", "Ærø – ¥ 東京"),
        ("iso-8859-1", "iso-8859-1", "Ærø"),
        ("windows-1252", "cp1252", "Ærø – “x”"),
        ("Shift_JIS", "shift_jis", "東京の港"),
        ("EUC-JP", "euc_jp", "東京の港"),
        ("GB18030", "gb18030", "北京港"),
        ("Big5", "big5", "台北港"),
        ("KOI8-R", "koi8-r", "Порт"),
        ("", "utf-8", "Ærø – 東京"),
    ],
)
def test_encodings_as_they_are_declared(declared: str, encoding: str, words: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>\n" if declared else "<?xml version='1.0'?>"
    data = (declaration + document("nitf", words)).encode(encoding)
    assert [element.findtext(".//p") for element in elements(io.BytesIO(data), SOURCE, {"nitf"})] == [words]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("path", [path for path in sorted(FILES.iterdir()) if path.read_bytes()[:1] == b"<"], ids=str)
def test_utf_16_without_a_mark_is_read_in_every_format(path: Path, encoding: str) -> None:
    text = path.read_text(encoding="utf-8")
    declared = re.sub(r"(encoding=[\"'])[\w-]+", r"\1UTF-16", text, count=1)
    for document in (text, declared):
        assert found(document.encode(encoding), path.name) == found(text, path.name)


def test_html_in_utf_16_without_a_mark() -> None:
    page = "<!DOCTYPE html><html><body><article>" + "<p>The café at Ærø closed.</p>" * 3 + "</article></body></html>"
    for encoding in ("utf-16-le", "utf-16-be"):
        assert "café at Ærø" in only(page.encode(encoding), "page.html").text


@pytest.mark.parametrize("data", [b"<\x00\x00\x00p\x00", b"\x00<\x00\x01", b"<\x00\x07\x00", b"PIER\x00<\x00?\x00"])
def test_zero_bytes_that_are_no_markup_are_binary(data: bytes) -> None:
    assert "binary" in refused(data * 9).reason


def test_a_mark_wins_over_a_declaration() -> None:
    data = codecs.BOM_UTF8 + ("<?xml version='1.0' encoding='iso-8859-1'?>" + document("nitf", "Ærø")).encode()
    assert only(data).text == "Ærø"


@pytest.mark.parametrize("name", ["punycode", "unicode_escape", "rot13", "base64", "utf-7", "no-such", "idna"])
def test_encodings_that_are_none(name: str) -> None:
    assert name in refused(f"<?xml version='1.0' encoding='{name}'?>{document('nitf')}").reason


def test_bytes_that_are_not_in_the_declared_encoding() -> None:
    data = b"<?xml version='1.0' encoding='utf-8'?>" + document("nitf", "\xc6r\xf8").encode("latin-1")
    assert "not in the encoding" in refused(data).reason


@pytest.mark.parametrize(
    ("head", "root"),
    [
        ("<nitf>", ("", "nitf")),
        ("\ufeff<?xml version='1.0'?>\n<!-- a <b> -->\n<!DOCTYPE nitf SYSTEM 'x'>\n<nitf uno='1'", ("", "nitf")),
        ("<n:feed a='1' xmlns:n='http://x/' xmlns='http://y/'>", ("http://x/", "feed")),
        ("<feed xmlns = \"http://y/\">", ("http://y/", "feed")),
        ("<feed xmlns:a='http://y/'>", ("", "feed")),
        ("text", None),
        ("<!-- never closed <nitf>", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_root_element_of_a_beginning(head: str, root: tuple[str, str] | None) -> None:
    assert root_of(head) == root


@pytest.mark.parametrize(
    "piece", ["<!DOCTYPE ", "<!--", "<?", " ", "<!DOCTYPE a [", "<a:", "<?x?>", "<!---->", "<!DOCTYPE a>"]
)
def test_the_root_element_is_looked_for_in_little_time(piece: str) -> None:
    short, long = (piece * (size // len(piece)) for size in (6_553, 65_536))
    assert growth(root_of, short, long) < STEEP


@pytest.mark.parametrize("piece", ["<!---->", "<??>", "<!--", "<?", " ", "</a>", "<!-- -->"])
def test_where_a_document_breaks_off_is_found_in_little_time(piece: str) -> None:
    short, long = ("<rss><channel><a></a>" + piece * pieces + "x" for pieces in (13, 26))
    assert growth(errors, short, long) < STEEP  # what tries every split takes 8,192 times as long


@pytest.mark.parametrize("after", ["", "\n", "<!-- a > --> <?x > ?>\n<!---->"])
def test_comments_behind_the_end_are_no_breaking_off(after: str) -> None:
    assert "not well-formed" in errors(document("nitf", "<p></q>") + after)[-1].reason
    assert only(document("nitf") + after).text == LEAD


def test_names_of_characters_are_put_in_place_in_little_time() -> None:
    kind = '<!DOCTYPE nitf SYSTEM "nitf.dtd">'
    few, many = (
        document("nitf", f"a{'&eacute;' * names}<em>b&ouml;c&ouml;</em>&uuml; d &nonesuch;&uuml;<em/>&uuml;", kind)
        for names in (3_000, 30_000)
    )
    assert only(many).text == f"a{'é' * 30_000}böcöü d &nonesuch;üü"
    assert growth(only, few, many) < STEEP


def test_a_small_document_is_parsed_whole() -> None:
    assert local_name(parse(b"<a><b/></a>", SOURCE)) == "a"
    with pytest.raises(SourceError, match=r"item 3: .*breaks off"):
        parse(b"<a><b/>", SOURCE, "item 3")


def test_xml_of_no_known_format_is_named(tmp_path: Path) -> None:
    error = refused("<?xml version='1.0'?><lolz/>")
    assert "'lolz'" in error.reason
    assert "NewsML-G2" in error.remedy
    assert "NITF" in error.remedy


def test_a_file_that_comes_in_small_pieces_is_read_whole() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 1, 7))

    data = document("nitf", "東京 Ærø").encode()
    assert [element.findtext(".//p") for element in elements(Slow(data), SOURCE, {"nitf"})] == ["東京 Ærø"]
