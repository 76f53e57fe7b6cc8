"""The archive as it is shown: plot, list, report."""

from __future__ import annotations

import html
import re

from ingest.archive.browse import NO_DATE, Shelf, Shelved
from ingest.base.article import Article, Published
from ingest.base.errors import SourceError
from ingest.base.filters import NEVER
from ingest.pipeline import IngestReport
from ingest.store.history import Version
from ui.render.listing import list_html, notice_html, plot_html, removed_html
from ui.render.report import progress_html, refused_html, report_html

EVIL = "<img src=x onerror=alert(1)>\"'&\u202e😀\u200b"
TAGS = r"<(?!/?(?:a|article|bdi|div|figure|figcaption|h[2-4]|label|li|nav|p|progress|section|span|strong|ul)\b)"


def article(headline: str = EVIL, **facts: object) -> Article:
    return Article(identity="a", headline=headline, text="x", **facts)  # type: ignore[arg-type]


def shown(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def shelved(headline: str = EVIL, available: int = 0, versions: int = 1, **facts: object) -> Shelved:
    return Shelved(article(headline, **facts), available, versions)


def shelf(*articles: Shelved, total: int | None = None) -> Shelf:
    return Shelf(articles, len(articles) if total is None else total, {})


def test_a_bar_is_a_link_that_says_what_it_stands_for() -> None:
    markup = plot_html({"2025-01": 1, "2025-03": 40, NO_DATE: 2}, "2025-03")
    assert re.findall(r'href="#month-([^"]+)"', markup) == ["all", "2025-01", "2025-03", NO_DATE]
    assert 'aria-label="March 2025: 40 articles" aria-current="true"' in markup
    assert 'aria-label="January 2025: 1 article"' in markup
    assert 'title="February 2025: 0 articles"' in markup  # a month without any is there, and no link
    assert plot_html({}, "") == ""


def test_many_months_are_years_and_a_year_shows_its_months() -> None:
    months = {f"{year}-{month:02}": 2 for year in range(2010, 2020) for month in range(1, 13)} | {"1987": 1}
    years = plot_html(months, "")
    assert re.findall(r'href="#month-([^"]+)"', years) == ["1987", *map(str, range(2010, 2020))]
    assert "2010: 24 articles" in years
    of_year = plot_html(months, "2012-05")
    assert re.findall(r'href="#month-([^"]+)"', of_year) == ["all", *[f"2012-{month:02}" for month in range(1, 13)]]
    assert "Articles of 2012, by month" in of_year


def test_the_list_names_where_it_is_and_turns_to_other_pages() -> None:
    markup = list_html(shelf(*[shelved(str(n)) for n in range(30)], total=75), 30, 30, "", 0)
    assert "31 to 60 of 75 articles" in markup
    assert re.findall(r'href="#leaf-(\d)"', markup) == ["0", "2"]
    assert "leaf" not in list_html(shelf(shelved()), 0, 30, "", 0)
    assert "No articles match" in list_html(shelf(), 0, 30, "", 0)


def test_badges_say_what_is_with_an_article() -> None:
    kinds = {
        "withdrawn": shelved("x", NEVER, status="canceled"),
        "withheld": shelved("x", NEVER, status="withheld"),
        "under embargo": shelved("x", 100),
        "corrected": shelved("x", correction="It was Tuesday."),
        "3 versions": shelved("x", versions=3),
    }
    for badge, each in kinds.items():
        assert re.findall(r'class="badge">([^<]*)<', list_html(shelf(each), 0, 30, "", 50)) == [badge]
    assert "badge" not in list_html(shelf(shelved("x", 100)), 0, 30, "", 101)


def test_nothing_of_an_article_becomes_a_tag() -> None:
    evil = shelved(publisher=EVIL, place=EVIL, correction=EVIL, published=Published.parse("2025-03-04"))
    report = IngestReport(
        added=1, failed=[SourceError(EVIL, EVIL, EVIL, EVIL)], future=[SourceError(EVIL, "", EVIL, "")]
    )
    version = Version(1, "v", None, None, "removed", evil.article)
    for markup in (
        list_html(shelf(evil), 0, 30, "", 0),
        removed_html([version]),
        report_html(report, [evil.article], EVIL),
        refused_html([(EVIL, 2_000_000_000)], 200_000_000),
        progress_html(1, 2, report, EVIL),
        notice_html(EVIL, EVIL, EVIL),
    ):
        assert EVIL in shown(markup)
        assert not re.search(TAGS, markup)


def test_a_report_lists_two_hundred_errors_and_counts_the_rest() -> None:
    errors = [SourceError("a.jsonl", f"line {n}", "no JSON", "Mend it") for n in range(1, 251)]
    markup = report_html(IngestReport(failed=errors), [], "Taken in")
    assert "250 were not added" in markup
    assert "line 200<" in markup
    assert "line 201<" not in markup
    assert "and 50 more" in markup


def test_progress_says_bytes_and_articles() -> None:
    markup = progress_html(
        500, 2_000_000, IngestReport(added=3, failed=[SourceError("", "", "", "")]), "Adding articles"
    )
    assert 'value="500" max="2000000"' in markup
    assert "500 bytes of 2.0 MB read, 3 articles, 1 not added" in shown(markup)
    assert "value" not in progress_html(0, 0, IngestReport(), "Adding articles")
