"""Render the archive for browsing: the plot of articles over time, the list, and the removed articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ingest.archive.browse import NO_DATE, Shelf, Shelved
from ingest.base.article import Article, Published
from ingest.base.filters import NEVER
from ingest.store.history import Version
from ui import words
from ui.render import phrases

_MOST_BARS = 60  # months in the plot; if there are more, it shows years


def plot_html(months: Mapping[str, int], chosen: str) -> str:
    """Render the number of articles over time as bars. Each bar is a link that filters the list by month or year.

    Gradio's BarPlot draws on a canvas: keyboards and screen readers cannot reach its bars, and a click selects a
    range of time instead of a bar.

    Args:
        months: number of articles in each month, as in `Shelf.months`.
        chosen: the month or year that the list is filtered by; empty for no filter.
    """
    if not months:
        return ""
    bars, is_whole = _bars(months, chosen)
    most = max(bars.values(), default=1)
    items = [_bar(name, count, most, name == chosen) for name, count in bars.items()]
    if undated := months.get(NO_DATE):
        items.append(_bar(NO_DATE, undated, max(most, undated), chosen == NO_DATE))
    back = "" if not chosen else f'<a href="#month-all">{words.ALL_TIME}</a>'
    title = phrases.plot_title(*((min(bars)[:4], max(bars)[:4]) if bars and is_whole else (chosen[:4], None)))
    return (
        f'<figure class="plot"><figcaption id="plot-title"><span class="label">{escape(title)}</span> {back}'
        "</figcaption>"
        f'<ul class="bars" aria-labelledby="plot-title">{"".join(items)}</ul></figure>'
    )


def _bars(months: Mapping[str, int], chosen: str) -> tuple[dict[str, int], bool]:
    """The bars, oldest first, and whether they cover all dates: months, or years if there are too many months."""
    dated = {name: count for name, count in months.items() if name != NO_DATE}
    filled = _filled(dated)
    if len(filled) <= _MOST_BARS:
        return filled, True
    if chosen and chosen != NO_DATE:
        year = chosen[:4]
        of_year = {f"{year}-{month:02}": dated.get(f"{year}-{month:02}", 0) for month in range(1, 13)}
        return of_year | ({year: dated[year]} if year in dated else {}), False
    years: dict[str, int] = {}
    for name, count in sorted(dated.items()):
        years[name[:4]] = years.get(name[:4], 0) + count
    return years, True


def _filled(dated: Mapping[str, int]) -> dict[str, int]:
    """Add the months between the first and the last that have no articles."""
    whole = [name for name in dated if len(name) == 7]
    if not whole:
        return dict(dated)
    first, last = (int(name[:4]) * 12 + int(name[5:]) - 1 for name in (min(whole), max(whole)))
    names = {f"{at // 12:04}-{at % 12 + 1:02}" for at in range(first, last + 1)} if last - first < 600 else set()
    return {name: dated.get(name, 0) for name in sorted(names | set(dated))}


def _bar(name: str, count: int, most: int, is_chosen: bool) -> str:
    title = f"{when_in_words(name)}: {phrases.counted(words.N_ARTICLES, count)}"
    current = ' aria-current="true"' if is_chosen else ""
    height = 0 if not count else max(3, round(100 * count / most))
    fill = f'<span class="bar" style="height: {height}%"></span><span class="tick">{escape(_tick(name))}</span>'
    if not count:
        return f'<li title="{escape(title)}"><span class="column">{fill}</span></li>'
    return (
        f'<li><a class="column" href="#month-{escape(name)}" title="{escape(title)}" aria-label="{escape(title)}"'
        f"{current}>{fill}</a></li>"
    )


def _tick(name: str) -> str:
    if name == NO_DATE:
        return "—"
    if len(name) == 4:
        return name
    return name[:4] if name.endswith("-01") else name[5:]


def when_in_words(when: str) -> str:
    """Format a month or year for people."""
    if when == NO_DATE:
        return words.UNDATED
    try:
        return Published.parse(when).in_words()
    except ValueError:
        return when


def list_html(page: Shelf, offset: int, limit: int, open_id: str, now: int) -> str:
    """Render a page of the list, with links to the pages before and after it.

    Args:
        page: the articles on the page, and the number of articles in the list.
        offset: number of articles before the page.
        limit: number of articles on a full page.
        open_id: id of the article that is open.
        now: seconds since 1970, to recognize embargoes.
    """
    if not page.articles:
        return f'<p class="hint" role="status">{words.NO_MATCHES if not page.total else words.PAGE_EMPTY}</p>'
    position = phrases.listed(page.total, offset + 1, offset + len(page.articles))
    loosely = f'<p class="hint">{words.LOOSELY}</p>' if page.loosely else ""
    rows = "".join(_row(entry, open_id, now) for entry in page.articles)
    number = offset // limit
    later = f'<a href="#leaf-{number - 1}">{words.LATER}</a>' if number else ""
    more = offset + len(page.articles) < page.total
    earlier = f'<a href="#leaf-{number + 1}">{words.EARLIER_PAGE}</a>' if more else ""
    turn = f'<nav class="leaves" aria-label="{words.PAGES}">{later}{earlier}</nav>' if later or earlier else ""
    return f'<p class="label" role="status">{escape(position)}</p>{loosely}<ul class="articles">{rows}</ul>{turn}'


def _row(entry: Shelved, open_id: str, now: int) -> str:
    article = entry.article
    current = ' aria-current="true"' if article.article_id == open_id else ""
    badges = "".join(f'<span class="badge">{escape(badge)}</span>' for badge in _badges(entry, now))
    return (
        f'<li><a class="entry" href="#item-{article.article_id}"{current}>'
        f'<span class="headline" dir="auto">{escape(article.headline)}</span>'
        f'<span class="source">{facts_html(article)}{badges}</span></a></li>'
    )


def _badges(entry: Shelved, now: int) -> list[str]:
    article = entry.article
    badges = []
    if article.status == "canceled":
        badges.append(words.BADGE_WITHDRAWN)
    elif article.status == "withheld" or entry.available >= NEVER:
        badges.append(words.BADGE_WITHHELD)
    elif entry.available > now:
        badges.append(words.BADGE_EMBARGOED)
    if article.correction:
        badges.append(words.BADGE_CORRECTED)
    if entry.versions > 1:
        badges.append(phrases.counted(words.N_VERSIONS, entry.versions))
    return badges


def facts_html(article: Article) -> str:
    """Render publisher, date and place. The writing direction of each part is isolated."""
    date = article.published.in_words() if article.published else words.UNDATED
    return " · ".join(f"<bdi>{escape(part)}</bdi>" for part in (article.publisher, date, article.place) if part)


def removed_html(removed: Sequence[Version]) -> str:
    """Render the removed articles with links that restore them."""
    if not removed:
        return f'<p class="hint">{words.NONE_REMOVED}</p>'
    rows = "".join(
        f'<li><span class="headline" dir="auto">{escape(version.article.headline)}</span> '
        f'<span class="source">{facts_html(version.article)}</span> '
        f'<a href="#putback-{version.article.article_id}">{words.RESTORE}'
        f'<span class="spoken">: {escape(version.article.headline)}</span></a></li>'
        for version in removed
    )
    return f'<ul class="articles removed">{rows}</ul>'


def notice_html(text: str, headline: str = "", undo: str = "") -> str:
    """Render a notice about what was just done, with a link to undo it.

    Args:
        text: the text of the notice.
        headline: headline of the article that it is about.
        undo: id of the article that the link restores; empty for no link.
    """
    title = f" “<bdi>{escape(headline)}</bdi>”." if headline else ""
    link = f' <a href="#putback-{escape(undo)}">{words.UNDO}</a>' if undo else ""
    return f'<p class="notice" role="status" tabindex="-1">{escape(text)}{title}{link}</p>'


def nothing_open_html() -> str:
    """Render the hint that is shown while no article is open."""
    return f'<p class="hint">{words.CHOOSE_ARTICLE}</p>'


def opened_html(article: Article) -> str:
    """Render an invisible heading that takes the focus when an article is opened, for screen readers."""
    return f'<p class="opened spoken" tabindex="-1">{escape(article.headline)}</p>'
