"""The dateline that opens a wire story."""

from __future__ import annotations

import pytest

from ingest.cleaning.dateline import parse_dateline

STORY = "The harbour board voted on Monday to close the old pier."

DATELINES = [
    # dateline with its dash, place, agency, date
    ("date 2020-07-21 (Bloomberg) -- ", None, "Bloomberg", "2020-07-21"),
    ("date 2025-02-11 (Tidewater) — ", None, "Tidewater", "2025-02-11"),
    ("date 2020-07-21 -- ", None, None, "2020-07-21"),
    ("LONDON, July 21 (Reuters) - ", "London", "Reuters", None),
    ("LONDON, July 21, 2020 (Reuters) - ", "London", "Reuters", "2020-07-21"),
    ("London, July 21 (Reuters) - ", "London", "Reuters", None),
    ("LONDON, Feb 29 (Reuters) - ", "London", "Reuters", None),  # it may have been a leap year
    ("NEW YORK/LONDON, Sept. 3 (Reuters) - ", "New York/London", "Reuters", None),
    ("WASHINGTON (AP) -- ", "Washington", "AP", None),
    ("WASHINGTON (AP) — ", "Washington", "AP", None),
    ("WASHINGTON (AP) – ", "Washington", "AP", None),
    ("Paris (AFP) - ", "Paris", "AFP", None),
    ("PORT HALLAM, Feb 14, 2025 (Tidewater) - ", "Port Hallam", "Tidewater", "2025-02-14"),
    ("PORT HALLAM, February 14, 2025 (Coastal Press) - ", "Port Hallam", "Coastal Press", "2025-02-14"),
    ("PORT HALLAM, Feb. 4, 2025 (Tidewater) - ", "Port Hallam", "Tidewater", "2025-02-04"),
    ("ST. JOHN’S, Newfoundland (CP) -- ", "St. John’s, Newfoundland", "CP", None),
    ("SAN JOSÉ, Costa Rica (AP) — ", "San José, Costa Rica", "AP", None),
    ("ÅLESUND, Norway, May 3 (TT) – ", "Ålesund, Norway", "TT", None),
    ("WINSTON-SALEM, N.C. (AP) — ", "Winston-Salem, N.C.", "AP", None),
    ("PORT HALLAM — ", "Port Hallam", None, None),
    ("PORT HALLAM -- ", "Port Hallam", None, None),
    ("PORT HALLAM, March 3 - ", "Port Hallam", None, None),
]


@pytest.mark.parametrize(("opening", "place", "agency", "date"), DATELINES)
def test_a_dateline_gives_place_agency_and_date(
    opening: str, place: str | None, agency: str | None, date: str | None
) -> None:
    dateline = parse_dateline(opening + STORY)
    assert dateline is not None
    assert (dateline.place, dateline.agency) == (place, agency)
    assert (dateline.published and dateline.published.iso) == date


@pytest.mark.parametrize("opening", [row[0] for row in DATELINES])
def test_the_story_begins_where_the_dateline_ends(opening: str) -> None:
    text = opening + STORY
    dateline = parse_dateline(text)
    assert dateline is not None
    assert text[dateline.end :] == STORY


@pytest.mark.parametrize("opening", [row[0] for row in DATELINES])
def test_its_words_are_those_printed_without_the_dash(opening: str) -> None:
    dateline = parse_dateline(opening + STORY)
    assert dateline is not None
    assert dateline.words == opening.rstrip(" -–—")


def test_a_dateline_may_be_indented() -> None:
    dateline = parse_dateline("  WASHINGTON (AP) -- U.S. officials met.")
    assert dateline is not None
    assert dateline.end == len("  WASHINGTON (AP) -- ")


def test_a_story_that_begins_with_an_abbreviation_keeps_it() -> None:
    text = "date 2020-07-21 (Bloomberg) -- U.S. officials met the ferry owners."
    dateline = parse_dateline(text)
    assert dateline is not None
    assert text[dateline.end :] == "U.S. officials met the ferry owners."


@pytest.mark.parametrize(
    "text",
    [
        "",
        STORY,
        "The minister — who had left by then — said nothing.",
        "A fall in prices - the first this year - was welcomed by the union.",
        "Saltreath’s mayor -- the first woman in the office -- was sworn in on Monday.",
        "“We will not go,” she said — and she said it twice.",
        "“PORT HALLAM (Tidewater) - ” was printed over every story in the old paper.",
        "NOBODY KNOWS WHY the gate was left open on Sunday night.",
        "LONDON and Paris were cut off from each other by the storm.",
        "SALTREATH (population 4,000) has no railway station.",
        "WASHINGTON (AP) has long been a way to begin a story.",
        "On July 21 (a Tuesday) the ferry ran aground.",
        "Two ships sank. PORT HALLAM (Tidewater) - was the dateline.",
        "- The pier is closed.",
    ],
)
def test_an_ordinary_beginning_is_no_dateline(text: str) -> None:
    assert parse_dateline(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "The Harbour Board (HB) — which runs the ferries — raised its fares on Monday.",
        "Mayor Lotta Orde (Island Unity) — the first woman in the office — was sworn in.",
        "Anna Brook (left) - the skipper - and her crew were cheered on the quay.",
    ],
)
def test_a_parenthesis_and_a_dash_do_not_make_a_dateline_of_a_sentence(text: str) -> None:
    assert parse_dateline(text) is None


@pytest.mark.parametrize(
    "text",
    ["NATO — the alliance of the north — met in Saltreath.", "UNESCO -- no stranger to quarrels -- named a new chief."],
)
def test_an_acronym_before_a_remark_between_dashes_is_no_dateline(text: str) -> None:
    assert parse_dateline(text) is None


@pytest.mark.parametrize(
    "opening",
    [
        "date 2020-02-30 (Bloomberg) -- ",
        "date 2020-13-01 (Bloomberg) -- ",
        "PORT HALLAM, Feb 30, 2025 (Tidewater) - ",
        "PORT HALLAM, Feb 29, 2023 (Tidewater) - ",
        "LONDON, June 31 (Reuters) - ",
        "LONDON, July 0 (Reuters) - ",
        "LONDON, July 45, 2020 (Reuters) - ",
    ],
)
def test_a_date_that_no_calendar_has_is_refused(opening: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_dateline(opening + STORY)
