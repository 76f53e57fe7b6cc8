"""Load the chat model that writes answers: any that LangChain supports, or a local file that llama.cpp runs."""

from __future__ import annotations

import functools
import importlib.util
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.base.settings import Settings
from qa.chat.base import MAX_WRITTEN, ChatModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_loading = threading.Lock()


@dataclass(frozen=True)
class Provider:
    """A provider of chat models.

    Attributes:
        name: its name in LangChain.
        package: the package that it needs.
        extra: the extra of Dateline that installs the package.
        key: environment variable with its key; empty where none is needed.
        limit_option: LangChain's name for the option that limits the tokens written.
    """

    name: str
    package: str
    extra: str
    key: str
    limit_option: str = "max_tokens"


_GOOGLE = Provider("google_genai", "langchain_google_genai", "google", "GOOGLE_API_KEY", "max_output_tokens")
_MISTRAL = Provider("mistralai", "langchain_mistralai", "mistral", "MISTRAL_API_KEY")

#: Providers by their names in the setting.
PROVIDERS = {
    "openai": Provider("openai", "langchain_openai", "openai", "OPENAI_API_KEY"),
    "anthropic": Provider("anthropic", "langchain_anthropic", "anthropic", "ANTHROPIC_API_KEY"),
    "ollama": Provider("ollama", "langchain_ollama", "ollama", "", "num_predict"),
    "google": _GOOGLE,
    "google_genai": _GOOGLE,
    "mistral": _MISTRAL,
    "mistralai": _MISTRAL,
}


@dataclass(frozen=True)
class ChatModel:
    """A chat model with its limits.

    Attributes:
        name: its name in the settings; for a file, the file name without the folder.
        model: the LangChain model.
        context: tokens of its context, including what it writes.
        seconds: time limit for a written answer.
        tokens: token limit for a question.
    """

    name: str
    model: BaseChatModel
    context: int
    seconds: float
    tokens: int


def load_chat_model(settings: Settings) -> ChatModel | None:
    """The chat model that the settings name; None where they name none.

    Raises:
        ChatModelError: the provider is unknown, its package or key is missing, or the model does not load.
    """
    if not settings.chat_model:
        return None
    with _loading:
        model, name = _load(settings.chat_model, settings.chat_url, settings.chat_context)
    return ChatModel(name, model, settings.chat_context, settings.chat_seconds, settings.chat_tokens)


@functools.cache
def _load(name: str, url: str, context: int) -> tuple[BaseChatModel, str]:
    provider, _, model = name.partition(":")
    if provider.lower() == "gguf":
        return _local(Path(model).expanduser(), context), f"gguf:{Path(model).name}"
    host = PROVIDERS.get(provider.lower())
    if host is None:
        raise ChatModelError(
            f"unknown provider of chat models {provider!r}; use {', '.join(sorted(PROVIDERS))}, or gguf:PATH"
        )
    if url and host.name != "openai":
        raise ChatModelError(
            f"DATELINE_CHAT_URL is for servers with OpenAI's protocol; name the model openai:{model}, not {name}"
        )
    if importlib.util.find_spec(host.package) is None:
        raise ChatModelError(f"{name} needs a package that is not installed: pip install 'dateline[{host.extra}]'")
    options: dict[str, Any] = {host.limit_option: MAX_WRITTEN}
    if host.key and not os.environ.get(host.key):
        if not url:
            raise ChatModelError(f"{name} needs its key in the environment variable {host.key}")
        options["api_key"] = "none"  # most self-hosted servers need no key
    if url:
        options |= {"base_url": url, "temperature": 0.0}
    if host.name == "openai":
        options["stream_usage"] = True
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(model, model_provider=host.name, **options), name
    except Exception as error:  # each provider raises its own types; the message may contain a key
        raise ChatModelError(f"the chat model {name} does not load ({type(error).__name__}); check its name") from None


def _local(path: Path, context: int) -> BaseChatModel:
    if importlib.util.find_spec("xllamacpp") is None:
        raise ChatModelError("gguf: needs a package that is not installed: pip install 'dateline[local]'")
    if not path.is_file():
        raise ChatModelError(f"the file {path} does not exist; gguf: takes the path of a model in GGUF format")
    from qa.chat.gguf import GgufChatModel

    return GgufChatModel.load(path, context)
