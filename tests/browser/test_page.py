from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shots import shoot

pytestmark = pytest.mark.browser

QUESTION = "Who is the mayor of Brannock?"  # two articles say it
HOSTILE = """Hostile <u>headline</u> ![x](http://elsewhere.example/y.png)

HOSTILE CORNER (<img src=x onerror=alert(1)>) -- Warden <b id="evil">Odo Crail</b> resigned on Monday over
[a link](http://elsewhere.example/), ![an image](http://elsewhere.example/pixel.png) and
<script>window.broken=1</script> in a report.

“Nobody <i>told</i> me `anything` about *that* & $x$,” Odo Crail said in Hostile Corner on Monday.
"""


@pytest.fixture
def address(samples_address: str) -> str:
    return samples_address


def ask(page: Page, address: str, question: str) -> None:
    if page.url.startswith("http"):
        page.evaluate("sessionStorage.clear()")  # a conversation of its own
    page.goto(address)
    box = page.locator("#question textarea")
    box.fill(question)
    box.press("Enter")
    page.wait_for_selector("#chat a[href='#link-0']")  # the whole answer is there


def test_a_marker_opens_the_article_with_exactly_the_cited_words_marked(
    page: Page, address: str, request: pytest.FixtureRequest
) -> None:
    ask(page, address, QUESTION)
    expect(page.locator("#sources .card").first).to_be_visible()
    markers = page.locator("#chat a[href^='#cite-0-']")
    count = markers.count()
    assert count >= 2
    sentences = page.locator("#chat .bot p, #chat [data-testid=bot] p").all_inner_texts()
    for number in range(1, count + 1):
        markers.nth(number - 1).click()
        expect(page.locator(f"#sources a[href='#cite-0-{number}']")).to_have_attribute("aria-current", "true")
        marked = page.locator("#article mark.active")
        expect(marked).to_have_count(1)
        quote = marked.text_content()
        assert quote
        cited = next(text for text in sentences if text.rstrip().endswith(f"[{number}]"))
        shown = re.sub(r"\s*\[\d\]\s*$", "", cited)
        assert re.match(r"\d{1,2} \w+ 2025\. ", shown)  # who is mayor may change: each sentence has its day in front
        assert shown.partition(". ")[2] == quote
        expect(marked).to_be_in_viewport()
    shoot(page, request, "answer")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{address}/?__theme=dark")
    ask(page, f"{address}/?__theme=dark", QUESTION)
    markers.first.click()
    expect(page.locator("#article mark.active")).to_be_visible()
    shoot(page, request, "answer-dark")
    assert page.foreign == []  # type: ignore[attr-defined]


def follow(page: Page, question: str, turn: int) -> None:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    page.wait_for_selector(f"#chat a[href='#link-{turn}']")


def test_a_follow_up_is_shown_as_it_was_searched(page: Page, address: str, request: pytest.FixtureRequest) -> None:
    ask(page, address, "Who resigned in March 2025?")
    chat = page.locator("#chat")
    expect(chat).to_contain_text("published 1 to 31 March 2025")
    expect(chat).to_contain_text("resigned on Tuesday [18 March 2025]")
    follow(page, "why?", 1)
    expect(chat).to_contain_text("Searched as “Why Davin Pell resigned in March 2025?”")
    follow(page, "how many articles mention him?", 2)
    expect(chat).to_contain_text("articles mention “Davin Pell”")
    shoot(page, request, "conversation")
    near = page.locator("#chat a[href='#near-2-1']")
    headline = near.text_content()
    near.click()
    expect(page.locator("#article article h2")).to_have_text(headline or "")


def test_a_limit_that_was_read_from_the_words_can_be_taken_back(page: Page, address: str) -> None:
    ask(page, address, "Who resigned in March 2025?")
    page.locator("#chat a[href='#drop-0-time']").click()
    page.wait_for_selector("#chat a[href^='#cite-1-'], #chat a[href^='#near-1-']")
    expect(page.locator("#chat a[href='#change-1']")).to_be_visible()
    assert page.locator("#chat a[href='#drop-1-time']").count() == 0


def test_a_source_card_opens_its_article(page: Page, address: str) -> None:
    ask(page, address, QUESTION)
    last = page.locator("#sources .card").last
    headline = last.locator(".headline").text_content()
    last.click()
    expect(page.locator("#article article h2")).to_have_text(headline or "")


def test_a_story_of_three_outlets_is_one_card_that_opens_the_others(
    page: Page, address: str, request: pytest.FixtureRequest
) -> None:
    ask(page, address, "Why did Davin Pell resign?")
    carriers = page.locator("#sources .carriers").first
    expect(carriers).to_contain_text("Also carried by Saltreath Gazette · 18 March 2025, CP · undated")
    cards = page.locator("#sources .card .source").all_inner_texts()
    assert {text.split(" · ")[0] for text in cards} == {"The Port Hallam Courier"}
    shoot(page, request, "carriers")
    carriers.locator("a", has_text="Saltreath Gazette").click()
    expect(page.locator("#article article h2")).to_have_text(
        "Transport minister Pell steps down over Silver Tern waiver"
    )
    expect(page.locator("#sources .carriers").first).to_be_visible()
    page.locator("#sources .card").first.click()
    expect(page.locator("#article mark.active")).to_have_count(1)


def test_an_earlier_answer_stays_open_to_clicks(page: Page, address: str) -> None:
    ask(page, address, QUESTION)
    first = page.locator("#article mark.active").text_content()
    page.locator("#question textarea").fill("Who is Estrane's transport minister?")
    page.locator("#question textarea").press("Enter")
    page.wait_for_selector("#chat a[href^='#cite-1-']")
    expect(page.locator("#sources a[href='#cite-1-1']")).to_be_visible()
    page.locator("#chat a[href='#cite-0-1']").click()
    expect(page.locator("#article mark.active")).to_have_text(first or "")


def test_a_refusal_shows_no_sources_and_names_headlines_to_open(
    page: Page, address: str, request: pytest.FixtureRequest
) -> None:
    ask(page, address, "What did Merkel say about Lufthansa?")
    assert page.locator("#sources .card").count() == 0
    expect(page.locator("#chat")).to_contain_text("The archive holds no answer")
    expect(page.locator("#chat")).to_contain_text("38 articles from 11 February 2025 to 14 June 2025")
    shoot(page, request, "refusal")
    near = page.locator("#chat a[href='#near-0-1']")
    headline = near.text_content()
    near.click()
    expect(page.locator("#article article h2")).to_have_text(headline or "")


def test_examples_come_from_the_archive_and_are_answered(page: Page, address: str) -> None:
    page.goto(address)
    example = page.locator("#chat button.example").first
    example.wait_for()
    question = example.inner_text().strip()
    assert question.startswith("What did ")
    example.click()
    expect(page.locator("#chat")).to_contain_text(question)
    page.wait_for_selector("#chat a[href^='#cite-0-']")


def test_an_empty_question_is_told_what_is_wrong(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#question textarea").fill("?!")
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat")).to_contain_text("the question is empty")


def test_what_an_article_says_is_shown_and_never_run(page: Page, serve: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "hostile.txt").write_text(HOSTILE)
    address = serve(tmp_path / "hostile.txt")
    ask(page, address, "What did Odo Crail say?")
    expect(page.locator("#article mark.active")).to_contain_text("<i>told</i> me `anything` about *that* & $x$")
    expect(page.locator("#chat")).to_contain_text("<i>told</i> me `anything` about *that* & $x$")
    expect(page.locator("#sources")).to_contain_text("Hostile <u>headline</u> ![x](http://elsewhere.example/y.png)")
    assert page.locator("#evil, #chat i, #chat em, #sources u, #article img, #chat img[src*=elsewhere]").count() == 0
    assert page.evaluate("window.broken") is None
    assert page.foreign == []  # type: ignore[attr-defined]
