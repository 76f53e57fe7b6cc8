"""Paragraphs out of markup, and people out of bylines."""

from __future__ import annotations

import pytest

from ingest.reading.bylines import credited
from ingest.reading.markup import html_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("One.", "One."),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("Before <b>bold</b> after", "Before bold after"),
        ("<div>One<p>Two</p>Three</div>", "One\n\nTwo\n\nThree"),
        ("<p>One.<br>Two.</p>", "One.\nTwo."),
        ("<p>One<br/>goes on</p>", "One goes on"),
        ("<p>One.<br><br>Two.</p>", "One.\n\nTwo."),
        ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
        ("<p>a\n   b</p>", "a b"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<p>One</p><script>no()</script><style>p{}</style><iframe>x</iframe><p>Two</p>", "One\n\nTwo"),
        ("<p>One <script>no()</script>goes on</p>", "One goes on"),
        ("<figure><img><figcaption>A pier.</figcaption></figure><p>One</p>", "One"),
        ("<p>One</p><table><tr><td>1</td></tr></table>", "One"),
        ("<table><tr><td>One</td></tr></table>", "One"),
        ("<!-- a comment --><p>One</p>", "One"),
        ("<!-- nothing -->", ""),
        ("caf&eacute; &amp; &#8220;bar&#8221;", "café & “bar”"),
        ("<p>One\x00\x08\ud800</p>", "One"),
        ("<p onclick='x()'>One</p><a href='javascript:x()'>Two</a>", "One\n\nTwo"),
        ("<html><head><title>No</title></head><body><p>One</p></body></html>", "One"),
        ("", ""),
    ],
)
def test_paragraphs(markup: str, text: str) -> None:
    assert html_text(markup) == text


@pytest.mark.parametrize(
    "markup", ["<div>" * 50_000 + "One" + "</div>" * 50_000, "<b>" * 50_000 + "One", "<p>One" * 20_000]
)
def test_markup_of_any_depth_is_read(markup: str) -> None:
    assert html_text(markup).startswith("One")


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("By Ida Marsh", ["Ida Marsh"]),
        ("by IDA MARSH and BO ORDE", ["IDA MARSH", "BO ORDE"]),
        ("Ida Marsh; Bo Orde", ["Ida Marsh", "Bo Orde"]),
        ("Von Jan van der Berg, dpa", ["Jan van der Berg"]),
        ("Par Zoé O’Dell et J. P. Vance", ["Zoé O’Dell", "J. P. Vance"]),
        ("By Ida Marsh, chief correspondent", ["Ida Marsh"]),
        ("Redaktion", ["Redaktion"]),
        ("Staff reporters", []),
        ("", []),
    ],
)
def test_people_of_a_byline(line: str, people: list[str]) -> None:
    assert credited(line) == people
