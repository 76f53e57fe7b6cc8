"""The page's own words, all in one place: to be read through, changed or translated together.

What the archive and the answers say of themselves (refusals, notes, errors) comes from `qa` and `ingest`.
"""

from __future__ import annotations

# The page
TITLE, SUBTITLE = "Dateline", "Answers from the archive, in its own words."

# Asking
ASK_TAB = "Ask"
PLACEHOLDER = "Ask the archive…"
QUESTION, ASK, STOP, CHAT = "Question", "Ask", "Stop", "Conversation"
GREETING = "Ask about the articles. Click a number to see the words that an answer rests on."
STEPS = {
    "understand": "Understanding the question…",
    "search": "Searching…",
    "read": "Reading {count} passages…",
    "check": "Checking the words…",
}
BUSY = "One at a time: a question is being answered. Stop it, or ask this one when it is done."
STOPPED = "Stopped. Nothing of this question was kept; ask again, or ask something else."
FAILED = "Something went wrong while answering. Ask again; the server's log says what it was."
CUT_OFF = "The answer to “{question}” was cut off: the page was closed, or the server restarted."
ASK_AGAIN, AS_OF_CHIP = "Ask again", "as of {day}"
SEARCHED_AS = "Searched as “{question}”"
DROP_TIME, DROP_PUBLISHER = "Search all dates", "Search all publishers"
DROP_DAY, DROP_WORDING = "Ask as of now", "Search the words as they were typed"
CHANGE = "Change…"
CHANGE_TITLE = "Change dates, publishers or wording, and ask again"
CHANGED_QUESTION = "Question as it is searched"
CHANGED_FROM, CHANGED_TO = "Published from", "to"
DAY_HINT = "such as 2020-07-21, 2020-07 or 2020; empty for no limit"
CHANGED_PUBLISHERS = "Publishers (none for all)"
CHANGED_ASK, CANCEL = "Ask again", "Cancel"

# Settings
SETTINGS, STYLE = "Settings", "Answers are"
STYLE_QUOTED = "quoted from the articles"
STYLE_WRITTEN = "written by {model}, each sentence checked"
CAUTION = "How sure an answer has to be"
CAUTIONS = {"low": "answer more", "normal": "balanced", "high": "refuse more"}
AS_OF = "As of"
AS_OF_INFO = "a day such as 2020-07-21: nothing later is known; empty for now"

# An empty archive
EMPTY = "The archive is empty."
EMPTY_HOW = (
    "Take articles in on the Archive tab, or with `dateline ingest PATH`. To look around first, load the samples:"
)
EMPTY_READ_ONLY = "Whoever runs this server can take articles in with `dateline ingest PATH`."
LOAD_SAMPLES = "Load the sample articles"
LOADING_SAMPLES = "Taking the sample articles in: {count} so far…"

# Under and in an answer
DRAFT = "*Being written, not checked yet: {draft}…*"
WITHHELD_SENTENCE = "A sentence whose words are withheld"
STRUCK_OUT = (
    "1 sentence was struck out: the articles do not say so",
    "{count} sentences were struck out: the articles do not say so",
)
WRITTEN_BY = "*Written by {cost}. Every sentence was checked against what it cites.*"
NEAREST_HEADLINES = "Nearest headlines:"

# The reading room
SOURCES = "Sources"
NO_SOURCES_YET = "The articles that an answer cites open here."
NO_SOURCES = "This answer cites no article."
NO_SOURCES_OF_REFUSAL = "No answer, so no sources. The nearest headlines stand under the answer, and open here."
NO_SOURCES_OF_CATALOGUE = "Counted in the archive’s index. The articles that it names open here."
ALSO_CARRIED_BY = "Also carried by"
AND_MORE = " and {count} more"
BY, BY_PUBLISHERS, OR = "By", "by {names}", " or "
CORRECTED = "Corrected:"
BACK, ABOUT_ARTICLE = "Back to the answer", "About this article"
COPY = "Copy citation:"
STYLES = {"chicago": "Chicago", "ap": "AP", "bibtex": "BibTeX"}
COPIED = "Copied."
NOT_COPIED = "The browser did not let it be copied. It stands here, to be copied by hand:"
PRINT, ORIGINAL, OPENS_IN_NEW_TAB = "Print", "Original", "(opens in a new tab)"
VERSIONS = "Versions"
VERSION_WHY = {"current": "", "replaced": "replaced", "older": "came late", "removed": "removed"}
IS_CURRENT = "the one that counts"
IS_CITED = "the one that the answer cites"
SHOW_CURRENT = "Show the current one"
SHOW_CITED = "Show the one that the answer cites"
CHANGED = "The article was changed after this answer. This is what the answer cites."
CHANGED_CORRECTED = "The article was corrected after this answer. This is what the answer cites. The correction says:"
NEWER = "This is the current version. The answer cites an earlier one; its words are not marked here."
EARLIER = "This is an earlier version of the article."
WITHDRAWN = "The publisher withdrew this article. What it said is not shown."
WITHHELD = "The publisher withholds this article. What it says is not shown."
GONE = "This article is no longer in the archive."
GONE_VERSION = "The archive no longer holds the version that the answer cites. This is the current one."
GONE_QUOTE = "What the answer quoted:"

NEWEST, UNDATED, DATED = "the newest", "undated", "of {date}"
FILED_FROM = "Filed from"
CORRECTED_OF_ONE = "It was corrected"
CORRECTED_OF_SEVERAL = "One of them was corrected"
QUOTED = "Quoted word for word"
WRITTEN = "Written by a model, each sentence checked"
CLEAR, UNCERTAIN, DOUBTFUL = "Likely to be the answer", "Uncertain: read the words", "Doubtful: read the words"

INDEPENDENT_SOURCES, REPORTS_OF_ONE_SOURCE, ONE_SOURCE = (
    "{count} independent sources",
    "{count} reports of one source",
    "One source",
)
TODAYS, YESTERDAYS, OF_THAT_DAY, OF_DAY_BEFORE = (
    "published today",
    "published yesterday",
    "published that day",
    "published the day before",
)
DAYS_OLD, ON_DAY = "{days} days old", " on {day}"
TAKEN, TAKEN_SOMETIME, UNTIL = "taken in {taken}", "taken in at a time that was not recorded", ", until {until}"
AND = " and "
NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()

# Conversations
CONVERSATIONS, NEW_TALK = "Conversations", "New conversation"
FIND_TALK = "Find a conversation"
FIND_TALK_HINT = "words of its name or its questions"
NO_TALKS, NO_TALK_FOUND = "What you ask is kept here.", "No conversation has these words."
UNNAMED = "Without a name"
TODAY, YESTERDAY = "today", "yesterday"
THIS_TALK = "This conversation"
TALK_NAME = "Its name"
RENAME, DELETE, UNDO_DELETE = "Rename", "Delete", "Put it back"
EXPORT = "Export"
EXPORTS = {"markdown": "Markdown", "html": "HTML"}
NOTHING_OPEN = "Nothing has been asked in this conversation yet."
NO_NAME = "A conversation needs a name; write one."
RENAMED = "Renamed."
DELETED = "“{name}” is deleted."
PUT_BACK = "“{name}” is back."
NOT_THERE = "This conversation is not kept any more; it may have been deleted in another window."
NOT_KEPT = (
    "This browser keeps no conversations, as it may be a private window or its disk is full. What you ask is gone when "
    "the page is closed; export what you need."
)
SIGN_IN_AGAIN = (
    "Somebody else has signed in in this browser, so nothing of this page is kept. Sign in again, and reload."
)
COPIED_TALK = "Another window has gone on with this conversation. Both are kept; this is the one of this window."

# Links to answers
LINK_COPIED = "The link is copied. Whoever can open this page can open the answer with it."
LINK_NOT_COPIED = "The browser did not let the link be copied; it stands above the conversation."
LINK_TO = "Link to the answer to “{question}”"
SHARED = "An answer that a link led to. Ask on, and it becomes a conversation of your own."

# Feedback
HELPFUL, NOT_HELPFUL, COMMENT, COPY_LINK = "Helpful", "Not helpful", "Comment", "Copy link"
COMMENT_ON = "What is good or wrong about the answer to “{question}”?"
COMMENT_HINT = (
    "It is kept on the server with the question, the answer and its sources, for whoever looks after the archive."
)
SEND_COMMENT, THANKS = "Send", "Thank you, this is kept."
ANOTHER_ANSWER = "This answer is not open any more, so the comment was not sent."

# Exports
NEAREST = "Articles near to the question"
STRUCK = "Struck out, as the articles do not say so"
NOT_ANSWERED = "This question was not answered: the answer was cut off."

# Exports and links
GONE_SINCE, GONE_CHANGED, GONE_REMOVED = (
    "Of the articles that it cites, {what} since.",
    "{count} changed",
    "{count} removed",
)
EXPORTED = "Begun on {started}, last changed on {updated}. Answers from the archive, in its own words."
CHARACTERS_OF = "characters {start:,} to {end:,} of version {version}"
CHARACTERS = "{count:,} characters"

# The archive
N_ARTICLES = "1 article", "{count:,} articles"
N_VERSIONS = "1 version", "{count:,} versions"
FOUND = "{first:,} to {last:,} of {articles}"
PLOT, PLOT_OF_YEAR, PLOT_OF_YEARS = (
    "Articles over time",
    "Articles over time, {first}",
    "Articles over time, {first} to {last}",
)
PLOT_BY_MONTH = "Articles of {first}, by month"
VERSION_LINE, NOT_RECORDED = "{number} · {when} · {why}", "not recorded when"
COMPARISON = "Version {before} compared with version {after}"
SHELF_MORE = "and {count:,} more"
BYTES_READ = "{done} of {total} read"
ARCHIVE = "Archive"
SEARCH = "Search the archive"
SEARCH_HINT = "Words of a headline or text"
WHEN, PUBLISHER, PLACE = "Month or year", "Publisher", "Place"
ANY_TIME, ANY_PUBLISHER, ANY_PLACE = "Any time", "Any publisher", "Any place"
ALL_TIME = "Show all months"
NOTHING_FOUND = "No article fits. Take a limit back, or search for other words."
PAGE_EMPTY = "The list ends before this page; go back to its beginning."
LOOSELY = "No article has all of these words; these have some of them."
EARLIER_PAGE, LATER, PAGES = "Earlier articles →", "← Later articles", "Pages of the list"
BADGE_WITHDRAWN, BADGE_WITHHELD, BADGE_EMBARGOED, BADGE_CORRECTED = (
    "withdrawn",
    "withheld",
    "under embargo",
    "corrected",
)
NOT_FOUND_NOW = "This article is withheld, withdrawn or under embargo."
CHOOSE_ARTICLE = "Choose an article of the list to read it here."
REMOVE, REMOVED, UNDO = "Remove from the archive", "Removed", "Undo"
PUT_ARTICLE_BACK, RESTORED = "Put back", "Put back"
REMOVED_LIST = "What was removed"
NONE_REMOVED = "Nothing was removed that can be put back."
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
FETCH, STOP_INTAKE = "Fetch", "Stop"
NO_ADDRESS = "Give an address that begins with http:// or https://."
WAITING = "Somebody else is taking articles in; yours begin after that."
READING = "Taking in"
DONE, INTAKE_STOPPED = "Taken in", "Stopped; what was taken in stays"
REPORT, TAKEN_ARTICLES = "Report", "New and changed articles"
N_NOT_TAKEN = "{count:,} not taken"
N_FAILED = "1 was not taken", "{count:,} were not taken"
N_FUTURE = "1 is dated in the future", "{count:,} are dated in the future"
TOO_BIG = "it has {got}, and {limit} a file are taken here. Split it, or use `dateline ingest` where the archive is"
FAILED_INTAKE = (
    "Something went wrong while taking in; what went in before that stays. The server's log says what it was."
)

# Signing in
SIGN_IN = "Sign in"
SIGN_IN_TITLE = f"{SIGN_IN} · {TITLE}"
NAME_LABEL = "Name"
PASSWORD_LABEL = "Password"  # noqa: S105 - a label
SIGNED_IN_AS = "Signed in as"
SIGN_OUT = "Sign out"
SIGNED_OUT = "You are not signed in, or no longer."
WRONG_PASSWORD = "Name and password do not match. Try again."  # noqa: S105 - a message
FILL_BOTH = "Give both your name and your password."
SIGN_IN_BUSY = "Many people are signing in at this moment. Try again in a few seconds."
BAD_FORM = "That could not be read. Fill in both fields and try again."
WRONG_HOST = (
    "This page answers at 127.0.0.1 and localhost only: open it by one of these. To serve it under another name, start "
    "it with --auth FILE, or with --no-auth where something in front of it sees to who comes in.\n"
)
WRONG_ORIGIN = "This came from another site, and is not answered. Open the page itself.\n"
NOT_HERE, NOT_FETCHED = "There is nothing here.\n", "Addresses are taken in on the Archive tab only.\n"
TOO_LARGE = "This is larger than anything that the page sends.\n"
READ_ONLY = "This archive cannot be changed from the page: it is served with --read-only."

# For everyone: names of what is drawn without words, read out by screen readers; the browser has them as Dateline.words
IN_BROWSER = {
    "answered": "Answer",
    "article": "Article",
    "ask": ASK,
    "asked": QUESTION,
    "busy": BUSY,
    "examples": "Example questions",
    "question": "Your question",
    "skip": "Skip to the question",
    "sources": "Sources",
    "stop": STOP,
    "talk": CHAT,
}
TOO_MANY_ATTEMPTS = "Too many attempts. Try again in 1 minute.", "Too many attempts. Try again in {count} minutes."
