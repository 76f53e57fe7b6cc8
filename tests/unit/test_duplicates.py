from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.base.article import Article, Published
from ingest.duplicates.fingerprints import (
    ALWAYS,
    PLACES,
    Fingerprint,
    are_near,
    compare,
    fingerprint,
    is_candidate,
    lifetime,
    sketch,
)
from tests.stories import OTHER, PARAGRAPHS, STORY, article, auction

HOUR, DAY = 3_600, 86_400


def of(text: str, headline: str = "Market to close") -> Fingerprint:
    return fingerprint(Article(identity="a", headline=headline, text=text))


def apart(one: str, other: str) -> int | None:
    found = compare(of(one), of(other))
    assert found == compare(of(other), of(one))
    return found


# what is one story


@pytest.mark.parametrize(
    "copy",
    [
        STORY,
        STORY.upper(),
        "\n\n".join(PARAGRAPHS[:2]),
        "\n\n".join(PARAGRAPHS[::-1]),
        "\n\n".join(PARAGRAPHS[:2] + PARAGRAPHS[3:]),
        f"Sign up for our letter from the harbour, every morning.\n\n{STORY}\n\nThis story is from a partner.",
        STORY.replace("voted on Monday to close", "has decided to shut").replace("argument", "debate"),
        STORY.replace("1,900", "1900").replace("nine", "9").replace("two years", "2 years"),
    ],
    ids="same capitals cut reordered quote boilerplate edited figures-written-otherwise".split(),
)
def test_what_desks_do_to_a_story_leaves_it_one(copy: str) -> None:
    assert (apart(STORY, copy) or 0) >= 3 * DAY


def test_a_figure_put_right_is_an_update_for_a_day_or_two_only() -> None:
    assert apart(STORY, STORY.replace("14 months", "16 months")) == 36 * HOUR


def test_the_only_figure_of_a_brief_is_put_right_on_the_same_day_only() -> None:
    brief = PARAGRAPHS[5].replace("oldest", "oldest, of 1871, ") + " It has stood empty since the flood."
    assert apart(brief, brief.replace("1871", "1874")) == 18 * HOUR


WIRE = (
    "Tidewater Ferries said it agreed to buy Marlow Lines for an undisclosed amount of cash. Marlow has yearly"
    " revenues of more than 100 million florins, Tidewater Ferries said. The two run 14 boats between the islands."
)
REWRITE = (
    "Tidewater Ferries has agreed to buy privately held Marlow Lines for an undisclosed amount of cash. Privately held"
    " Marlow, it said, has yearly revenues of more than 100 million florins. Between them the two run 14 boats."
)


def test_a_rewrite_is_one_story_on_the_same_day_only() -> None:
    assert apart(WIRE, REWRITE) == 18 * HOUR
    assert apart(WIRE, REWRITE.replace("100", "130").replace("14 boats", "17 boats")) is None


def test_the_same_words_are_one_story_at_any_time() -> None:
    assert apart(STORY, STORY) == ALWAYS
    assert apart(STORY, "\n\n".join(PARAGRAPHS[:4])) == ALWAYS


# what is not


def test_other_stories_are_others() -> None:
    assert apart(STORY, OTHER) is None


@pytest.mark.parametrize(
    ("company", "figures"),
    [
        ("Northern Salt", ("910", "41.20", "39.80", "27")),  # another company
        ("Harbour Smoke", ("730", "43.10", "41.20", "18")),  # another day
        ("Harbour Smoke", ("910", "43.10", "41.20", "27")),  # another day with one figure alike
    ],
)
def test_reports_of_one_form_are_told_apart_by_their_figures(company: str, figures: tuple[str, ...]) -> None:
    assert apart(auction("Harbour Smoke", "880", "41.20", "39.80", "21"), auction(company, *figures)) is None


def test_reports_of_one_form_with_the_same_figures_are_told_apart_by_whom_they_name() -> None:
    form = (
        "{0} raised the price that it pays for herring by 2 crowns a crate on Tuesday. {1} The new price of {0} is 41 "
        "crowns for the large size and 38 for the small one, at all harbours on the north coast."
    )
    one = form.format("Skarn", "The last change was made before the storms, when the boats lay idle for a week.")
    other = form.format("Ostrel", "It follows the exchange, which saw its highest price of the year on Monday morning.")
    assert apart(one, other) is None
    assert apart(one, one.replace("The last change was made before", "It was last changed before")) is not None


def test_a_digest_is_no_copy_of_the_items_in_it() -> None:
    item = PARAGRAPHS[1]
    assert apart(item, "\n\n".join([auction("Skarn", "7", "8", "9", "5"), OTHER, item, PARAGRAPHS[5]])) is None


def test_short_texts_count_with_their_headline() -> None:
    text = "This is a developing story."
    assert compare(of(text, "Fire in Ulverne"), of(text, "Flood in Orse")) is None
    assert compare(of(text, "Fire in Ulverne"), of(text, "Fire in Ulverne")) == ALWAYS


def test_nothing_is_no_copy_of_nothing() -> None:
    assert of("", "…").is_empty
    assert compare(of("", "…"), of("", "…")) is None


# when


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("2025-06-02T09:00", "2025-06-03T08:00", True),
        ("2025-06-02T09:00", "2025-06-03T10:00", False),
        ("2025-06-02", "2025-06-03T22:00", True),  # the day ends two hours less than a day before
        ("2025-06", "2025-06-20", True),
        (None, "1999-01-01", True),
    ],
)
def test_nearness_counts_from_what_is_known_of_a_date(one: str | None, other: str, near: bool) -> None:
    first, second = (lifetime(Published.parse(day) if day else None) for day in (one, other))
    assert are_near([first], [second], DAY) is near
    assert are_near([second], [first], DAY) is near


lifetimes = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), min_size=1, max_size=6)


@given(lifetimes, lifetimes, st.integers(0, 20))
def test_nearness_is_that_of_the_nearest_two(
    one: list[tuple[int, int]], other: list[tuple[int, int]], apart: int
) -> None:
    first, second = ([(start, start + length) for start, length in each] for each in (one, other))
    gaps = [max(0, b[0] - a[1], a[0] - b[1]) for a in first for b in second]
    assert are_near(first, second, apart) is (min(gaps) <= apart)


# any text


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_is_taken(one: str, other: str) -> None:
    first, second = of(one), of(other)
    assert compare(first, second) == compare(second, first)
    assert first.is_empty or compare(first, first) == ALWAYS
    unpacked = Fingerprint.unpack(first.key, first.pack())
    for part in ("shingles", "figures", "words", "names", "beginning"):
        assert np.array_equal(getattr(unpacked, part), getattr(first, part))


@pytest.mark.parametrize("figure", ["1/0", "9" * 5_000, "1-9/0", "7" * 400 + "/3", "٣", "1,,2", "²"])
def test_odd_figures_do_no_harm(figure: str) -> None:
    assert apart(f"{STORY} {figure}", f"{STORY} {figure}") == ALWAYS


def test_sketches_agree_where_texts_do() -> None:
    cut = "\n\n".join(PARAGRAPHS[:4])
    one, other, stranger = (of(text) for text in (STORY, cut, OTHER))
    shared = len(np.intersect1d(one.shingles, other.shingles)) / len(np.union1d(one.shingles, other.shingles))
    agreeing = sum(a == b for a, b in zip(sketch(one), sketch(other), strict=True))
    assert abs(agreeing / PLACES - shared) < 0.2  # about three standard deviations
    assert is_candidate(agreeing, len(one.shingles), len(other.shingles))
    strange = sum(a == b for a, b in zip(sketch(one), sketch(stranger), strict=True))
    assert not is_candidate(strange, len(one.shingles), len(stranger.shingles))


def test_a_brief_is_a_candidate_beside_the_long_story_that_it_opened() -> None:
    long = "\n\n".join([STORY, *(paragraph.replace("the", f"the {n}th") for n in range(3) for paragraph in PARAGRAPHS)])
    brief, story = of(PARAGRAPHS[0]), fingerprint(article("b", long))
    agreeing = sum(a == b for a, b in zip(sketch(brief), sketch(story), strict=True))
    assert is_candidate(agreeing, len(brief.shingles), len(story.shingles))
    assert compare(brief, story) is not None
