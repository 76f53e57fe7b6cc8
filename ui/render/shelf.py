"""The archive as it is browsed: the plot of articles over time, the list, what was taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ingest.archive.browse import NO_DATE, Shelf, Shelved
from ingest.base.article import Article, Published
from ingest.base.filters import NEVER
from ingest.store.history import Version
from ui import words
from ui.render import phrases

_MOST_BARS = 60  # months side by side; more are shown as years


def plot_html(months: Mapping[str, int], chosen: str) -> str:
    """Articles over time as bars that are links: each limits the list to its month or year.

    Gradio's own BarPlot draws on a canvas: its bars can neither be reached by keyboard nor be told by a screen reader,
    and what is clicked is a range of time, not a bar.

    Args:
        months: how many articles are of each month, as of `Shelf.months`.
        chosen: the month or year that the list is limited to; empty for none.
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
    """What is drawn, the oldest first, and whether that is all: years where there are many months, or those of one."""
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
    """With the months between the first and the last of which there is no article."""
    whole = [name for name in dated if len(name) == 7]
    if not whole:
        return dict(dated)
    first, last = (int(name[:4]) * 12 + int(name[5:]) - 1 for name in (min(whole), max(whole)))
    names = {f"{at // 12:04}-{at % 12 + 1:02}" for at in range(first, last + 1)} if last - first < 600 else set()
    return {name: dated.get(name, 0) for name in sorted(names | set(dated))}


def _bar(name: str, count: int, most: int, is_chosen: bool) -> str:
    told = phrases.counted(words.N_ARTICLES, count)
    title = f"{when_in_words(name)}: {told}"
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
    """A month or year for people."""
    if when == NO_DATE:
        return words.UNDATED
    try:
        return Published.parse(when).in_words()
    except ValueError:
        return when


def list_html(shelf: Shelf, offset: int, limit: int, open_id: str, now: int) -> str:
    """A page of the list, with links to the pages before and after it.

    Args:
        shelf: the page.
        offset: how many articles come before it.
        limit: how many a page holds.
        open_id: the article that is open.
        now: seconds since 1970, for embargoes.
    """
    if not shelf.articles:
        return f'<p class="hint" role="status">{words.NOTHING_FOUND if not shelf.total else words.PAGE_EMPTY}</p>'
    said = phrases.found(shelf.total, offset + 1, offset + len(shelf.articles))
    loosely = f'<p class="hint">{words.LOOSELY}</p>' if shelf.loosely else ""
    rows = "".join(_row(each, open_id, now) for each in shelf.articles)
    page = offset // limit
    later = f'<a href="#leaf-{page - 1}">{words.LATER}</a>' if page else ""
    more = offset + len(shelf.articles) < shelf.total
    earlier = f'<a href="#leaf-{page + 1}">{words.EARLIER_PAGE}</a>' if more else ""
    turn = f'<nav class="leaves" aria-label="{words.PAGES}">{later}{earlier}</nav>' if later or earlier else ""
    return f'<p class="label" role="status">{escape(said)}</p>{loosely}<ul class="shelf">{rows}</ul>{turn}'


def _row(each: Shelved, open_id: str, now: int) -> str:
    article = each.article
    current = ' aria-current="true"' if article.article_id == open_id else ""
    badges = "".join(f'<span class="badge">{escape(badge)}</span>' for badge in _badges(each, now))
    return (
        f'<li><a class="entry" href="#item-{article.article_id}"{current}>'
        f'<span class="headline" dir="auto">{escape(article.headline)}</span>'
        f'<span class="source">{facts_html(article)}{badges}</span></a></li>'
    )


def _badges(each: Shelved, now: int) -> list[str]:
    article = each.article
    said = []
    if article.status == "canceled":
        said.append(words.BADGE_WITHDRAWN)
    elif article.status == "withheld" or each.available >= NEVER:
        said.append(words.BADGE_WITHHELD)
    elif each.available > now:
        said.append(words.BADGE_EMBARGOED)
    if article.correction:
        said.append(words.BADGE_CORRECTED)
    if each.versions > 1:
        said.append(phrases.counted(words.N_VERSIONS, each.versions))
    return said


def facts_html(article: Article) -> str:
    """Publisher, date and place, each kept apart from the direction of the others."""
    date = article.published.in_words() if article.published else words.UNDATED
    return " · ".join(f"<bdi>{escape(part)}</bdi>" for part in (article.publisher, date, article.place) if part)


def removed_html(removed: Sequence[Version]) -> str:
    """What was taken out, with links that put it back."""
    if not removed:
        return f'<p class="hint">{words.NONE_REMOVED}</p>'
    rows = "".join(
        f'<li><span class="headline" dir="auto">{escape(each.article.headline)}</span> '
        f'<span class="source">{facts_html(each.article)}</span> '
        f'<a href="#putback-{each.article.article_id}">{words.PUT_ARTICLE_BACK}'
        f'<span class="spoken">: {escape(each.article.headline)}</span></a></li>'
        for each in removed
    )
    return f'<ul class="shelf removed">{rows}</ul>'


def notice_html(text: str, headline: str = "", undo: str = "") -> str:
    """A word on what was just done, with a link that takes it back.

    Args:
        text: the word.
        headline: of the article that it is about.
        undo: id of the article to put back; empty for none.
    """
    named = f" “<bdi>{escape(headline)}</bdi>”." if headline else ""
    link = f' <a href="#putback-{escape(undo)}">{words.UNDO}</a>' if undo else ""
    return f'<p class="notice" role="status" tabindex="-1">{escape(text)}{named}{link}</p>'


def nothing_open_html() -> str:
    """In place of an article."""
    return f'<p class="hint">{words.CHOOSE_ARTICLE}</p>'


def opened_html(article: Article) -> str:
    """Takes the focus when an article is opened, so that a screen reader goes on from there; it is not seen."""
    return f'<p class="opened spoken" tabindex="-1">{escape(article.headline)}</p>'
