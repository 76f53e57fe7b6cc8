"""The page's own words, all in one place: to be read through, changed or translated together.

What the archive and the answers say of themselves (refusals, notes, errors) comes from `qa` and `ingest`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.pipeline import IngestReport

# The page
TITLE = "Dateline"
SUBTITLE = "Answers from the archive, in its own words."

# Asking

# The reading room

# Conversations

# The archive
ARCHIVE = "Archive"
SEARCH = "Search the archive"
SEARCH_HINT = "Words of a headline or text"
WHEN, PUBLISHER, PLACE = "Month or year", "Publisher", "Place"
ANY_TIME, ANY_PUBLISHER, ANY_PLACE = "Any time", "Any publisher", "Any place"
ALL_TIME = "Show all months"
UNDATED = "undated"
NOTHING_FOUND = "No article fits. Take a limit back, or search for other words."
PAGE_EMPTY = "The list ends before this page; go back to its beginning."
LOOSELY = "No article has all of these words; these have some of them."
EARLIER, LATER, PAGES = "Earlier articles →", "← Later articles", "Pages of the list"
WITHDRAWN, WITHHELD, EMBARGOED, CORRECTED = "withdrawn", "withheld", "under embargo", "corrected"
NOT_FOUND_NOW = "This article is withheld, withdrawn or under embargo."
CHOOSE_ARTICLE = "Choose an article of the list to read it here."
REMOVE, REMOVED, PUT_BACK, RESTORED, UNDO = "Remove from the archive", "Removed", "Put back", "Put back", "Undo"
REMOVED_LIST = "What was removed"
NONE_REMOVED = "Nothing was removed that can be put back."
LIST_REMOVED = "Look again"
VERSION_BEFORE, VERSION_AFTER = "Compare version", "with version"
KEY_OUT, KEY_IN = "What was taken out", "what came in"
SAID_OUT, SAID_IN = ("[deleted: ", "]"), ("[inserted: ", "]")
SAME_TEXT = "The text is the same in both."
WHY = {
    "current": "counts now",
    "replaced": "was replaced",
    "older": "came late",
    "removed": "was removed, and came again",
}
FACTS = {
    "headline": "Headline",
    "publisher": "Publisher",
    "published": "Published",
    "place": "Place",
    "authors": "Authors",
    "language": "Language",
    "url": "Address",
    "status": "Status",
    "embargo": "Embargo",
    "correction": "Correction",
}

# Taking articles in
TAKE_IN = "Take articles in"
FILES = "Drop files or folders here, or click to choose files"
FOLDER = "Choose a folder"
ADDRESSES = "Web addresses"
ADDRESSES_HINT = "Pages, feeds or site maps, each on a line of its own: https://…"
FOLLOW = "Follow the links of feeds and site maps to their pages"
LIMIT = "Pages that links may lead to, at most"
FETCH, STOP = "Fetch", "Stop"
NO_ADDRESS = "Give an address that begins with http:// or https://."
WAITING = "Somebody else is taking articles in; yours begin after that."
READING = "Taking in"
DONE, STOPPED = "Taken in", "Stopped; what was taken in stays"
REPORT, TAKEN = "Report", "New and changed articles"
FAILED_INTAKE = (
    "Something went wrong while taking in; what went in before that stays. The server's log says what it was."
)


def n_articles(count: int) -> str:
    """As in "1 article"."""
    return "1 article" if count == 1 else f"{count:,} articles"


def counted(name: str, count: int) -> str:
    """A publisher or place to choose."""
    return f"{name} ({count:,})"


def n_versions(count: int) -> str:
    """As in "2 versions"."""
    return f"{count:,} versions"


def found(total: int, first: int, last: int) -> str:
    """Which of how many are listed."""
    return n_articles(total) if last - first + 1 == total else f"{first:,} to {last:,} of {n_articles(total)}"


def plot_title(year: str | None) -> str:
    """What the plot shows."""
    return f"Articles of {year}, by month" if year else "Articles over time"


def version_line(number: int, taken: str | None, why: str) -> str:
    """A version in a list."""
    when = f"{taken[:10]} {taken[11:16]} UTC" if taken else "not recorded when"
    return f"{number} · {when} · {WHY.get(why, why)}"


def comparison(before: int, after: int) -> str:
    """Which versions are compared."""
    return f"Version {before} compared with version {after}"


def and_more(count: int) -> str:
    """Where a list ends early."""
    return f"and {count:,} more"


def size(count: float) -> str:
    """Bytes, for people."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1_000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1_000
    return f"{count:.1f} GB"


def progress(done: int, total: int, articles: int, failed: int) -> str:
    """How far taking in is."""
    parts = [f"{size(done)} of {size(total)} read"] if total else []
    parts.append(n_articles(articles))
    return ", ".join([*parts, *([f"{failed:,} not taken"] if failed else [])])


def counts(report: IngestReport) -> str:
    """A report in a line."""
    return f"{report}."


def n_failed(count: int) -> str:
    """Over a list of errors."""
    return "1 was not taken" if count == 1 else f"{count:,} were not taken"


def n_future(count: int) -> str:
    """Over a list of articles that are dated in the future."""
    return "1 is dated in the future" if count == 1 else f"{count:,} are dated in the future"


def too_big(got: int, limit: int) -> str:
    """Why a file was not sent."""
    return (
        f"it has {size(got)}, and {size(limit)} a file are taken here. Split it, or use `dateline ingest` where the "
        "archive is"
    )


# Signing in
