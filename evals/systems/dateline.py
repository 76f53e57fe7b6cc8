"""Dateline as shipped: `qa.build_chain` over an archive, with a record of what it read."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.answers import join_parts, to_record
from evals.cache import cached_archive, ingested, is_stale
from evals.datasets.base import is_web
from ingest import Archive
from ingest.cleaning.normalize import canonical_url
from qa import Answer, build_chain
from qa.generation.quoting import QuotingAnswerer
from qa.question.limits import QuestionError
from qa.question.question import Question
from qa.reader.evidence import Evidence
from qa.reader.reader import EvidenceReader, load_reader
from qa.retrieval.retrieval import Candidate
from qa.verification.verify import CitationCheck


class Recorder:
    """A reader that records its candidates and its evidence."""

    def __init__(self, reader: EvidenceReader) -> None:
        self.reader = reader
        self.forget()

    def forget(self) -> None:
        """Clear the record, because a question that is refused before it is read leaves none."""
        self.candidates: Sequence[Candidate] = ()
        self.evidence: list[Evidence] = []
        self.question: Question | None = None
        self.began = 0.0

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[Evidence]:
        """Read like the wrapped reader.

        Args:
            question: the question.
            candidates: from retrieval.
        """
        self.began = time.perf_counter()
        self.question, self.candidates = question, candidates
        self.evidence = self.reader.read(question, candidates)
        return self.evidence


class System:
    """The shipped chain over a cached archive."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.archive: Archive | None = None

    def index(self, articles: Sequence[dict[str, Any]]) -> int:
        """Ingest the articles; an interrupted run continues."""
        with cached_archive(self.folder, articles) as archive:
            failed = ingested(archive)["failed"]
            if failed:
                print(f"{len(failed)} of {len(articles)} articles failed; the first: {failed[0]}", file=sys.stderr)
            self.taken = archive.n_articles
            return archive.n_passages

    def open(self) -> None:
        archive = cached_archive(self.folder, ())
        self.stale = is_stale(archive)
        self.use(archive)

    def use(self, archive: Archive) -> None:
        """Use this archive; the caller closes it."""
        self.archive = archive
        self.recorder = Recorder(load_reader(archive.settings.reader, archive.embedder))
        self.chain = build_chain(archive, self.recorder)
        self.ids = {article.identity: article.article_id for article in archive.listing()}

    def search(self, question: str, until: int, limit: int) -> list[str]:
        """The passages that the chain gives to its reader."""
        self.answer(question, until)
        return [candidate.passage.text for candidate in self.recorder.candidates[:limit]]

    def answer(
        self,
        question: str,
        until: int | None = None,
        without: Collection[str] = (),
        options: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Ask one question; return the answer as JSON values, also with refusing switched off.

        Args:
            question: its text.
            until: last day of publication, as YYYYMMDD; None for no limit.
            without: addresses of articles to leave out.
            options: other inputs of the chain.
        """
        asked = {
            "question": question,
            **(options or {}),
            **self._day(until),
            "without": [self.ids[identity] for identity in map(_identity, without) if identity in self.ids],
        }
        self.recorder.forget()
        start = time.perf_counter()
        try:
            answer = self.chain.invoke(asked)
        except QuestionError:  # empty or too long: there is no answer
            answer = Answer(Question(question, "what"), answered=False)
        seconds = time.perf_counter() - start
        return {
            **self._record(answer),
            "seconds": seconds,
            "search_seconds": self.recorder.began - start if self.recorder.question else seconds,
            "forced": self._record(self._forced()),
            "passages": [candidate.passage.text for candidate in self.recorder.candidates],
            "documents": [candidate.hit.article.identity for candidate in self.recorder.candidates],
        }

    def _day(self, until: int | None) -> dict[str, Any]:
        """The input of the chain for the day of a question."""
        return {"as_of": day_of(until)} if until else {}

    def _forced(self) -> Answer:
        """The answer to the last question with refusing switched off."""
        question, archive = self.recorder.question, self.archive
        if question is None or archive is None:
            return Answer(Question("", "what"), answered=False)
        parts = QuotingAnswerer(threshold=0.0).answer(question, self.recorder.evidence)
        return CitationCheck(archive).check(join_parts(question, parts))

    def _record(self, answer: Answer) -> dict[str, Any]:
        return to_record(
            answer, lambda citation: self.archive.article(citation.article_id).text if self.archive else ""
        )


def day_of(until: int) -> str:
    """YYYYMMDD as ISO 8601."""
    return f"{until // 10000}-{until // 100 % 100:02}-{until % 100:02}"


def _identity(url: str) -> str:
    """The archive's identity of the article with an address."""
    return f"url {canonical_url(url)}" if is_web(url) else f"guid {url}"
