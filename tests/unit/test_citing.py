from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.base.article import Article, Published
from ui.render.citing import ap, bibtex, chicago

ACCESSED = date(2026, 11, 25)
URL = "https://www.nytimes.example/2010/02/28/us/politics/28health.html"


def article(headline: str = "Wary Centrists Posing Challenge in Health Care Vote", **facts: object) -> Article:
    published = facts.pop("published", "2010-02-27T09:30-05:00")
    when = Published.parse(str(published)) if published else None
    given = {"authors": ("Sheryl Gay Stolberg", "Robert Pear"), "publisher": "New York Times", "url": URL} | facts
    return Article(identity="a", headline=headline, text="x", published=when, **given)  # type: ignore[arg-type]


def test_chicago_is_a_note_as_the_manual_gives_it() -> None:
    # Chicago Manual of Style, quick guide, "News or Magazine Article": full note
    assert chicago(article()) == (
        "Sheryl Gay Stolberg and Robert Pear, “Wary Centrists Posing Challenge in Health Care Vote,” New York Times, "
        f"February 27, 2010, {URL}"
    )


def test_chicago_names_the_first_of_three_authors() -> None:
    assert chicago(article(authors=("A One", "B Two", "C Three"))).startswith("A One et al., “Wary")


def test_chicago_begins_with_the_headline_of_an_unsigned_article_and_ends_with_a_stop_without_an_address() -> None:
    assert chicago(article("Ferry late", authors=(), url=None)) == "“Ferry late,” New York Times, February 27, 2010."


def test_what_is_undated_has_the_day_it_was_looked_at_or_says_so() -> None:
    assert "New York Times, accessed November 25, 2026, https" in chicago(article(published=None), ACCESSED)
    assert "New York Times, n.d., https" in chicago(article(published=None))
    assert "accessed" not in chicago(article(), ACCESSED)


@pytest.mark.parametrize(
    ("given", "shown"), [("2010", "2010"), ("2010-09", "September 2010"), ("0987-01-02", "January 2, 987")]
)
def test_a_date_is_given_as_exactly_as_it_is_known(given: str, shown: str) -> None:
    assert f"New York Times, {shown}, https" in chicago(article(published=given))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2010-01-05", "Jan. 5, 2010"), ("2010-02-05", "Feb. 5, 2010"), ("2010-03-05", "March 5, 2010"),
        ("2010-04-05", "April 5, 2010"), ("2010-05-05", "May 5, 2010"), ("2010-06-05", "June 5, 2010"),
        ("2010-07-05", "July 5, 2010"), ("2010-08-05", "Aug. 5, 2010"), ("2010-09-05", "Sept. 5, 2010"),
        ("2010-10-05", "Oct. 5, 2010"), ("2010-11-05", "Nov. 5, 2010"), ("2010-12-05T10:00Z", "Dec. 5, 2010"),
        ("2010-09", "September 2010"), ("2010", "2010"),
    ],
)  # fmt: skip
def test_ap_cuts_long_months_before_a_day_and_no_others(given: str, shown: str) -> None:
    assert ap(article("Ferry late", published=given)) == (
        f"Sheryl Gay Stolberg and Robert Pear, “Ferry late,” New York Times, {shown}, {URL}"
    )


def test_what_is_not_known_is_left_out() -> None:
    bare = article("Ferry late", authors=(), publisher=None, published=None, url=None)
    assert ap(bare) == "“Ferry late.”"
    assert chicago(bare) == "“Ferry late,” n.d."
    assert bibtex(bare) == "@misc{anonndferry,\n  title = {{Ferry late}},\n}"


def test_quotation_marks_within_a_headline_become_single() -> None:
    assert "“Pell: ‘I quit’,” New" in chicago(article("Pell: “I quit”"))
    assert "“Pell: ‘I quit’,” New" in chicago(article('Pell: "I quit"'))
    assert "“Who will come?,” New" in chicago(article("Who will come?"))


def test_bibtex_has_the_fields_of_biblatex() -> None:
    assert bibtex(article(place="Washington"), ACCESSED) == (
        "@online{new2010wary,\n"
        "  author = {Sheryl Gay Stolberg and Robert Pear},\n"
        "  title = {{Wary Centrists Posing Challenge in Health Care Vote}},\n"
        "  organization = {New York Times},\n"
        "  date = {2010-02-27},\n"
        "  note = {Filed from Washington},\n"
        f"  url = {{{URL}}},\n"
        "  urldate = {2026-11-25},\n"
        "}"
    )


def test_bibtex_without_an_address_has_the_fields_of_old() -> None:
    entry = bibtex(article(url=None, published="2010-02-27"), ACCESSED)
    assert entry.startswith("@misc{")
    assert "  howpublished = {New York Times},\n  year = {2010},\n  month = {feb~27},\n" in entry
    assert "urldate" not in entry


def test_bibtex_keeps_names_together_that_hold_its_own_words() -> None:
    entry = bibtex(article(authors=("Marks and Spencer", "Pear, Robert", "Nguyễn Văn An")))
    assert "author = {{Marks and Spencer} and {Pear, Robert} and Nguyễn Văn An}" in entry


def test_bibtex_escapes_what_tex_gives_a_meaning_to() -> None:
    assert (
        r"title = {{5\% of \$3 \& \#1\_a \textbackslash{}x \textbraceleft{}\textasciitilde{}\textasciicircum{}}}"
        in (bibtex(article("5% of $3 & #1_a \\x {~^")))
    )


def test_an_address_that_is_none_is_left_out_and_nothing_breaks_out_of_one() -> None:
    assert "javascript" not in bibtex(article(url="javascript:alert(1)")) + chicago(article(url="javascript:alert(1)"))
    assert "url = {https://x.example/%7Da%22%20b%5C}" in bibtex(article(url='https://x.example/}a" b\\'))


anything = st.text(max_size=60)


@given(headline=anything, authors=st.lists(anything, max_size=4), publisher=anything, place=anything, path=anything)
def test_whatever_an_article_says_its_bibtex_is_one_entry(
    headline: str, authors: list[str], publisher: str, place: str, path: str
) -> None:
    facts = {"authors": tuple(authors), "publisher": publisher, "place": place, "url": f"https://x.example/{path}"}
    entry = bibtex(article(headline, **facts), ACCESSED)
    depth = 0
    for position, character in enumerate(entry):
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth > 0 or position in (*range(len("@online")), len(entry) - 1)
    assert depth == 0
    assert re.fullmatch(r"@online\{[a-z0-9]+,\n(?:  [a-z]+ = \{.*\},\n)+\}", entry)
    for field in re.findall(r"^  (?:author|title|organization|note) = \{(.*)\},$", entry, re.MULTILINE):
        bare = re.sub(r"\\(?:text[a-z]+\{\}|[$&#%_])", "", field)
        assert not re.search(r"[\\$&#%_~^]", bare)


@given(headline=anything, author=anything, publisher=anything)
def test_a_citation_to_copy_is_one_line_without_controls(headline: str, author: str, publisher: str) -> None:
    facts = article(headline, authors=(author,), publisher=publisher)
    for cited in (chicago(facts, ACCESSED), ap(facts)):
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", cited)
        assert cited.endswith(URL)
