"""An archive in a process of its own, that passages are looked for in, a question at a time, when it is told to."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.questions import drawn
from evals.worker import peak_rss_gb
from ingest import Archive
from ingest.base.filters import Scope, publisher_key
from qa.question.limits import QuestionError
from qa.question.question import Question
from qa.retrieval.retrieval import PASSAGES, retrieve

_AROUND = {"a week": 7, "a month": 31, "five years": 5 * 365}  # days before that of the question
_RECALL = 20


class AskedArchive:
    """An archive in a fresh process, to be closed.

    Attributes:
        opened: passages, seconds until it was open and until its embedder was loaded, and the names of the filters.
    """

    def __init__(self, archive: Path, questions: Path, number: int) -> None:
        """Open it.

        Args:
            archive: its folder.
            questions: folder with `questions.jsonl[.gz]`, as of RealTime QA.
            number: how many of them may be asked.
        """
        context = multiprocessing.get_context("spawn")
        self._told, told = context.Pipe()
        self._process = context.Process(target=_answer, args=(told, archive, questions, number), daemon=True)
        self._process.start()
        told.close()
        self.opened: dict[str, Any] = self._told.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._told.close()  # it ends with that
        self._process.join()

    def ask(self, filter_name: str, number: int) -> dict[str, Any] | None:
        """Ask a question.

        Returns:
            Seconds that its passages took, less what embedding it by itself takes, seconds of that, and whether the
            list is full; None where it cannot be asked with the filter, since it names another time itself.

        Raises:
            EOFError: the process has ended; what went wrong stands on standard error.
        """
        self._told.send((filter_name, number))
        found: dict[str, Any] | None = self._told.recv()
        return found

    def ending(self) -> dict[str, Any]:
        """The recall of the dense side with each filter that does not depend on the day, and the most memory."""
        self._told.send(None)
        found: dict[str, Any] = self._told.recv()
        return found


def _answer(told: Connection, archive: Path, questions: Path, number: int) -> None:
    """What the process does."""
    begun = time.perf_counter()
    with Archive.open(archive) as opened, suppress(EOFError):
        found: dict[str, Any] = {"open": time.perf_counter() - begun, "passages": opened.n_passages}
        begun = time.perf_counter()
        opened.embedder.encode_queries(["Who won?"])
        found["load_embedder"] = time.perf_counter() - begun
        publishers = [name for name in opened.stats().publishers if name][:1]  # with the most articles
        asked = drawn(questions, number)
        told.send(found | {"filters": ["none", *_AROUND, *(["publisher"] if publishers else [])]})
        while True:
            wanted = told.recv()
            if wanted is None:
                recall = _recall(opened, [words for words, _ in asked], publishers)
                told.send({"recall": recall, "rss_gb": peak_rss_gb()})
                continue
            words, day = asked[wanted[1]]
            try:
                question = Question.parse(words, **_limits(wanted[0], day, publishers))
            except QuestionError:
                told.send(None)
                continue
            told.send(_timed(opened, question))


def _timed(archive: Archive, question: Question) -> dict[str, Any]:
    begun = time.perf_counter()
    passages = retrieve(archive, question)
    ended = time.perf_counter()
    archive.embedder.encode_queries([question.core])  # words are searched beside it, so it is timed by itself
    embedding = time.perf_counter() - ended
    return {"seconds": ended - begun - embedding, "embedding": embedding, "full": len(passages) == PASSAGES}


def _limits(filter_name: str, day: date, publishers: Sequence[str]) -> dict[str, Any]:
    if filter_name in _AROUND:
        return {"published": (str(day - timedelta(days=_AROUND[filter_name])), str(day))}
    return {"publisher": publishers[0]} if filter_name == "publisher" else {}


def _recall(archive: Archive, questions: Sequence[str], publishers: Sequence[str]) -> dict[str, float]:
    scopes = {"none": Scope()}
    if publishers:
        scopes["publisher"] = Scope(publishers=frozenset(map(publisher_key, publishers)))
    recalls = {name: list(_recalls(archive, questions, scope)) for name, scope in scopes.items()}
    return {name: sum(shares) / len(shares) for name, shares in recalls.items()}


def _recalls(archive: Archive, questions: Sequence[str], scope: Scope) -> Iterator[float]:
    """Of each question, the share of the passages nearest to it that a search in a scope finds."""
    for vector in archive.embedder.encode_queries(questions):
        near = archive.search_vectors(vector, _RECALL, scope)
        exact = archive.search_vectors(vector, _RECALL, scope, exactly=True)
        yield len({*near} & {*exact}) / len(exact)
