"""Ten people at once, the first paint, and hosts that are not asked."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from ingest import Archive
from qa import ask as answer_to
from tests.browser.test_access import panels, tabs
from tests.browser.test_page import QUESTION, ask

pytestmark = [pytest.mark.browser, pytest.mark.part("ui")]

ASKED = (
    "Who is the mayor of Brannock?",
    "Why did Davin Pell resign?",
    "Who resigned in March 2025?",
    "What happened to the ferry Silver Tern?",
    "What is the harbour tunnel going to cost now?",
    "Who is Estrane's transport minister?",
    "What did Noemi Astbrook say about Kittern?",
    "What did Jory Lanthorn say?",
    "What did Ottmar Lyle say?",
    "What did Agnes Tholdane say?",
)

# When an answer's first sign and its end are there.
_WATCH = """() => {
  window.seen = {};
  const look = () => {
    const bot = document.querySelectorAll('#chat [data-testid=bot]');
    if (bot.length) window.seen.sign ||= Date.now();
    const found = document.querySelector('#chat a[href^="#cite-"], #chat a[href^="#near-"]');
    if (found) window.seen.answer ||= Date.now();
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
_ASK = """() => {
  window.asked = Date.now();
  document.querySelector('#question .submit-button').click();
}"""


@pytest.fixture
def address(samples_address: str) -> str:
    return samples_address


def test_ten_people_ask_at_once_and_nobody_waits_for_anothers_answer(
    browser: Browser, address: str, samples: Archive
) -> None:
    expected = [[cited.headline for cited in answer_to(question, samples).citations] for question in ASKED]
    contexts: list[BrowserContext] = []
    people: list[Page] = []
    try:
        for question in ASKED:
            contexts.append(browser.new_context(viewport={"width": 900, "height": 700}))
            people.append(contexts[-1].new_page())
            people[-1].goto(address)
            people[-1].locator("#chat button.example").first.wait_for()
            people[-1].locator("#question textarea").fill(question)
            people[-1].evaluate(_WATCH)
        for person in people:
            person.evaluate(_ASK)
        waiting = people[-1]
        waiting.wait_for_function("window.seen.sign")
        waiting.locator("#question textarea").fill("typed meanwhile")
        expect(waiting.locator("#question textarea")).to_have_value("typed meanwhile")
        for person in people:
            person.wait_for_function("window.seen.answer")
        expect(waiting.locator("#question textarea")).to_have_value("typed meanwhile")
        moments = [person.evaluate("[window.asked, window.seen.sign, window.seen.answer]") for person in people]
        for person, question, headlines in zip(people, ASKED, expected, strict=True):
            expect(person.locator("#chat [data-testid=user]")).to_have_count(1)
            expect(person.locator("#chat [data-testid=user]")).to_contain_text(question)
            expect(person.locator("#sources .card .headline")).to_have_text(headlines)
        # How many others were answered before there was a first sign; nine, for the last one, if they took turns.
        waited = [sum(asked < answer < sign for *_, answer in moments) for asked, sign, _ in moments]
        assert max(waited) < 5, waited
    finally:
        for context in contexts:
            context.close()


_LOADED = """() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime;
  const files = performance.getEntriesByType('resource');
  return { files: files.length, before: files.filter((file) => file.responseEnd < paint).length,
    blocking: files.filter((file) => file.renderBlockingStatus === 'blocking').length,
    page: performance.getEntriesByType('navigation')[0].decodedBodySize };
}"""


@pytest.mark.smoke
def test_the_first_paint_waits_for_little(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#question textarea").wait_for()
    loaded = page.evaluate(_LOADED)
    assert loaded["page"] < 400_000, loaded  # bytes
    assert loaded["blocking"] <= 1, loaded
    assert loaded["before"] < loaded["files"] / 2, loaded  # benchmarks.start has the seconds


@pytest.mark.part("benchmarks")
def test_the_benchmark_of_the_page_measures_it(sample_folder: Path, tmp_path: Path, run: Callable[..., Any]) -> None:
    archive = shutil.copytree(sample_folder, tmp_path / "archive")  # that of the samples may be open
    code = "import json, sys; from benchmarks.start import first_paint; print(json.dumps(first_paint(sys.argv[1])))"
    done = run("-c", code, archive)  # playwright cannot be started twice in a process
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert 0 < found["first_paint_s"] <= found["takes_a_question_s"]


def test_no_other_host_is_asked_wherever_one_goes(page: Page, address: str) -> None:
    foreign: list[str] = []

    def only_own(route: Route, request: Request) -> None:
        own = request.url.startswith((f"{address}/", "data:", "blob:"))
        if not own:
            foreign.append(request.url)
        route.continue_() if own else route.abort()

    page.context.route("**/*", only_own)
    page.on("websocket", lambda socket: foreign.append(socket.url) if not socket.url.startswith("ws://127") else None)
    page.goto(address)
    page.locator("#chat button.example").first.wait_for()
    for _ in panels(page):
        page.wait_for_timeout(200)
    for _ in tabs(page):
        page.wait_for_timeout(500)
        for _ in panels(page):
            page.wait_for_timeout(200)
    ask(page, f"{address}/?__theme=dark", QUESTION)
    page.locator("#chat a[href='#cite-0-1']").click()
    expect(page.locator("#article mark.active")).to_be_visible()
    page.wait_for_timeout(1_000)
    assert foreign == []
    loads = page.evaluate(
        """() => [...document.querySelectorAll('script[src], link[href], img[src], iframe[src], use[href]')]
          .map((e) => e.src?.baseVal ?? e.src ?? e.href?.baseVal ?? e.href)"""
    )
    assert [each for each in loads if not each.startswith((f"{address}/", "data:", "blob:"))] == []
    sheets = page.evaluate("[...document.querySelectorAll('style')].map((e) => e.textContent).join(' ')")
    served = page.request.get(address).text()
    for text in (sheets, served):
        assert re.findall(r"(?:@import|url\()\s*['\"(]?\s*https?:[^'\")]+", text) == []
    assert (
        re.findall(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"']https?://(?!127\.0\.0\.1)[^\"']+", served)
        == []
    )
