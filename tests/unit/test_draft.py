"""From what a reader found to an article: cleaned, dated, named."""

from __future__ import annotations

import pytest

from ingest.base.article import Article
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import MAX_ARTICLE_BYTES, Draft, canonical_url, clean_line, split_paragraphs, to_article
from tests.costs import STEEP, growth

LEAD = "The harbour board of Saltreath voted on Monday to close the old pier."
MORE = "The work begins in May and will cost 3 million crowns."


def article_of(text: str = LEAD, key: str = "/news/pier.txt", **facts: object) -> Article:
    return to_article(Draft(text=text, file="pier.txt", key=key, **facts))


def error_of(text: str = LEAD, **facts: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        to_article(Draft(text=text, file="desk.jsonl", key="/news/desk.jsonl", position="line 3", **facts))
    return caught.value


# text


def test_paragraphs_are_parted_by_empty_lines() -> None:
    assert article_of(f"{LEAD}\r\n\r\n\r\n{MORE}\r\n").text == f"{LEAD}\n\n{MORE}"


def test_the_longest_text_that_is_wrapped_is_joined_in_little_time() -> None:
    short, long = (f"{LEAD}\n" * (size // len(LEAD)) for size in (20_000, 200_000))
    assert len(split_paragraphs(long)) == 1
    assert growth(split_paragraphs, short, long) < STEEP


def test_text_that_is_wrapped_at_a_width_is_joined() -> None:
    wrapped = (
        "The harbour board of Saltreath voted on Monday to close the\n"
        "old pier, which has stood since 1898 and which lost two of\n"
        "its piles in the winter.\n"
        "\n"
        "Nobody was hurt.\n"
    )
    assert split_paragraphs(wrapped) == [
        "The harbour board of Saltreath voted on Monday to close the old pier, which has stood since 1898 and which "
        "lost two of its piles in the winter.",
        "Nobody was hurt.",
    ]


def test_lines_that_are_paragraphs_stay_apart() -> None:
    paragraph = "The harbour board of Saltreath voted on Monday to close the old pier, which has stood since 1898. " * 2
    assert split_paragraphs(f"{paragraph}\nNobody was hurt.\n{paragraph}") == [
        paragraph.strip(),
        "Nobody was hurt.",
        paragraph.strip(),
    ]


def test_items_of_a_list_stay_apart() -> None:
    items = ["- The pier closes on the third day of the month of May.", "- The work will cost 3 million crowns in all."]
    assert split_paragraphs("\n".join(items)) == items


def test_spaces_and_controls_are_cleaned() -> None:
    text = "The pier\u00a0is \t closed.\x00\x07\ufeff It\u2009will \ud800stay so."
    assert article_of(text).text == "The pier is closed. It will stay so."


def test_the_separators_of_unicode_part_lines_and_paragraphs() -> None:
    assert split_paragraphs("One is here.\u2029Two is there.") == ["One is here.", "Two is there."]


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [(" Old\n pier\x00  closes ", "Old pier closes"), ("\x00 \n", None), ("", None), (None, None)],
)
def test_a_line_is_cleaned(line: str | None, cleaned: str | None) -> None:
    assert clean_line(line) == cleaned


def test_credits_and_boxes_are_left_out() -> None:
    text = f"{LEAD}\n\nShare this article\n\n{MORE} (Editing by B. Orde)\n\n(Reporting by A. Vance; Editing by B. Orde)"
    assert article_of(text).text == f"{LEAD}\n\n{MORE}"


def test_a_paragraph_without_a_letter_or_digit_is_left_out() -> None:
    assert article_of(f"{LEAD}\n\n* * *\n\n{MORE}").text == f"{LEAD}\n\n{MORE}"


def test_a_correction_is_kept_apart() -> None:
    article = article_of(f"Correction: the sum is 3 million.\n\nSALTREATH (Tidewater) - {LEAD}\n\n{MORE}")
    assert article.correction == "Correction: the sum is 3 million."
    assert article.text == f"{LEAD}\n\n{MORE}"
    assert article.dateline == "SALTREATH (Tidewater)"


# headline


def test_the_headline_is_its_own_where_there_is_one() -> None:
    assert article_of(headline="  Old pier\n to close ").headline == "Old pier to close"


@pytest.mark.parametrize("headline", [None, "", " \n"])
def test_without_a_headline_it_is_the_first_words_of_the_lead(headline: str | None) -> None:
    article = article_of(f"SALTREATH (Tidewater) - {LEAD}\n\n{MORE}", headline=headline)
    assert article.headline == "The harbour board of Saltreath voted on Monday to close the old…"


def test_a_short_lead_is_the_headline_as_it_is() -> None:
    assert article_of("Nobody was hurt.").headline == "Nobody was hurt."


def test_a_lead_of_one_endless_word_gives_a_headline_of_reasonable_length() -> None:
    assert len(article_of("pier" * 1250).headline) <= 201


# what the dateline says


def test_the_dateline_says_when_where_and_who() -> None:
    article = article_of(f"SALTREATH, May 3, 2025 (Tidewater) - {LEAD}")
    assert article.text == LEAD
    assert article.dateline == "SALTREATH, May 3, 2025 (Tidewater)"
    assert (str(article.published), article.place, article.publisher) == ("2025-05-03", "Saltreath", "Tidewater")


def test_what_the_source_says_itself_goes_before_the_dateline() -> None:
    article = article_of(
        f"SALTREATH, May 3, 2025 (Tidewater) - {LEAD}", published="2025-05-04", place="Greer", publisher="The Echo"
    )
    assert (str(article.published), article.place, article.publisher) == ("2025-05-04", "Greer", "The Echo")


def test_a_dateline_may_stand_on_a_line_of_its_own() -> None:
    article = article_of(f"SALTREATH, May 3, 2025 (Tidewater) -\n\n{LEAD}")
    assert article.text == LEAD
    assert article.place == "Saltreath"


def test_a_dateline_without_a_year_gives_no_date() -> None:
    assert article_of(f"SALTREATH, May 3 (Tidewater) - {LEAD}").published is None


def test_what_nobody_says_is_none() -> None:
    article = article_of("12 : 14.")
    said = (article.published, article.publisher, article.place, article.url, article.dateline, article.embargo)
    assert said == (None,) * 6
    assert article.language is None
    assert article.authors == ()
    assert article.correction is None


@pytest.mark.parametrize("nothing", ["", "  "])
def test_empty_facts_are_none(nothing: str) -> None:
    article = article_of(published=nothing, publisher=nothing, place=nothing, url=nothing, embargo=nothing)
    assert (article.published, article.publisher, article.place, article.url, article.embargo) == (None,) * 5


def test_authors_without_a_name_are_left_out() -> None:
    assert article_of(authors=[" Ida  Marsh", "", "Bo Orde\n"]).authors == ("Ida Marsh", "Bo Orde")


def test_where_it_was_read_is_kept() -> None:
    article = article_of(position="line 4")
    assert (article.source, article.position) == ("pier.txt", "line 4")


# language, status, embargo


@pytest.mark.parametrize(("given", "stored"), [("en", "en"), ("en-GB", "en"), ("EN_us", "en"), (" cy ", "cy")])
def test_a_language_that_is_given_is_taken(given: str, stored: str) -> None:
    assert article_of(language=given).language == stored


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (f"{LEAD} {MORE}", "en"),
        ("Le conseil du port a décidé lundi de fermer la vieille jetée, qui date de 1898.", "fr"),
        ("Der Hafenrat hat am Montag beschlossen, den alten Pier zu schließen, der seit 1898 steht.", "de"),
    ],
)
def test_a_language_that_is_not_given_is_recognised(text: str, language: str) -> None:
    assert article_of(text).language == language


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (None, "usable"), ("usable", "usable"), (" Withheld ", "withheld"), ("canceled", "canceled"),
        ("CANCELLED", "canceled"), ("withdrawn", "canceled"),
    ],
)  # fmt: skip
def test_status(given: str | None, stored: str) -> None:
    assert article_of(status=given).status == stored


def test_an_embargo_is_a_moment() -> None:
    assert str(article_of(embargo="2099-05-03T06:00Z").embargo) == "2099-05-03T06:00Z"


# identity


@pytest.mark.parametrize(
    ("facts", "identity"),
    [
        ({"guid": " urn:pier:1 ", "url": "https://echo.example/pier"}, "guid urn:pier:1"),
        ({"guid": " ", "url": "https://echo.example/pier"}, "url echo.example/pier"),
        ({"url": "https://echo.example/pier"}, "url echo.example/pier"),
        ({"url": "javascript:alert(1)"}, "file /news/pier.txt"),
        ({"url": "/pier"}, "file /news/pier.txt"),
        ({}, "file /news/pier.txt"),
    ],
)
def test_identity_is_the_guid_else_the_address_else_the_path(facts: dict[str, str], identity: str) -> None:
    assert article_of(**facts).identity == identity


@pytest.mark.parametrize(
    "url",
    [
        "http://echo.example/2025/pier",
        "https://echo.example/2025/pier/",
        "https://ECHO.example/2025/pier",
        "https://echo.example:443/2025/pier",
        "https://echo.example/2025/pier#comments",
        "https://echo.example/2025/pier?utm_source=mail&utm_medium=letter",
        " https://echo.example/2025/pier\n",
    ],
)
def test_the_same_page_is_the_same_article_however_its_address_is_written(url: str) -> None:
    assert article_of(url=url).article_id == article_of(url="https://echo.example/2025/pier").article_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://echo.example/pier", "https://echo.example/quay"),
        ("https://echo.example/pier", "https://post.example/pier"),
        ("https://echo.example/story?id=4", "https://echo.example/story?id=5"),
        ("https://echo.example/Pier", "https://echo.example/pier"),
    ],
)
def test_another_page_is_another_article(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


def test_only_addresses_of_the_web_are_kept() -> None:
    assert article_of(url="https://echo.example/pier?utm_source=x").url == "https://echo.example/pier?utm_source=x"
    assert article_of(url="javascript:alert(1)").url is None


def test_the_same_article_from_two_files_has_one_version() -> None:
    one = to_article(Draft(text=LEAD, file="a.jsonl", key="/a.jsonl", position="line 1", guid="pier"))
    two = to_article(Draft(text=LEAD, file="b.csv", key="/b.csv", position="line 9", guid="pier"))
    assert (one.article_id, one.version) == (two.article_id, two.version)


def test_another_text_is_another_version_of_the_same_article() -> None:
    one, two = article_of(LEAD, guid="pier"), article_of(MORE, guid="pier")
    assert one.article_id == two.article_id
    assert one.version != two.version


# what cannot be


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"text": ""}, "no story text"),
        ({"text": " \n\n "}, "no story text"),
        ({"text": "* * *"}, "no story text"),
        ({"text": "(Reporting by A. Vance; Editing by B. Orde)"}, "no story text"),
        ({"text": "x" * (MAX_ARTICLE_BYTES + 1)}, "2 MB"),
        ({"text": "é" * (MAX_ARTICLE_BYTES // 2 + 1)}, "2 MB"),
        ({"text": f"SALTREATH, Feb 30, 2025 (Tidewater) - {LEAD}"}, "dateline"),
        ({"published": "2020-02-30"}, "published"),
        ({"published": "03/04/2020"}, "published"),
        ({"published": "9999-12-31T23:59:59-05:00"}, "published"),
        ({"embargo": "after lunch"}, "embargo"),
        ({"status": "nearly ready"}, "nearly ready"),
    ],
)
def test_what_cannot_be_is_named(facts: dict[str, str], word: str) -> None:
    error = error_of(**facts)
    assert (error.file, error.place) == ("desk.jsonl", "line 3")
    assert word in error.reason
    assert error.remedy
    assert str(error) == f"desk.jsonl, line 3: {error.reason}. {error.remedy}"


def test_a_text_of_exactly_the_limit_is_taken() -> None:
    paragraph = "The pier is closed.\n\n"
    text = (paragraph * (MAX_ARTICLE_BYTES // len(paragraph) + 1))[:MAX_ARTICLE_BYTES]
    assert article_of(text, language="en").language == "en"


def kept_address(url: str) -> str | None:
    """The address of an article; None where it was left out, or named in an error."""
    try:
        return article_of(url=url).url
    except SourceError:
        return None


@pytest.mark.parametrize("url", ["http://[oops/pier", "https://[::1/pier"])
def test_an_address_that_cannot_be_is_left_out_or_refused(url: str) -> None:
    assert kept_address(url) is None


@pytest.mark.parametrize(
    "facts",
    [{"guid": "pier-\ud800"}, {"url": "https://echo.example/\ud800"}, {"key": "/news/caf\udce9.txt"}],
    ids=["guid", "url", "path"],
)
def test_a_lone_surrogate_in_what_names_an_article_does_no_harm(facts: dict[str, str]) -> None:
    assert len(article_of(**facts).article_id) == 16


def test_a_lone_surrogate_is_in_no_field() -> None:
    article = article_of(f"{LEAD}\ud800", headline="\ud800Pier", publisher="\ud800Echo", language="\ud800", guid="1")
    assert "\\ud800" not in ascii(article)
