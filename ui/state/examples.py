"""Example questions of an archive, stored so that a restart of the server does not search for them again."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

from qa.retrieval.suggestions import suggest
from ui.state.database import PageDatabase

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from ingest.archive.archive import Archive
    from qa.base.answer import Answer

_TABLES = "CREATE TABLE IF NOT EXISTS examples (chosen_for TEXT NOT NULL, questions TEXT NOT NULL);"


_REST = 600.0  # seconds


class ExampleQuestions:
    """Questions that an archive answers. A change has them chosen again, but at most every ten minutes."""

    def __init__(self, archive: Archive, chain: Runnable[Any, Answer], database: PageDatabase) -> None:
        """Open the table.

        Args:
            archive: an open archive.
            chain: a chain for it without a chat model.
            database: the database with the table.
        """
        self._archive, self._chain, self._database = archive, chain, database
        self._lock = threading.Lock()
        self._state, self._questions, self._chosen = "", list[str](), 0.0
        database.prepare(_TABLES)

    def questions(self) -> list[str]:
        """Up to four questions. Choosing them takes seconds."""
        with self._lock:
            state = f"{self._archive.fingerprint} {self._archive.settings.reader}"
            is_due = not self._questions or time.monotonic() - self._chosen > _REST
            if state != self._state and is_due:
                self._questions = self._load(state) or self._choose(state)
                self._state, self._chosen = state, time.monotonic()
            return self._questions

    def _load(self, state: str) -> list[str]:
        rows = self._database.rows("SELECT questions FROM examples WHERE chosen_for = ?", state)
        return list(json.loads(rows[0][0])) if rows else []

    def _choose(self, state: str) -> list[str]:
        questions = suggest(self._archive, self._chain)
        with self._database.changing() as database:
            database.execute("DELETE FROM examples")
            database.execute("INSERT INTO examples VALUES (?, ?)", (state, json.dumps(questions)))
        return questions

    def prepare(self) -> None:
        """Choose the questions and load the models, so that the first visitor does not wait."""
        for question in self.questions()[:1]:
            self._chain.invoke(question)
