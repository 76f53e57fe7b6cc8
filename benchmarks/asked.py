"""An archive in its own process, which retrieves passages one question at a time, on request."""

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

from benchmarks.questions import draw_questions
from evals.worker import peak_rss_gb
from ingest import Archive
from ingest.base.filters import Scope, publisher_key
from qa.question.limits import QuestionError
from qa.question.question import Question
from qa.retrieval.retrieval import PASSAGES, retrieve

_AROUND = {"a week": 7, "a month": 31, "five years": 5 * 365}  # days before the day of the question
_RECALL = 20


class AskedArchive:
    """An archive in a fresh process; close it after use.

    Attributes:
        opened: number of passages, seconds to open the archive and to load its embedder, and the names of the filters.
    """

    def __init__(self, archive: Path, questions: Path, number: int) -> None:
        """Open the archive.

        Args:
            archive: folder of the archive.
            questions: folder with `questions.jsonl[.gz]`, in the form of RealTime QA.
            number: how many of the questions may be asked.
        """
        context = multiprocessing.get_context("spawn")
        self._requests, requests = context.Pipe()
        self._process = context.Process(target=_answer, args=(requests, archive, questions, number), daemon=True)
        self._process.start()
        requests.close()
        self.opened: dict[str, Any] = self._requests.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._requests.close()  # which ends the process
        self._process.join()

    def ask(self, filter_name: str, number: int) -> dict[str, Any] | None:
        """Ask a question.

        Args:
            filter_name: one of `opened["filters"]`.
            number: which question.

        Returns:
            Seconds of retrieval without the embedding of the question, seconds of the embedding, and whether the list
            of passages is full; None if the question names another period itself, so that the filter does not apply.

        Raises:
            EOFError: the process ended; standard error has the reason.
        """
        self._requests.send((filter_name, number))
        times: dict[str, Any] | None = self._requests.recv()
        return times

    def ending(self) -> dict[str, Any]:
        """Recall of the vector search with each filter that does not depend on the day, and peak memory."""
        self._requests.send(None)
        facts: dict[str, Any] = self._requests.recv()
        return facts


def _answer(requests: Connection, archive: Path, questions: Path, number: int) -> None:
    """Serve requests; this is what the process runs."""
    begun = time.perf_counter()
    with Archive.open(archive) as opened, suppress(EOFError):
        facts: dict[str, Any] = {"open": time.perf_counter() - begun, "passages": opened.n_passages}
        begun = time.perf_counter()
        opened.embedder.encode_queries(["Who won?"])
        facts["load_embedder"] = time.perf_counter() - begun
        publishers = [name for name in opened.stats().publishers if name][:1]  # with the most articles
        questions_with_days = draw_questions(questions, number)
        requests.send(facts | {"filters": ["none", *_AROUND, *(["publisher"] if publishers else [])]})
        while True:
            request = requests.recv()
            if request is None:
                recall = _recall(opened, [question_text for question_text, _ in questions_with_days], publishers)
                requests.send({"recall": recall, "rss_gb": peak_rss_gb()})
                continue
            question_text, day = questions_with_days[request[1]]
            try:
                question = Question.parse(question_text, **_limits(request[0], day, publishers))
            except QuestionError:
                requests.send(None)
                continue
            requests.send(_timed(opened, question))


def _timed(archive: Archive, question: Question) -> dict[str, Any]:
    begun = time.perf_counter()
    passages = retrieve(archive, question)
    ended = time.perf_counter()
    archive.embedder.encode_queries([question.core])  # keywords are searched in parallel, so it is timed separately
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
    """For each question, the share of its nearest passages that the vector search in a scope returns."""
    for vector in archive.embedder.encode_queries(questions):
        near = archive.search_vectors(vector, _RECALL, scope)
        exact = archive.search_vectors(vector, _RECALL, scope, exactly=True)
        yield len({*near} & {*exact}) / len(exact)
