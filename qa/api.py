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

    from ingest.archive import Archive
    from ingest.settings import Settings
    from qa.answer import Answer
    from qa.calibration import Caution
    from qa.limits import Range


def ask(
    question: str,
    archive: Archive | Settings | str | Path | None = None,
    published: Range = None,
    publisher: str | Collection[str] | None = None,
    without: Collection[str] = (),
    caution: Caution = "normal",
    as_of: str | date | None = None,
    history: Sequence[Answer] = (),
) -> Answer:
    """Ask an archive of news; the same question on the same archive gets the same answer.

    Args:
        question: in the words of a reader, at most 2,000 characters.
        archive: an open archive, its folder, or None for DATELINE_ARCHIVE or the default folder. One that is named by
            its folder stays open, so that the next question is quick, until `close()` or the end of the process.
        published: only articles of this date ("2020-07-21", "2020-07", "2020"), or of a range (first, last), either
            of which may be None. None reads a range from the question's words ("in July 2020", "last week"), and
            (None, None) sets no limit, whatever they say.
        publisher: only articles of this publisher, or of these. None reads them from the question's words, such as
            "according to Reuters"; an empty collection sets no limit.
        without: ids of articles that may not be used, of a source that is not trusted for one.
        caution: how sure an answer has to be: "low" answers more, "high" refuses more.
        as_of: the day as of which to answer ("2020-07-21"): nothing later is known, "last week" counts from it, and of
            two answers the newer has an advantage. None for now.
        history: the answers to the questions before this one, the last one last, where it may lean on them.

    Returns:
        An answer, or a refusal with `answered` False. Its `question` says how the question was understood.

    Raises:
        QuestionError: the question is empty or too long, its dates make no range or do not exist, the caution is none
            of the three, or the history holds something other than answers.
        ArchiveMissing, ArchiveOwned, ArchiveMismatch: the archive cannot be opened.
        ReaderError: the reader's files are missing or altered, or DATELINE_READER names none that marks spans.

    Example:
        >>> answer = ask("Why did Britain ban Huawei?", archive="my-archive")
        >>> print(answer.text)
        Last week, the U.K. banned China’s Huawei Technologies Co from its fifth generation wireless networks, ... [1]
    """
    from qa.question import Question

    # A bad question is told before anything slow is loaded.
    Question.parse(question, published, publisher, without, caution, as_of)
    asked = {
        "question": question,
        "published": published,
        "publisher": publisher,
        "without": tuple(without),
        "caution": caution,
        "as_of": as_of,
        "history": tuple(history),
    }
    opened, reader = _opened(archive)
    return _chain(opened, reader).invoke(asked)


_held: dict[Path, Archive] = {}
_holding = threading.Lock()


def _opened(archive: Archive | Settings | str | Path | None) -> tuple[Archive, str]:
    """The archive, and the name of the reader, which may change while the archive is open."""
    from ingest.archive import Archive
    from ingest.settings import Settings

    if isinstance(archive, Archive):
        return archive, archive.settings.reader
    settings = archive if isinstance(archive, Settings) else Settings.load(archive)
    key = settings.archive.resolve()
    with _holding:
        if key not in _held:
            _held[key] = Archive.open(settings)
            atexit.register(close)
        elif _held[key].settings != settings:
            Archive.open(settings).close()  # says which setting is another
        return _held[key], settings.reader


@functools.lru_cache(maxsize=8)
def _chain(archive: Archive, reader: str) -> Runnable[str | Mapping[str, Any], Answer]:
    from qa.chain import build_chain
    from qa.reader import load_reader

    return build_chain(archive, load_reader(reader, archive.embedder))


def close() -> None:
    """Close the archives that `ask` opened, so that another process can have them."""
    with _holding:
        _chain.cache_clear()
        while _held:
            _held.popitem()[1].close()
