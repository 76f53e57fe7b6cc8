"""Asking: what was understood can be changed; steps are seen; stop, retry, edit and settings do what they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.test_page import QUESTION, ask, follow, shoot
from tests.chat_server import chat_server

pytestmark = [pytest.mark.browser, pytest.mark.part("ui")]

SLOW = "The harbour tunnel will cost 712 million crowns. [1] " * 4


@pytest.fixture
def address(samples_address: str) -> str:
    return samples_address


@pytest.fixture(scope="module")
def slow(serve: Callable[..., str]) -> Iterator[str]:
    """The page with a model that takes its time."""
    with chat_server(SLOW, pause=0.3) as url:
        chat = {"DATELINE_CHAT_MODEL": "openai:slow", "DATELINE_CHAT_URL": url, "OPENAI_API_KEY": "unused"}
        yield serve(samples=True, **chat)


def send(page: Page, address: str, question: str, until: str = "Draft, not checked yet") -> Locator:
    """Ask, and wait until something is shown; returns the box."""
    if page.url == "about:blank":
        page.goto(address)
    box = page.locator("#question textarea")
    box.fill(question)
    box.press("Enter")
    expect(page.locator("#chat")).to_contain_text(until)
    return box


def slow_line(page: Page) -> None:
    """From now on each request takes a second longer."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 1_000, "downloadThroughput": -1, "uploadThroughput": -1}  # milliseconds, bytes
    line.send("Network.emulateNetworkConditions", slow)


def test_the_wording_that_was_searched_can_be_taken_back(page: Page, address: str) -> None:
    ask(page, address, "Who resigned in March 2025?")
    follow(page, "why?", 1)
    page.locator("#chat a[href='#drop-1-wording']").click()
    expect(page.locator("#chat a[href='#change-2']")).to_be_visible()
    assert page.locator("#chat a[href='#drop-2-wording']").count() == 0


@pytest.mark.smoke
def test_dates_and_publisher_can_be_changed_and_the_question_is_asked_again(
    page: Page, address: str, request: pytest.FixtureRequest
) -> None:
    ask(page, address, "Who resigned in March 2025?")
    page.locator("#chat a[href='#change-0']").click()
    question = page.locator("#changed-question textarea")
    expect(question).to_be_focused()
    expect(question).to_have_value("Who resigned in March 2025?")
    expect(page.locator("#changed-from textarea, #changed-from input").first).to_have_value("2025-03-01")
    question.fill("Who resigned?")
    page.locator("#changed-from textarea, #changed-from input").first.fill("2025-02")
    page.locator("#changed-to textarea, #changed-to input").first.fill("2025-03")
    page.locator("#changed-publishers input").click()
    page.get_by_role("option", name="Saltreath Gazette").click()
    shoot(page, request, "changing")
    page.locator("#changed-ask").click()
    page.wait_for_selector("#chat a[href='#change-1']")
    expect(page.locator("#changing")).not_to_be_visible()
    chat = page.locator("#chat")
    expect(chat.locator("a[href='#drop-1-time']")).to_contain_text("published February to March 2025")
    expect(chat.locator("a[href='#drop-1-publisher']")).to_contain_text("by Saltreath Gazette")
    chat.locator("a[href='#drop-1-publisher']").click()
    page.wait_for_selector("#chat a[href='#change-2']")
    assert chat.locator("a[href='#drop-2-publisher']").count() == 0
    expect(chat.locator("a[href='#drop-2-time']")).to_be_visible()


def test_dates_that_are_none_are_told_and_nothing_is_lost(page: Page, address: str) -> None:
    ask(page, address, QUESTION)
    page.locator("#chat a[href='#change-0']").click()
    expect(page.locator("#changed-question textarea")).to_be_focused()
    page.locator("#changed-from textarea, #changed-from input").first.fill("yesterday")
    page.locator("#changed-ask").click()
    expect(page.locator("#chat")).to_contain_text("yesterday")
    expect(page.locator("#chat")).to_contain_text("2020-07-21")
    follow(page, "Who is Estrane's transport minister?", 1)


def test_the_steps_of_an_answer_are_seen(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#chat")
    page.evaluate(
        """() => { window.seen = new Set(); new MutationObserver(() => {
          document.querySelectorAll('#chat .bot p').forEach((p) => window.seen.add(p.textContent)); })
          .observe(document.getElementById('chat'), {subtree: true, childList: true, characterData: true}); }"""
    )
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#question textarea").press("Enter")
    page.wait_for_selector("#chat a[href^='#cite-0-']")
    seen = " / ".join(page.evaluate("[...window.seen]"))
    assert "Understanding the question…" in seen
    assert "Searching…" in seen
    assert "Reading 32 passages…" in seen


@pytest.mark.smoke
def test_a_retried_answer_takes_its_place(page: Page, address: str) -> None:
    ask(page, address, QUESTION)
    page.get_by_role("button", name="Retry").click()
    expect(page.locator("#chat")).to_contain_text(re.compile("Understanding|Searching|Reading"))
    page.wait_for_selector("#chat a[href='#link-0']")
    assert page.locator("#chat a[href^='#cite-1-']").count() == 0
    expect(page.locator("#chat [data-testid=user]")).to_have_count(1)


def test_the_last_question_can_be_edited(page: Page, address: str) -> None:
    ask(page, address, "Who is the mayor of Saltreath & $x$?")
    page.get_by_role("button", name="Edit").click()
    editor = page.locator("#chat textarea")
    editor.fill(QUESTION)
    page.get_by_role("button", name="Submit", exact=False).first.click()
    expect(page.locator("#chat [data-testid=user]")).to_have_text([QUESTION])
    page.wait_for_selector("#chat a[href^='#cite-0-']")


def test_an_answer_can_be_stopped_and_its_question_is_back_in_the_box(page: Page, slow: str) -> None:
    box = send(page, slow, "What is the harbour tunnel going to cost now?")
    box.fill("typed meanwhile")
    expect(box).to_have_value("typed meanwhile")
    page.locator("#question .stop-button").click()
    expect(page.locator("#chat")).to_contain_text("Stopped.")
    expect(box).to_have_value("What is the harbour tunnel going to cost now?")
    box.press("Enter")
    expect(page.locator("#chat")).to_contain_text("712 million crowns")


def test_what_is_typed_while_an_answer_is_computed_stays(page: Page, slow: str) -> None:
    box = send(page, slow, "Why did the ferry Silver Tern run aground?")
    box.fill("And who died?")
    page.wait_for_selector("#chat a[href='#change-0']")
    expect(box).to_have_value("And who died?")


def test_a_second_question_waits_for_the_first(page: Page, slow: str) -> None:
    box = send(page, slow, "What does the harbour tunnel cost?")
    box.fill(QUESTION)
    box.press("Enter")
    expect(page.get_by_text("Another question is still being answered")).to_be_visible()
    expect(box).to_have_value(QUESTION)
    page.wait_for_selector("#chat a[href='#change-0']")
    expect(page.locator("#chat [data-testid=user]")).to_have_count(1)
    box.press("Enter")
    page.wait_for_selector("#chat a[href='#change-1']")


def test_what_is_asked_as_soon_as_an_answer_is_whole_is_answered(page: Page, address: str) -> None:
    ask(page, address, QUESTION)
    page.evaluate("Dateline.askedAt = Date.now()")  # the answer can be read, and its end is not heard of
    box = page.locator("#question textarea")
    box.fill("Who resigned in March 2025?")
    box.press("Enter")
    page.wait_for_selector("#chat a[href='#link-1']")
    expect(box).to_have_value("")


def test_an_article_that_opens_takes_nobody_out_of_a_line_that_is_being_written(page: Page, address: str) -> None:
    ask(page, address, QUESTION)
    slow_line(page)
    page.locator("#chat a[href='#cite-0-2']").click()
    box = page.locator("#question textarea")
    box.press_sequentially("Who resigned")
    expect(page.locator("#sources a[href='#cite-0-2']")).to_have_attribute("aria-current", "true")
    page.wait_for_timeout(500)
    expect(box).to_be_focused()
    page.keyboard.type(" in March 2025?")
    expect(box).to_have_value("Who resigned in March 2025?")


def test_a_stopped_question_is_the_one_that_retry_asks(page: Page, slow: str) -> None:
    ask(page, slow, QUESTION)
    page.wait_for_selector("#chat a[href='#change-0']")
    send(page, slow, "Why did Davin Pell resign?")
    page.locator("#question .stop-button").click()
    expect(page.locator("#chat")).to_contain_text("Stopped.")
    page.get_by_role("button", name="Retry").last.click()
    page.wait_for_selector("#chat a[href='#change-1']")  # what is asked right after a stop is answered
    users = page.locator("#chat [data-testid=user]")
    expect(users).to_have_text([QUESTION, "Why did Davin Pell resign?"])


def test_an_edit_that_cannot_be_asked_loses_nothing(page: Page, address: str) -> None:
    ask(page, address, QUESTION)
    page.wait_for_selector("#chat a[href='#change-0']")
    page.get_by_role("button", name="Edit").click()
    page.locator("#chat textarea").fill("why " * 700)
    page.get_by_role("button", name="Submit", exact=False).first.click()
    expect(page.locator("#chat")).to_contain_text("the limit is 2,000")
    expect(page.locator("#chat a[href='#cite-0-1']").first).to_be_visible()
    page.reload()
    expect(page.locator("#chat a[href='#cite-0-1']").first).to_be_visible()


def test_what_is_typed_right_after_sending_stays(page: Page, address: str) -> None:
    page.goto(address)
    box = page.locator("#question textarea")
    box.fill(QUESTION)
    box.press("Enter")
    expect(box).to_have_value("")
    box.press_sequentially("And who")
    page.wait_for_selector("#chat a[href='#change-0']")
    expect(box).to_have_value("And who")


def test_settings_are_obeyed_and_remembered(page: Page, address: str, request: pytest.FixtureRequest) -> None:
    page.goto(address)
    _open_settings(page)
    page.get_by_role("radio", name="Stricter").check()
    day = page.locator("#as-of textarea, #as-of input").first
    day.fill("2025-03-20")
    shoot(page, request, "settings")
    page.wait_for_timeout(700)
    page.reload()
    _open_settings(page)
    expect(page.get_by_role("radio", name="Stricter")).to_be_checked()
    expect(page.locator("#as-of textarea, #as-of input").first).to_have_value("2025-03-20")
    page.locator("#question textarea").fill("What did Merkel say about Lufthansa?")
    page.locator("#question textarea").press("Enter")
    chip = page.locator("#chat a[href='#drop-0-day']")
    expect(chip).to_contain_text("as of 20 March 2025")
    chip.click()
    expect(page.locator("#chat a[href='#change-1']")).to_be_visible(timeout=60_000)
    assert page.locator("#chat a[href='#drop-1-day']").count() == 0


def test_settings_can_be_changed_once_those_of_the_last_visit_are_there(page: Page, address: str) -> None:
    slow_line(page)
    page.goto(address)
    _open_settings(page)
    day = page.locator("#as-of textarea, #as-of input").first
    expect(day).to_be_disabled()
    day.fill("2025-03-20")  # waits until it can be
    page.wait_for_timeout(1_500)
    expect(day).to_have_value("2025-03-20")


def test_a_day_that_is_none_is_told(page: Page, address: str) -> None:
    page.goto(address)
    _open_settings(page)
    page.locator("#as-of textarea, #as-of input").first.fill("soon")
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat")).to_contain_text("soon")
    expect(page.locator("#chat .bot")).to_contain_text("2020-07-21")


def test_quoted_or_written_is_the_visitors_choice(page: Page, slow: str) -> None:
    page.goto(slow)
    _open_settings(page)
    expect(page.get_by_role("radio", name="written by")).to_be_checked()
    page.get_by_role("radio", name="quoted from the articles").check()
    page.locator("#question textarea").fill("What is the harbour tunnel going to cost now?")
    page.locator("#question textarea").press("Enter")
    page.wait_for_selector("#chat a[href='#change-0']")
    expect(page.locator("#chat")).not_to_contain_text("Every sentence was checked")


def test_an_empty_archive_says_what_to_do_and_loads_the_samples(
    page: Page, serve: Callable[..., str], request: pytest.FixtureRequest
) -> None:
    address = serve()
    page.goto(address)
    expect(page.locator("#empty")).to_contain_text("The archive is empty.")
    assert violations(page) == []
    shoot(page, request, "empty")
    page.locator("#load-samples").click()
    expect(page.locator("#empty")).not_to_be_visible(timeout=90_000)
    example = page.locator("#chat button.example").first
    example.wait_for()
    example.click()
    page.wait_for_selector("#chat a[href^='#cite-0-']")


def test_a_question_that_is_too_long_stays_in_the_box(page: Page, address: str) -> None:
    box = send(page, address, "why " * 25_000, until="the limit is 2,000")
    assert len(page.locator("#chat").inner_text()) < 2_000
    assert len(box.input_value()) > 90_000
    box.fill(QUESTION)
    box.press("Enter")
    page.wait_for_selector("#chat a[href^='#cite-0-']")


def test_screens_show_an_error(page: Page, address: str, request: pytest.FixtureRequest) -> None:
    send(page, address, "?!", until="the question is empty")
    shoot(page, request, "error")


def _open_settings(page: Page) -> None:
    if not page.locator("#settings").is_visible() or page.locator("#sidebar.open, .sidebar.open").count() == 0:
        page.get_by_role("button", name="Toggle Sidebar").click()
    accordion = page.locator("#settings button").first
    if page.locator("#caution").is_visible():
        return
    accordion.click()
    expect(page.locator("#caution")).to_be_visible()
