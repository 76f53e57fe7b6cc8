"""The Python function: `ask(question) -> Answer`."""

from __future__ import annotations

import atexit
import functools
import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from ingest.archive.archive import Archive
    from ingest.base.settings import Settings
    from qa.base.answer import Answer
    from qa.base.request import Request
    from qa.question.limits import Range
    from qa.question.question import Caution, Style


def ask(
    question: str,
    archive: Archive | Settings | str | Path | None = None,
    published: Range = None,
    publisher: str | Collection[str] | None = None,
    without: Collection[str] = (),
    caution: Caution = "normal",
    as_of: str | date | None = None,
    history: Sequence[Answer] = (),
    style: Style | None = None,
) -> Answer:
    """Ask an archive of news; the same question on the same archive gets the same answer.

    Args:
        question: in the words of a reader, at most 2,000 characters.
        archive: an open archive, its folder, or None for DATELINE_ARCHIVE or the default folder. An archive passed as a
            folder stays open, so that the next question is answered faster, until `close()` or the end of the process.
        published: only articles of this date ("2020-07-21", "2020-07", "2020"), or of a range (first, last), either
            of which may be None. None reads a range from the question's words ("in July 2020", "last week"), and
            (None, None) sets no limit, whatever they say.
        publisher: only articles of this publisher, or of these. None reads them from the question's words, such as
            "according to Reuters"; an empty collection sets no limit.
        without: ids of articles that may not be used, for example of a source that is not trusted.
        caution: the confidence that an answer needs: "low" accepts less, "high" is stricter.
        as_of: the day as of which to answer ("2020-07-21"): later articles are left out, "last week" counts from that
            day, and newer answers are ranked higher. None for now.
        history: the answers to the questions before this one, the last one last, for follow-up questions.
        style: "written" for sentences by the chat model that DATELINE_CHAT_MODEL names, each checked against what it
            cites; "quote" for the articles' own. None writes where there is a chat model.

    Returns:
        An answer, or a refusal with `answered` False. Its `question` says how the question was understood.

    Raises:
        QuestionError: the question is empty or too long, its dates do not exist or contradict an option, the caution or
            style is unknown, or the history contains something other than answers.
        ChatModelError: the chat model that the settings name cannot be used.
        ArchiveMissing, ArchiveOwned, ArchiveMismatch: the archive cannot be opened.
        ReaderError: the reader's files are missing or altered, or DATELINE_READER names a model that cannot mark spans.

    Example:
        >>> answer = ask("Why did Britain ban Huawei?", archive="my-archive")
        >>> print(answer.text)
        Last week, the U.K. banned China’s Huawei Technologies Co from its fifth generation wireless networks, ... [1]
    """
    from qa.base.request import Request

    # A bad question is reported before anything slow is loaded.
    request = Request(question, published, publisher, without, caution, as_of, style, history)
    return answer_request(request, archive)


def answer_request(request: Request, archive: Archive | Settings | str | Path | None = None) -> Answer:
    """Ask an archive what a request asks.

    Args:
        request: the question with its options.
        archive: as for `ask`.

    Raises:
        ChatModelError, ArchiveError, ReaderError: as for `ask`.
    """
    opened, settings = _opened(archive)
    return _chain(opened, settings).invoke(request)


_open_archives: dict[str, Archive] = {}
_opening = threading.Lock()


def _opened(archive: Archive | Settings | str | Path | None) -> tuple[Archive, Settings]:
    """The archive and the current settings: reader and chat model may change while the archive is open."""
    from ingest.archive.archive import Archive
    from ingest.base.settings import Settings

    if isinstance(archive, Archive):
        return archive, archive.settings
    settings = archive if isinstance(archive, Settings) else Settings.load(archive)
    key = settings.place
    with _opening:
        if key not in _open_archives:
            _open_archives[key] = Archive.open(settings)
            atexit.register(close)
        elif _open_archives[key].settings != settings:
            Archive.open(settings).close()  # raises an error that names the setting that differs
        return _open_archives[key], settings


@functools.lru_cache(maxsize=8)
def _chain(archive: Archive, settings: Settings) -> Runnable[Request | str | Mapping[str, Any], Answer]:
    from qa.chain import build_chain
    from qa.chat.models import load_chat_model
    from qa.reader.reader import load_reader

    chat = load_chat_model(settings)
    return build_chain(archive, load_reader(settings.reader, archive.embedder), chat=chat)


def close() -> None:
    """Close the archives that `ask` opened, so that another process can open them."""
    with _opening:
        _chain.cache_clear()
        while _open_archives:
            _open_archives.popitem()[1].close()
