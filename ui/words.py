"""The text of the page, all in one place, so that it can be reviewed, changed or translated together.

Text about the archive and the answers (refusals, notes, errors) comes from `qa` and `ingest`.
"""

from __future__ import annotations

# The page
TITLE, SUBTITLE = "Dateline", "Answers from the news archive, with their sources."

# Asking
ASK_TAB = "Ask"
PLACEHOLDER = "Ask the archive…"
QUESTION, ASK, STOP, CHAT = "Question", "Ask", "Stop", "Conversation"
GREETING = "Ask a question about the articles. Click a number in an answer to see its source."
STEPS = {
    "understand": "Understanding the question…",
    "search": "Searching…",
    "read": "Reading {count} passages…",
    "check": "Checking the answer…",
}
BUSY = "Another question is still being answered. Wait for the answer, or stop it first."
STOPPED = "Stopped. You can ask again, or ask another question."
FAILED = "Something went wrong. Ask again. The server log has the details."
INTERRUPTED = "The answer to “{question}” was interrupted: the page was closed, or the server restarted."
ASK_AGAIN, AS_OF_CHIP = "Ask again", "as of {day}"
SEARCHED_AS = "Searched as “{question}”"
DROP_TIME, DROP_PUBLISHER = "Search all dates", "Search all publishers"
DROP_DAY, DROP_WORDING = "Ask as of today", "Search with your own words"
CHANGE = "Change…"
CHANGE_TITLE = "Change the dates, publishers or wording, and ask again"
CHANGED_QUESTION = "Question"
CHANGED_FROM, CHANGED_TO = "Published from", "Published to"
DAY_HINT = "For example 2020-07-21, 2020-07 or 2020. Leave empty for no limit."
CHANGED_PUBLISHERS = "Publishers (leave empty for all)"
CHANGED_ASK, CANCEL = "Ask again", "Cancel"

# Settings
SETTINGS, STYLE = "Settings", "Answer style"
STYLE_QUOTED = "Quoted from the articles"
STYLE_WRITTEN = "Written by {model}, each sentence checked"
CAUTION = "Strictness"
CAUTIONS = {"low": "Answer more", "normal": "Balanced", "high": "Stricter"}
AS_OF = "Answer as of a date"
AS_OF_INFO = "For example 2020-07-21. Later articles are ignored. Leave empty for today."

# An empty archive
EMPTY = "The archive is empty."
EMPTY_HOW = "Add articles on the Archive tab or with `dateline ingest PATH`. To try it first, load the sample articles:"
EMPTY_READ_ONLY = "Only an administrator of this server can add articles, with `dateline ingest PATH`."
LOAD_SAMPLES = "Load the sample articles"
LOADING_SAMPLES = "Loading the sample articles: {count} so far…"

# Under and in an answer
DRAFT = "*Draft, not checked yet: {draft}…*"
WITHHELD_SENTENCE = "A sentence whose text is withheld"
STRUCK_OUT = (
    "1 sentence was struck out: the articles do not support it",
    "{count} sentences were struck out: the articles do not support them",
)
WRITTEN_BY = "*Written by {cost}. Every sentence was checked against its sources.*"
NEAREST_HEADLINES = "Nearest headlines:"

# Sources and articles
SOURCES = "Sources"
NO_SOURCES_YET = "The sources of an answer appear here."
NO_SOURCES = "This answer has no sources."
NO_SOURCES_OF_REFUSAL = "No answer, so no sources. Click a headline under the answer to read the article here."
NO_SOURCES_OF_CATALOGUE = "Counted in the archive index. Click a headline in the answer to read the article here."
ALSO_CARRIED_BY = "Also carried by"
AND_MORE = " and {count} more"
BY, BY_PUBLISHERS, OR = "By", "by {names}", " or "
CORRECTED = "Corrected:"
BACK, ABOUT_ARTICLE = "Back to the answer", "About this article"
COPY = "Copy citation:"
STYLES = {"chicago": "Chicago", "ap": "AP", "bibtex": "BibTeX"}
COPIED = "Copied."
NOT_COPIED = "The browser blocked copying. Select and copy this text:"
PRINT, ORIGINAL, OPENS_IN_NEW_TAB = "Print", "Original", "(opens in a new tab)"
VERSIONS = "Versions"
VERSION_WHY = {"current": "", "replaced": "replaced", "older": "arrived late", "removed": "removed"}
IS_CURRENT = "current version"
IS_CITED = "cited by the answer"
SHOW_CURRENT = "Show the current version"
SHOW_CITED = "Show the cited version"
CHANGED = "The article was changed after this answer. This is the version that the answer cites."
CHANGED_CORRECTED = (
    "The article was corrected after this answer. This is the version that the answer cites. The correction says:"
)
NEWER = "This is the current version. The answer cites an earlier one, so nothing is highlighted here."
EARLIER = "This is an earlier version of the article."
WITHDRAWN = "The publisher withdrew this article. Its text is not shown."
WITHHELD = "The publisher withholds this article. Its text is not shown."
GONE = "This article is no longer in the archive."
GONE_VERSION = "The version that the answer cites is no longer in the archive. This is the current version."
GONE_QUOTE = "Quoted in the answer:"

NEWEST, UNDATED, DATED = "the newest", "undated", "from {date}"
FILED_FROM = "Filed from"
CORRECTED_OF_ONE = "It was corrected"
CORRECTED_OF_SEVERAL = "One of them was corrected"
QUOTED = "Quoted word for word"
WRITTEN = "Written by a model, each sentence checked"
CLEAR, UNCERTAIN, DOUBTFUL = "Likely correct", "Uncertain: check the source", "Doubtful: check the source"

INDEPENDENT_SOURCES, REPORTS_OF_ONE_SOURCE, ONE_SOURCE = (
    "{count} independent sources",
    "{count} reports from one source",
    "One source",
)
TODAYS, YESTERDAYS, OF_THAT_DAY, OF_DAY_BEFORE = (
    "published today",
    "published yesterday",
    "published that day",
    "published the day before",
)
DAYS_OLD, ON_DAY = "{days} days old", " on {day}"
ADDED_AT, ADDED_SOMETIME, UNTIL = "added {added}", "added at an unknown time", ", current until {until}"
AND = " and "
NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()

# Conversations
CONVERSATIONS, NEW_CONVERSATION = "Conversations", "New conversation"
FIND_CONVERSATION = "Search conversations"
FIND_CONVERSATION_HINT = "Words in a name or a question"
NO_CONVERSATIONS, NO_MATCHING_CONVERSATION = "Your conversations appear here.", "No conversation matches."
UNNAMED = "Untitled"
TODAY, YESTERDAY = "today", "yesterday"
THIS_CONVERSATION = "This conversation"
CONVERSATION_NAME = "Name"
RENAME, DELETE, UNDO_DELETE = "Rename", "Delete", "Undo delete"
EXPORT = "Export"
EXPORTS = {"markdown": "Markdown", "html": "HTML"}
NOTHING_OPEN = "This conversation has no questions yet."
NO_NAME = "Enter a name."
RENAMED = "Renamed."
DELETED = "Deleted “{name}”."
UNDELETED = "Restored “{name}”."
NOT_THERE = "This conversation no longer exists. It may have been deleted in another window."
NOT_SAVED = (
    "This browser cannot save conversations. It may be a private window, or the disk may be full. Your questions are "
    "lost when you close the page, so export what you need."
)
SIGN_IN_AGAIN = (
    "Somebody else has signed in in this browser, so nothing on this page is saved. Sign in again and reload the page."
)
CONVERSATION_COPIED = (
    "This conversation was also changed in another window. Both copies are saved. This is the copy of this window."
)

# Links to answers
LINK_COPIED = "Link copied. Anyone who can open this page can open the answer with it."
LINK_NOT_COPIED = "The browser blocked copying. The link is shown above the conversation."
LINK_TO = "Link to the answer to “{question}”"
SHARED = "You opened an answer from a link. Ask another question to make this a conversation of your own."

# Feedback
HELPFUL, NOT_HELPFUL, COMMENT, COPY_LINK = "Helpful", "Not helpful", "Comment", "Copy link"
COMMENT_ON = "Comment on the answer to “{question}”"
COMMENT_HINT = (
    "Your comment is saved on the server with the question, the answer and its sources. The people who maintain the "
    "archive can read it."
)
SEND_COMMENT, THANKS = "Send", "Thank you. Your comment was saved."
ANOTHER_ANSWER = "This answer is no longer open, so your comment was not sent."

# Exports
NEAREST = "Related articles"
STRUCK = "Struck out, because the articles do not support it"
NOT_ANSWERED = "This question was not answered: the answer was interrupted."

# Exports and links
GONE_SINCE, GONE_CHANGED, GONE_REMOVED = (
    "Of the articles that it cites, {what} since then.",
    "{count} changed",
    "{count} removed",
)
EXPORTED = f"Started {{started}}, last changed {{updated}}. {SUBTITLE}"
CHARACTERS_OF = "characters {start:,} to {end:,} of version {version}"
CHARACTERS = "{count:,} characters"

# The archive
N_ARTICLES = "1 article", "{count:,} articles"
N_VERSIONS = "1 version", "{count:,} versions"
LISTED = "{first:,} to {last:,} of {articles}"
PLOT, PLOT_OF_YEAR, PLOT_OF_YEARS = (
    "Articles over time",
    "Articles over time, {first}",
    "Articles over time, {first} to {last}",
)
PLOT_BY_MONTH = "Articles of {first}, by month"
VERSION_LINE, NOT_RECORDED = "{number} · {when} · {why}", "unknown time"
COMPARISON = "Version {before} compared with version {after}"
AND_N_MORE = "and {count:,} more"
BYTES_READ = "{done} of {total} read"
ARCHIVE = "Archive"
SEARCH = "Search the archive"
SEARCH_HINT = "Words in the headline or text"
WHEN, PUBLISHER, PLACE = "Month or year", "Publisher", "Place"
ANY_TIME, ANY_PUBLISHER, ANY_PLACE = "Any time", "Any publisher", "Any place"
ALL_TIME = "Show all dates"
NO_MATCHES = "No articles match. Remove a filter, or search for other words."
PAGE_EMPTY = "This page of the list is empty. Go back to the first page."
LOOSELY = "No article has all of these words. These articles have some of them."
EARLIER_PAGE, LATER, PAGES = "Earlier articles →", "← Later articles", "Pages of the list"
BADGE_WITHDRAWN, BADGE_WITHHELD, BADGE_EMBARGOED, BADGE_CORRECTED = (
    "withdrawn",
    "withheld",
    "under embargo",
    "corrected",
)
NOT_FOUND_NOW = "This article is withheld, withdrawn or under embargo."
CHOOSE_ARTICLE = "Select an article in the list to read it here."
REMOVE, REMOVED, UNDO = "Remove from the archive", "Removed", "Undo"
RESTORE, RESTORED = "Restore", "Restored"
REMOVED_LIST = "Removed articles"
NONE_REMOVED = "There are no removed articles to restore."
VERSION_BEFORE, VERSION_AFTER = "Compare version", "With version"
KEY_OUT, KEY_IN = "Deleted", "Inserted"
SPOKEN_DELETION, SPOKEN_INSERTION = ("[deleted: ", "]"), ("[inserted: ", "]")
SAME_TEXT = "The text is the same in both versions."
WHY = {
    "current": "current",
    "replaced": "replaced",
    "older": "arrived late",
    "removed": "removed and added again",
}
FACTS = {
    "headline": "Headline",
    "publisher": "Publisher",
    "published": "Published",
    "place": "Place",
    "authors": "Authors",
    "language": "Language",
    "url": "Web address",
    "status": "Status",
    "embargo": "Embargo",
    "correction": "Correction",
}

# Adding articles
ADD_ARTICLES = "Add articles"
FILES = "Files and folders"
FOLDER = "Choose a folder"
ADDRESSES = "Web addresses"
ADDRESSES_HINT = "Pages, feeds or sitemaps, one per line: https://…"
FOLLOW = "Follow links in feeds and sitemaps"
LIMIT = "Maximum number of linked pages"
FETCH, STOP_INTAKE = "Fetch", "Stop"
NO_ADDRESS = "Enter addresses that begin with http:// or https://."
WAITING = "Waiting until other articles have been added"
ADDING = "Adding articles"
DONE, INTAKE_STOPPED = "Finished", "Stopped. Articles that were already added stay in the archive."
REPORT, ADDED_ARTICLES = "Report", "New and changed articles"
N_NOT_ADDED = "{count:,} not added"
N_FAILED = "1 was not added", "{count:,} were not added"
N_FUTURE = "1 is dated in the future", "{count:,} are dated in the future"
TOO_BIG = "it has {got}, and the limit is {limit} per file. Split it, or use `dateline ingest` on the server"
FAILED_INTAKE = (
    "Something went wrong. Articles that were already added stay in the archive. The server log has the details."
)

# Signing in
SIGN_IN = "Sign in"
SIGN_IN_TITLE = f"{SIGN_IN} · {TITLE}"
NAME_LABEL = "Name"
PASSWORD_LABEL = "Password"  # noqa: S105 - a label
SIGNED_IN_AS = "Signed in as"
SIGN_OUT = "Sign out"
SIGNED_OUT = "You are not signed in, or your session has ended."
WRONG_PASSWORD = "Wrong name or password. Try again."  # noqa: S105 - a message
FILL_BOTH = "Enter your name and your password."
SIGN_IN_BUSY = "Too many people are signing in right now. Try again in a few seconds."
BAD_FORM = "The form could not be read. Fill in both fields and try again."
WRONG_HOST = (
    "This page is served at 127.0.0.1 and localhost only. Open it at one of these addresses. To serve it under another "
    "name, start it with --auth FILE, or with --no-auth if a proxy in front of it controls access.\n"
)
WRONG_ORIGIN = "This request came from another site and was blocked. Open the page itself.\n"
NOT_HERE, NOT_FETCHED = "Not found.\n", "Web addresses can be added on the Archive tab only.\n"
TOO_LARGE = "This request is too large.\n"
READ_ONLY = "This archive cannot be changed from the page: it is served with --read-only."

# Accessible names, read out by screen readers; scripts in the browser read them as Dateline.words
IN_BROWSER = {
    "answered": "Answer",
    "article": "Article",
    "ask": ASK,
    "asked": QUESTION,
    "busy": BUSY,
    "conversation": CHAT,
    "examples": "Example questions",
    "question": "Your question",
    "skip": "Skip to the question",
    "sources": SOURCES,
    "stop": STOP,
}
TOO_MANY_ATTEMPTS = "Too many attempts. Try again in 1 minute.", "Too many attempts. Try again in {count} minutes."
