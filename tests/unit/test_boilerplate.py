"""What stands on a news page and is not story, and story that only looks like it."""

from __future__ import annotations

import pytest

from ingest.cleaning.boilerplate import is_boilerplate, is_correction, is_crosshead, without_credit
from tests.costs import STEEP, growth


@pytest.mark.parametrize(
    "paragraph",
    [
        # credits
        "(Reporting by A. Vance in Port Hallam; Editing by B. Orde)",
        "(Reporting by Anna Vance and Tom Lund in Port Hallam; additional reporting by Ida Marsh; Editing by B. Orde)",
        "Reporting by Anna Vance in Port Hallam; Editing by Bo Orde",
        "(Additional reporting by C. Lund. Writing by D. Marsh.)",
        "[Editing by B. Orde]",
        "(Writing and editing by B. Orde)",
        "-- With assistance from Cara Lund.",
        "— With assistance from Cara Lund in Saltreath.",
        "To contact the reporter on this story: Cara Lund in Saltreath at clund@tidewater.example",
        "To contact the editors responsible for this story: Bo Orde at borde@tidewater.example, Ida Marsh",
        # captions
        "Photo: Bo Orde/Tidewater",
        "Photograph: Bo Orde",
        "Image credit: Bo Orde",
        "Caption: The ferry at dawn",
        # share buttons
        "Share",
        "Share this article",
        "Share on Facebook",
        "Share | Tweet | Email",
        "Facebook Twitter WhatsApp",
        "Follow us on Twitter",
        "Copy link",
        "Print",
        "ADVERTISEMENT",
        # newsletter boxes
        "Sign up for our newsletter",
        "Sign up here for the Morning Tide, our daily newsletter.",
        "Subscribe to our newsletter for the day’s news.",
        "Subscribe now",
        "Get our best stories in your inbox every morning.",
        "Enter your email address",
        # links to other pages, notices
        "Read more: The tunnel vote",
        "Related: Ferry inquiry",
        "Related stories",
        "© 2025 Tidewater",
        "Copyright 2025 Tidewater",
        "All rights reserved.",
        "This site uses cookies to give you the best experience.",
        "We use cookies to count our readers.",
        "Last updated: 3 May 2025",
        "  Share this article  ",
    ],
)
def test_boilerplate_is_recognised(paragraph: str) -> None:
    assert is_boilerplate(paragraph)


@pytest.mark.parametrize(
    "paragraph",
    [
        "Reporting by the committee was late, the minister said.",
        "Subscribers to the paper fell by a third last year, the company said in its annual report, as readers moved "
        "to its free rival.",
        "Follow-up talks begin on Monday.",
        "Follow the money, the inspector told the court.",
        "Shares in the ferry company fell by a fifth.",
        "Share prices fell on Monday.",
        "Print runs were cut by half.",
        "Save the Coast said that 400 families were in need.",
        "Like it or not, the toll will rise in May.",
        "Comments by the minister drew anger from the union.",
        "Photo by photo, the team rebuilt the night of the storm.",
        "Registers of births were lost in the fire.",
        "Facebook said it would appeal.",
        "Sponsored by the brewery, the cup begins on Friday.",
        "The report was written by Ida Marsh. Reporting by a rival paper had begun the affair.",
        "“Share this article,” the message said.",
        "He was asked to sign up for the newsletter.",
        "",
    ],
)
def test_story_that_begins_like_boilerplate_is_kept(paragraph: str) -> None:
    assert not is_boilerplate(paragraph)


@pytest.mark.parametrize(
    "paragraph",
    [
        "Research by the university found that eels return to the estuary every spring.",
        "Production by the two mills fell 4 percent in March, the union said.",
        "Writing by candlelight, Ms. Orde finished the book within a year.",
        "With assistance from the navy, the ferry reached port at dawn.",
        "Register offices will close for two days, the council said.",
        "Sign up to the treaty or face tariffs, the president told the island.",
        "To contact the editor of the paper, the union had to go to court.",
        "Watch: that was the first word the survivor said.",
        "Related stories of abuse came from four other schools.",
        "Top stories of the tower were gutted by the fire.",
        "Recommended reading levels were missed in half the schools.",
        "Copyright law will change in June, the minister said.",
        "Published on Monday, the report names four officials.",
        "Updated at a cost of 3 million crowns, the pier opened on Monday.",
    ],
)
def test_a_sentence_with_subject_and_verb_is_story_whatever_its_first_words(paragraph: str) -> None:
    assert not is_boilerplate(paragraph)


@pytest.mark.parametrize(
    ("paragraph", "kept"),
    [
        ("Prices fell. (Reporting by A. Vance; Editing by B. Orde)", "Prices fell."),
        ("Prices fell. [Editing by B. Orde] ", "Prices fell."),
        ("Prices fell. (Additional reporting by C. Lund)", "Prices fell."),
        ("Prices fell (by half).", "Prices fell (by half)."),
        ("Prices fell (again)", "Prices fell (again)"),
        ("The film won two prizes (editing by Ida Marsh).", "The film won two prizes (editing by Ida Marsh)."),
        ("(Reporting by rivals) He laughed.", "(Reporting by rivals) He laughed."),
    ],
)
def test_a_credit_is_cut_from_the_end_of_a_paragraph_alone(paragraph: str, kept: str) -> None:
    assert without_credit(paragraph) == kept


@pytest.mark.parametrize(
    "paragraph",
    [
        "Correction: an earlier version misstated the sum.",
        "Correction — the sum was 3 million.",
        "Correction (May 3): the sum was 3 million.",
        "Clarification: the vote was on Monday.",
        "(Corrects name in paragraph 3.)",
        "(Corrected to add the date.)",
        "Editor’s note: Correction: the sum was 3 million.",
        "This story has been corrected.",
        "An earlier version of this article gave the wrong sum.",
    ],
)
def test_a_correction_is_recognised(paragraph: str) -> None:
    assert is_correction(paragraph)


@pytest.mark.parametrize(
    "paragraph",
    [
        "Correction officers went on strike.",
        "Corrections were made to the plan, the mayor said.",
        "Clarification was sought by the court.",
        "The paper printed a correction: the sum was 3 million.",
        "Corrected prices fell by a tenth.",
    ],
)
def test_story_about_corrections_is_none(paragraph: str) -> None:
    assert not is_correction(paragraph)


@pytest.mark.parametrize("paragraph", ["‘Well Done’", "Well Done", "No way out", "WHY IT MATTERS", "Blankets and Tea"])
def test_a_crosshead_is_recognised(paragraph: str) -> None:
    assert is_crosshead(paragraph)


@pytest.mark.parametrize(
    "paragraph",
    [
        "The ferry stopped.",
        "“We will go.”",
        "“Never again!”",
        "The minister said:",
        "lower case",
        "- The pier",
        "• The pier",
        "1. The pier",
        "The ferry to the island of Kittern stopped on Monday",
        "",
        "  ",
    ],
)
def test_a_sentence_a_list_and_a_long_line_are_no_crossheads(paragraph: str) -> None:
    assert not is_crosshead(paragraph)


@pytest.mark.parametrize(("word", "end"), [("Share ", "the loaf"), ("x ", "é")], ids=["share", "x"])
def test_repeated_words_do_not_take_exponential_time(word: str, end: str) -> None:
    assert not is_boilerplate(word * 22 + end)
    assert growth(is_boilerplate, word * 11 + end, word * 22 + end) < STEEP  # exponential would be 2,048
