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

# The archive

# Signing in

# For everyone: names of what is drawn without words, read out by screen readers; the browser has them as Dateline.words
IN_BROWSER = {
    "answered": "Answer",
    "article": "Article",
    "ask": ASK,
    "asked": QUESTION,
    "examples": "Example questions",
    "question": "Your question",
    "skip": "Skip to the question",
    "sources": "Sources",
    "stop": STOP,
    "talk": CHAT,
}


def characters(count: int) -> str:
    """How long a text is."""
    return f"{count:,} characters"
