"""Ask questions about an archive of news; every sentence of an answer cites its source.

>>> from qa import ask
>>> print(ask("Who resigned in March?", archive="my-archive").to_markdown())
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.api import ask, close
    from qa.base.answer import Answer, Citation, Sentence
    from qa.chain import build_chain
    from qa.conversation import Conversation
    from qa.question.limits import QuestionError
    from qa.question.question import Question
    from qa.retrieval.retrieval import ArchiveRetriever

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
    "Answer": "base.answer",
    "ArchiveRetriever": "retrieval.retrieval",
    "Citation": "base.answer",
    "Conversation": "conversation",
    "Question": "question.question",
    "QuestionError": "question.limits",
    "Sentence": "base.answer",
    "ask": "api",
    "build_chain": "chain",
    "close": "api",
}

logging.getLogger("qa").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    """Import a name on first use, because LangChain, Chroma and torch are slow to import."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"qa.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'qa' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
