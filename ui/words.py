"""The page's own words, all in one place: to be read through, changed or translated together.

What the archive and the answers say of themselves (refusals, notes, errors) comes from `qa` and `ingest`.
"""

from __future__ import annotations

# The page
TITLE = "Dateline"
SUBTITLE = "Answers from the archive, in its own words."

# Asking
PLACEHOLDER = "Ask the archive…"
QUESTION = "Question"
ASK = "Ask"
STOP = "Stop"
CHAT = "Conversation"
GREETING = "Ask about the articles. Click a number to see the words that an answer rests on."
STEPS = {
    "understand": "Understanding the question…",
    "search": "Searching…",
    "read": "Reading {count} passages…",
    "check": "Checking the words…",
}
STOPPED = "Stopped. Nothing of this question was kept; ask again, or ask something else."
FAILED = "Something went wrong while answering. Ask again; the server's log says what it was."
CUT_OFF = "The answer to “{question}” was cut off: the page was closed or the server restarted."
ASK_AGAIN = "Ask again"
SEARCHED_AS = "Searched as “{question}”"
AS_OF_CHIP = "as of {day}"
DROP_TIME = "Search all dates"
DROP_PUBLISHER = "Search all publishers"
DROP_DAY = "Ask as of now"
DROP_WORDING = "Search the words as they were typed"
CHANGE = "Change…"
CHANGE_TITLE = "Change dates, publishers or wording, and ask again"
CHANGED_QUESTION = "Question as it is searched"
CHANGED_FROM = "Published from"
CHANGED_TO = "to"
DAY_HINT = "such as 2020-07-21, 2020-07 or 2020; empty for no limit"
CHANGED_PUBLISHERS = "Publishers (none for all)"
CHANGED_ASK = "Ask again"
CANCEL = "Cancel"

# Settings
SETTINGS = "Settings"
STYLE = "Answers are"
QUOTED = "quoted from the articles"
WRITTEN = "written by {model}, each sentence checked"
CAUTION = "How sure an answer has to be"
CAUTIONS = {"low": "answer more", "normal": "balanced", "high": "refuse more"}
AS_OF = "As of"
AS_OF_INFO = "a day such as 2020-07-21: nothing later is known; empty for now"
BAD_DAY = "“{text}” is no day: write it as in 2020-07-21, or leave it empty for now."

# An empty archive
EMPTY = "The archive is empty."
EMPTY_HOW = (
    "Take articles in on the Archive tab, or with `dateline ingest PATH`. To look around first, load the samples:"
)
EMPTY_READ_ONLY = "Whoever runs this server can take articles in with `dateline ingest PATH`."
LOAD_SAMPLES = "Load the sample articles"
LOADING_SAMPLES = "Taking the sample articles in: {count} so far…"

# The reading room

# Conversations
CONVERSATIONS = "Conversations"
NEW_TALK = "New conversation"
FIND_TALK = "Find a conversation"
FIND_TALK_HINT = "words of its name or its questions"
NO_TALKS = "What you ask is kept here."
NO_TALK_FOUND = "No conversation has these words."
UNNAMED = "Without a name"
TODAY, YESTERDAY = "today", "yesterday"
THIS_TALK = "This conversation"
TALK_NAME = "Its name"
RENAME = "Rename"
DELETE = "Delete"
UNDO_DELETE = "Put it back"
EXPORT = "Export"
EXPORTS = {"markdown": "Markdown", "html": "HTML", "json": "JSON"}
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
SEND_COMMENT = "Send"
THANKS = "Thank you, this is kept."

# Exports
SOURCES = "Sources"
NEAREST = "Articles near to the question"
ALSO_CARRIED_BY = "Also carried by"
UNDATED = "undated"
STRUCK = "Struck out, as the articles do not say so"
NOT_ANSWERED = "This question was not answered: the answer was cut off."

# The archive

# Signing in


def gone_since(changed: int, removed: int) -> str:
    """What became of the articles that an answer cites; empty where they are as they were."""
    said = [f"{count} {what}" for count, what in ((changed, "changed"), (removed, "removed")) if count]
    return f"Of the articles that it cites, {' and '.join(said)} since." if said else ""


def exported(started: str, updated: str) -> str:
    """When a conversation that is exported was held."""
    return f"Begun on {started}, last changed on {updated}. Answers from the archive, in its own words."


def characters_of(start: int, end: int, version: str) -> str:
    """Where cited words stand."""
    return f"characters {start:,} to {end:,} of version {version}"


def characters(count: int) -> str:
    """How long a text is."""
    return f"{count:,} characters"
