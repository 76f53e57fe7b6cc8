"""Chat models that write answers: any that LangChain reaches, or a local file that llama.cpp runs."""

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
    """How a provider is reached.

    Attributes:
        name: as LangChain knows it.
        package: that has to be installed.
        extra: of Dateline that brings it.
        key: environment variable with its key; empty where none is needed.
        most: what LangChain calls the most tokens that may be written.
    """

    name: str
    package: str
    extra: str
    key: str
    most: str = "max_tokens"


_GOOGLE = Provider("google_genai", "langchain_google_genai", "google", "GOOGLE_API_KEY", "max_output_tokens")
_MISTRAL = Provider("mistralai", "langchain_mistralai", "mistral", "MISTRAL_API_KEY")

#: Providers by the names that the setting takes.
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
        name: as in the settings; of a file its name, without the folder.
        model: LangChain's.
        context: tokens that it takes at once, those that it writes among them.
        seconds: that a written answer may take.
        tokens: that a question may cost.
    """

    name: str
    model: BaseChatModel
    context: int
    seconds: float
    tokens: int


def load_chat_model(settings: Settings) -> ChatModel | None:
    """The chat model that the settings name; None where they name none.

    Raises:
        ChatModelError: its provider is unknown, its package or key is missing, or it does not load.
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
    known = PROVIDERS.get(provider.lower())
    if known is None:
        raise ChatModelError(
            f"no provider of chat models is called {provider!r}; "
            f"known are {', '.join(sorted(PROVIDERS))}, and gguf:PATH"
        )
    if url and known.name != "openai":
        raise ChatModelError(
            f"DATELINE_CHAT_URL is for servers that speak OpenAI's protocol: name the model openai:{model}, not {name}"
        )
    if importlib.util.find_spec(known.package) is None:
        raise ChatModelError(f"{name} needs a package that is not there: pip install 'dateline[{known.extra}]'")
    given: dict[str, Any] = {known.most: MAX_WRITTEN}
    if known.key and not os.environ.get(known.key):
        if not url:
            raise ChatModelError(f"{name} needs its key in the environment variable {known.key}")
        given["api_key"] = "none"  # most servers of one's own ask for none
    if url:
        given |= {"base_url": url, "temperature": 0.0}
    if known.name == "openai":
        given["stream_usage"] = True
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(model, model_provider=known.name, **given), name
    except Exception as error:  # each provider raises its own; what it says may hold a key
        raise ChatModelError(
            f"the chat model {name} does not load ({type(error).__name__}); look at its name"
        ) from None


def _local(path: Path, context: int) -> BaseChatModel:
    if importlib.util.find_spec("xllamacpp") is None:
        raise ChatModelError("gguf: needs a package that is not there: pip install 'dateline[local]'")
    if not path.is_file():
        raise ChatModelError(f"there is no file {path}; gguf: takes the path of a model in GGUF format")
    from qa.chat.gguf import GgufChatModel

    return GgufChatModel.load(path, context)
