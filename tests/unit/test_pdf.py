"""PDF files: lines to paragraphs, what counts of the metadata, and files that cannot be read."""

from __future__ import annotations

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import Draft, to_article
from ingest.reading import HEAD_BYTES, Source, choose_reader
from ingest.reading.pdf.layout import Line, body_lines, headline, paragraphs, plausible_day, plausible_title
from ingest.reading.pdf.lines import MAX_PAGES, extract
from ingest.reading.pdf.reader import PdfReader
from tests.costs import STEEP, growth
from tests.examples import examples
from tests.pdfs import Line as Drawn
from tests.pdfs import column, pdf

FIRST = (
    "The harbour board of Saltreath voted on Tuesday to close the old pier for the whole of the winter, after divers"
    " found that eleven of its forty piles had been hollowed out by shipworm since the inspection of 2019."
)
SECOND = "Chair Imre Vasko said that the repair would cost 2.3 million florins and be done by May."
STORY = f"{FIRST}\n\n{SECOND}"
HEAD: list[Drawn] = [(72, 740, 22, "Old pier closes for winter")]


def read(data: bytes, seconds: float = 60) -> Draft:
    (draft,) = PdfReader(seconds).read(io.BytesIO(data), Source("pier.pdf", "/in/pier.pdf"))
    assert isinstance(draft, Draft)
    return draft


def refused(data: bytes, seconds: float = 60) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(data, seconds)
    error = caught.value
    assert error.file == "pier.pdf"
    assert error.remedy
    return error


def line(text: str, y: float, x: float = 72, size: float = 11, page: int = 0) -> Line:
    return Line(page, x, y, size, text)


# files


def test_headline_and_paragraphs() -> None:
    draft = read(pdf([HEAD + column(STORY)]))
    assert draft.headline == "Old pier closes for winter"
    assert draft.text == STORY
    assert draft.published is None
    article = to_article(draft)
    assert (article.text, article.identity) == (STORY, "file /in/pier.pdf")


def test_it_is_recognised_by_what_it_holds() -> None:
    data = pdf([column(STORY)])
    assert isinstance(choose_reader(data[:HEAD_BYTES], Source("pier.txt", "/in/pier.txt")), PdfReader)
    about = b"SALTREATH (Tidewater) - A file that opens with %PDF-1.7 is a PDF."
    assert not isinstance(choose_reader(about, Source("pier.txt", "/in/pier.txt")), PdfReader)


def test_a_story_over_two_pages_without_what_runs_along() -> None:
    words = FIRST.split()
    pages = [
        [(72, 810, 9, f"Saltreath Courier {number}"), *column(" ".join(part)), (290, 30, 9, str(number))]
        for number, part in enumerate((words[:20], words[20:]), 1)
    ]
    assert read(pdf(pages)).text == FIRST


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Old pier closes for winter", "Old pier closes for winter"),
        ("Microsoft Word - pier.docx", None),
        ("pier_final_2.indd", None),
        ("Untitled document", None),
        ("Quarterly sales template", None),
    ],
)
def test_a_title_of_the_metadata_counts_where_the_page_has_it(title: str, expected: str | None) -> None:
    draft = read(pdf([[(72, 720, 11, "Old pier closes for winter"), *column(STORY)]], {"Title": title}))
    assert draft.headline == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Tuesday, March 5, 2024", "2024-03-05"),
        ("5 March 2024", "2024-03-05"),
        ("Issue 12", None),
        ("15 March 2024", None),
    ],
)
def test_a_date_of_creation_counts_where_the_page_names_it(printed: str, expected: str | None) -> None:
    pages = [[(72, 800, 9, printed), *column(STORY)]]
    assert read(pdf(pages, {"CreationDate": "D:20240305101500+01'00'"})).published == expected
    assert read(pdf(pages)).published is None


def test_broken_metadata_takes_nothing_from_the_text() -> None:
    assert read(pdf([column(STORY)], {"CreationDate": "D:99999999", "Title": ""})).text == STORY


@pytest.mark.parametrize("content", [b"", b"0 0 595 842 re f", b"BT /F1 9 Tf 9 9 Td (Scan 7) Tj ET"])
def test_without_a_text_layer_it_needs_ocr(content: bytes) -> None:
    error = refused(pdf([[], []], content=content))
    assert "no text layer" in error.reason
    assert "OCR" in error.remedy


def test_an_encrypted_file() -> None:
    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(pdf([column(STORY)])))
    data = io.BytesIO()
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(data)
    assert refused(data.getvalue()).reason == "it is encrypted"


def test_a_file_that_is_encrypted_for_its_owner_alone_can_be_read() -> None:
    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(pdf([column(STORY)])))
    data = io.BytesIO()
    writer.encrypt("", "owner", algorithm="RC4-128")
    writer.write(data)
    assert read(data.getvalue()).text == STORY


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n1 0 obj\n<<", b"%PDF-1.4\n%%EOF\n" + b"\x00" * 5000])
def test_a_damaged_file(data: bytes) -> None:
    assert "damaged" in refused(data).reason


def test_a_file_of_too_many_pages() -> None:
    assert "too long" in refused(pdf([[]] * (MAX_PAGES + 1))).reason


def test_a_file_that_takes_too_long_is_given_up() -> None:
    endless = pdf([[]], content=b"BT /F1 9 Tf " + b"(x) Tj 1 0 Td " * 400_000 + b"ET")
    assert "more than 1 seconds" in refused(endless, seconds=1).reason


def test_a_stream_that_is_a_bomb() -> None:
    packed = zlib.compress(b"0" * 200_000_000)
    data = pdf([[]], content=packed).replace(b"<< /Length", b"<< /Filter /FlateDecode /Length")
    assert refused(data).reason


@examples(60)
@given(st.data())
def test_a_mutated_file_is_read_or_named(data: st.DataObject) -> None:
    whole = bytearray(pdf([HEAD + column(STORY)], {"Title": "Old pier closes"}))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(whole) - 1))
        if data.draw(st.booleans()):
            whole[place] = data.draw(st.integers(0, 255))
        else:
            del whole[place : min(len(whole) - 1, place + data.draw(st.integers(1, 80)))]
    found = extract(bytes(whole))  # as the process of its own does, without its limits
    assert set(found) in ({"error"}, {"lines", "title", "created"})


# lines to paragraphs


def test_hyphens_at_line_ends() -> None:
    lines = [
        "They re-",
        "paired the well-",
        "known pier of the Saltreath-",
        "Dunmore line, a well-known",
        "sight since 1891-",
        "92.",
    ]
    joined = paragraphs([line(text, 700 - 13 * i) for i, text in enumerate(lines)])
    assert joined == [
        "They repaired the well-known pier of the Saltreath-Dunmore line, a well-known sight since 1891-92."
    ]


def test_a_word_of_two_parts_is_known_by_a_longer_one() -> None:
    lines = [line("They wish to re-", 700), line("elect the re-elected mayor.", 687)]
    assert paragraphs(lines) == ["They wish to re-elect the re-elected mayor."]


@pytest.mark.parametrize("text", ["the pier closes and " * 4, "a-b " * 20 + "unknown-", "x" * 90 + "1-"])
def test_the_longest_text_is_joined_in_little_time(text: str) -> None:
    few, many = ([line(text, 700, page=page) for page in range(size // len(text))] for size in (10_000, 100_000))
    assert len(paragraphs(many)) == 1
    assert growth(paragraphs, few, many) < STEEP
    short, long = ([line("x" * size + "1-", 700), line("x", 687)] for size in (10_000, 100_000))
    assert growth(paragraphs, short, long) < STEEP


def test_soft_hyphens_always_go() -> None:
    assert paragraphs([line("the Salt\u00ad", 700), line("reath pier", 687)]) == ["the Saltreath pier"]


def test_paragraphs_by_distance_indent_size_and_short_last_line() -> None:
    full = "words that fill the whole width of the column to its end"
    assert len(paragraphs([line(full, 700), line(full, 687), line(full, 660), line(full, 647)])) == 2
    assert len(paragraphs([line(full + ".", 700), line(full, 687, x=90), line(full, 674)])) == 2
    assert len(paragraphs([line("A crosshead", 700, size=14), line(full, 687)])) == 2
    assert len(paragraphs([line(full, 700), line("the end.", 687), line(full, 674)])) == 2
    assert len(paragraphs([line(full, 700), line("beside it", 700, x=400)])) == 1


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    lines = [
        line("The ferry, which had left", 100),
        line("Dunmore at noon, ran", 700, x=310),
        line("aground.", 687, x=310),
    ]
    assert paragraphs(lines) == ["The ferry, which had left Dunmore at noon, ran aground."]
    lines = [line("The ferry ran aground.", 100), line("Nobody was hurt.", 700, x=310)]
    assert paragraphs(lines) == ["The ferry ran aground.", "Nobody was hurt."]


def test_running_lines_and_page_numbers_go_and_story_stays() -> None:
    pages = [
        [
            line(f"Courier, page {page}", 810, page=page),
            line(f"Story {'abcd'[page]} of it", 400, page=page),
            line(f"- {page} -", 30, page=page),
        ]
        for page in range(4)
    ]
    kept = body_lines([each for page in pages for each in page])
    assert [each.text for each in kept] == [f"Story {letter} of it" for letter in "abcd"]
    assert [each.text for each in body_lines([line("1984", 810), line("A story.", 700)])] == ["A story."]


def test_a_headline_is_larger_than_the_story() -> None:
    story = [line("Story text of some length here", 600 - 13 * i) for i in range(4)]
    assert headline([line("Old pier", 740, size=20), line("closes", 715, size=20), *story]) == "Old pier closes"
    assert headline([line("Courier", 780, size=14), line("Old pier", 740, size=20), *story]) == "Old pier"
    assert headline(story) is None
    assert headline([]) is None


def test_nothing_is_made_of_nothing() -> None:
    assert (paragraphs([]), body_lines([])) == ([], [])
    assert plausible_title("Old pier", []) is None
    assert plausible_day("2024-03-05", []) is None


@given(
    st.lists(
        st.builds(
            Line, st.integers(0, 3), st.floats(0, 600), st.floats(-900, 900), st.floats(0, 40), st.text(max_size=20)
        ),
        max_size=30,
    )
)
def test_no_letter_is_lost_but_with_running_lines(lines: list[Line]) -> None:
    def letters(texts: list[str]) -> list[str]:
        return sorted(character for text in texts for character in text if character.isalnum())

    assert letters(paragraphs(lines)) == letters([each.text for each in lines])
    assert set(body_lines(lines)) <= set(lines)
