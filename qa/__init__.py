"""Questions out: ask an archive of news, get an answer whose every sentence is cited.

>>> from qa import ask
>>> print(ask("Who resigned in March?", archive="my-archive").to_markdown())
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.answer import Answer, Citation, Sentence
    from qa.api import ask, close
    from qa.chain import build_chain
    from qa.conversation import Conversation
    from qa.limits import QuestionError
    from qa.question import Question
    from qa.retrieval import ArchiveRetriever

__all__ = [
    "Answer",
    "ArchiveRetriever",
    "Citation",
    "Conversation",
    "Question",
    "QuestionError",
    "Sentence",
    "ask",
    "build_chain",
    "close",
]

_HOMES = {
    "Answer": "answer",
    "ArchiveRetriever": "retrieval",
    "Citation": "answer",
    "Conversation": "conversation",
    "Question": "question",
    "QuestionError": "limits",
    "Sentence": "answer",
    "ask": "api",
    "build_chain": "chain",
    "close": "api",
}

logging.getLogger("qa").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for: LangChain, Chroma and torch are slow to import."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"qa.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'qa' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
