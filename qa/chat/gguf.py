"""A chat model in a GGUF file, run in this process by llama.cpp through xllamacpp, for LangChain."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, PrivateAttr

from ingest.embedding.runtime import cores
from qa.chat.base import MAX_WRITTEN, ChatModelError
from qa.chat.threads import Emit, emitted_by

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}


class GgufChatModel(BaseChatModel):
    """A model file as a LangChain chat model.

    Attributes:
        path: path of the file.
        max_tokens: the most tokens that it writes.
        temperature: 0 always selects the most likely word, so that the same question gets the same answer.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    path: Path
    max_tokens: int = MAX_WRITTEN
    temperature: float = 0.0
    _server: Any = PrivateAttr(default=None)

    @classmethod
    def load(cls, path: Path, context: int) -> GgufChatModel:
        """Load a model file.

        Args:
            path: path of a model in GGUF format.
            context: tokens of its context.

        Raises:
            ChatModelError: it does not load.
        """
        import xllamacpp

        threads = min(8, cores())
        asked = xllamacpp.CommonParams()
        asked.model.path = str(path)
        asked.n_ctx = context
        asked.n_parallel = 1
        asked.cpuparams.n_threads = asked.cpuparams_batch.n_threads = threads
        asked.warmup = False
        asked.verbosity = 0
        asked.ui = False
        # llama.cpp also opens a port on loopback; a random key locks it.
        asked.hostnames = ["127.0.0.1"]
        asked.api_keys = [secrets.token_hex(16)]
        try:
            server = xllamacpp.Server(asked)
        except Exception as error:  # llama.cpp raises its own types
            raise ChatModelError(f"{path} does not load as a GGUF model: {error}") from None
        model = cls(path=path)
        model._server = server
        return model

    @property
    def _llm_type(self) -> str:
        return "gguf"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **options))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request: dict[str, Any] = {
            "messages": _as_json(messages),
            "max_tokens": options.get("max_tokens", self.max_tokens),
            "temperature": self.temperature,
            "seed": 1,
            "stream": True,
            "stream_options": {"include_usage": True},
            **({"stop": stop} if stop else {}),
        }
        for event in self._events(request):
            chunk = _chunk(event)
            if chunk is not None:
                if run_manager:
                    run_manager.on_llm_new_token(str(chunk.message.content), chunk=chunk)
                yield chunk

    def _events(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The events of llama.cpp as they come; it stops when they are no longer read."""

        def work(emit: Emit[dict[str, Any]]) -> None:
            self._server.handle_chat_completions(request, lambda event: not emit(event))

        return emitted_by(work, "gguf")


def _as_json(messages: Sequence[BaseMessage]) -> list[dict[str, str]]:
    return [{"role": _ROLES.get(message.type, "user"), "content": str(message.content)} for message in messages]


def _chunk(event: dict[str, Any]) -> ChatGenerationChunk | None:
    if "error" in event:
        raise ValueError(f"llama.cpp: {event['error'].get('message', event['error'])}")
    usage = event.get("usage")
    if usage:
        counted = UsageMetadata(
            input_tokens=usage["prompt_tokens"],
            output_tokens=usage["completion_tokens"],
            total_tokens=usage["prompt_tokens"] + usage["completion_tokens"],
        )
        return ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=counted))
    words = "".join(choice.get("delta", {}).get("content") or "" for choice in event.get("choices", ()))
    return ChatGenerationChunk(message=AIMessageChunk(content=words)) if words else None
