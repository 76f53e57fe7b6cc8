"""Articles that would break a page, and questions that would: all is shown as text, in its own direction."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_page import ask

pytestmark = [pytest.mark.browser, pytest.mark.part("ui")]

RIGHT_TO_LEFT = {
    "headline": "رئيس البلدية كريم حداد يفتح ميناء Port Salim الجديد",
    "publisher": "صحيفة الميناء",
    "place": "دبي",
    "published": "2025-03-03",
    "text": "Mayor Karim Haddad opened the new harbour of Port Salim on Monday.\n\n"
    "افتتح رئيس البلدية كريم حداد الميناء الجديد يوم الاثنين، وكانت Silver Tern أول سفينة تصل.\n\n"
    "ראש העיר אמר כי הנמל עלה 40 מיליון.",
}
HEBREW = {
    "headline": "החשמלית לבית אורן: 40 מיליון",
    "publisher": "הארץ החדשה",
    "published": "2025-03-04",
    "text": "The tram line to Beit Oren cost 40 million crowns, engineer Dalia Regev said on Tuesday.\n\n"
    "המהנדסת דליה רגב אמרה כי הקו לבית אורן עלה 40 מיליון.",
}
TURNED = {  # overrides and isolates that are never closed, and characters without a width
    "headline": "Votes \u202ewere counted\u2066 twice\u200b in Zell\u200fmark",
    "publisher": "Turned \u202ePost\u2067",
    "place": "Zell\u202emark",
    "authors": "Ada \u202eVerso",
    "published": "2025-03-05",
    "text": "Clerk Odo Crail counted 77 votes \u202ein Zellmark\u200b on Wednesday.\n\nThe count went on.",
}
MARKUP = {
    "headline": "<script>window.broken=1</script>![x](http://elsewhere.example/h.png) "
    "[go](http://elsewhere.example/) 🚢👩‍👩‍👧",
    "publisher": "<img src=http://elsewhere.example/p.png onerror=window.broken=2> Gazette",
    "place": '<b id="evil">Quay</b>',
    "authors": '"><svg onload=window.broken=3>',
    "url": "javascript:window.broken=4",
    "published": "2025-03-06",
    "text": "Pilot Ines Falk landed in Norrby on Thursday 🛬 "
    "<img src=http://elsewhere.example/b.png onerror=window.broken=5>.\n\n"
    "<iframe src=http://elsewhere.example/></iframe><style>body{display:none}</style> "
    "Her plane was a [gift](http://elsewhere.example/g).",
}
LONG = {
    "headline": "Endless " + "H" * 50_000,
    "publisher": "P" * 50_000,
    "published": "2025-03-07",
    "text": "Baker Tilda Moss baked 900 loaves in Ostby on Friday.\n\n" + "w" * 50_000,
}
ASKED = {
    "Who opened the new harbour of Port Salim?": "Karim Haddad",
    "How much did the tram line to Beit Oren cost?": "40 million",
    "How many votes did Odo Crail count?": "77 votes",
    "Where did Ines Falk land?": "Norrby",
    "How many loaves did Tilda Moss bake?": "900 loaves",
}


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("hostile") / "\u202e<img src=x onerror=window.broken=6> 🚢"
    folder.mkdir()
    for number, article in enumerate((RIGHT_TO_LEFT, HEBREW, TURNED, MARKUP, LONG)):
        (folder / f"![x](y.png) {number}.jsonl").write_text(json.dumps(article))
    return serve(folder)


def opened(page: Page, address: str, question: str) -> None:
    """Ask, and open the first article that is cited."""
    ask(page, address, question)
    page.locator("#chat a[href='#cite-0-1']").click()
    expect(page.locator("#article mark.active")).to_contain_text(ASKED[question])


def assert_whole(page: Page) -> None:
    """Nothing ran, nothing was fetched, and the page does not scroll sideways."""
    assert page.evaluate("window.broken") is None
    shown = "#chat .message-content, #sources .cards, #article .reading"
    made = page.locator(f"#evil, iframe, :is({shown}) :is(img, svg, script, style, b, iframe)")
    assert made.evaluate_all("all => all.map((element) => element.outerHTML.slice(0, 200))") == []
    assert page.locator("a[href^='javascript:'], a[href*='elsewhere']").count() == 0
    assert page.foreign == []  # type: ignore[attr-defined]
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("question", ASKED)
def test_the_page_stays_whole(page: Page, address: str, question: str) -> None:
    opened(page, address, question)
    assert_whole(page)
    page.set_viewport_size({"width": 380, "height": 760})
    page.wait_for_timeout(300)
    assert_whole(page)
    expect(page.locator("#question textarea")).to_be_editable()


def starts_at(page: Page, selector: str, text: str) -> str:
    """At which side of its box a text is: of the element that a selector picks, the words `text`."""
    return str(
        page.evaluate(
            """([selector, text]) => {
              const box = [...document.querySelectorAll(selector)].find((e) => e.textContent.includes(text));
              const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
              const range = document.createRange();
              for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(text);
                if (at >= 0) { range.setStart(node, at); range.setEnd(node, at + text.length); break; }
              }
              const line = range.getClientRects()[0], whole = box.getBoundingClientRect();
              return line.left - whole.left < whole.right - line.right ? 'left' : 'right';
            }""",
            [selector, text],
        )
    )


@pytest.mark.smoke
def test_arabic_and_hebrew_run_from_right_to_left(page: Page, address: str) -> None:
    opened(page, address, "Who opened the new harbour of Port Salim?")
    assert starts_at(page, "#article h2", "رئيس") == "right"
    assert starts_at(page, "#article p", "افتتح") == "right"
    assert starts_at(page, "#article p", "ראש העיר") == "right"
    assert starts_at(page, "#article p", "Mayor") == "left"
    assert starts_at(page, "#sources .headline", "رئيس") == "right"
    assert starts_at(page, "#chat [data-testid=bot] p", "Mayor") == "left"
    opened(page, address, "How much did the tram line to Beit Oren cost?")
    assert starts_at(page, "#article h2", "החשמלית") == "right"
    assert starts_at(page, "#article p", "המהנדסת") == "right"
    page.locator("#question textarea").fill("מי פתח את הנמל?")
    page.locator("#question textarea").press("Enter")
    asked = page.locator("#chat [data-testid=user] p", has_text="הנמל")
    expect(asked).to_be_visible()
    assert starts_at(page, "#chat [data-testid=user] p", "מי פתח") == "right"


def test_control_characters_turn_nothing_beside_them(page: Page, address: str) -> None:
    opened(page, address, "How many votes did Odo Crail count?")
    turned = page.evaluate(
        """() => {
          // Of each line, letters that are left to right in themselves and stand beside what an article says.
          const found = [];
          const beside = [
            ['#sources .source', '2025'], ['#article .byline', '2025'], ['#chat [data-testid=bot] p', '[1]']];
          for (const [selector, text] of beside) for (const box of document.querySelectorAll(selector)) {
            const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
              const at = node.data.indexOf(text);
              if (at < 0) continue;
              const edge = (from) => {
                const range = document.createRange();
                range.setStart(node, from); range.setEnd(node, from + 1);
                return range.getBoundingClientRect();
              };
              const first = edge(at), last = edge(at + text.length - 1);
              const before = document.createRange();
              before.setStart(box, 0); before.setEnd(node, at);
              const rest = [...before.getClientRects()].filter((r) => r.width && Math.abs(r.bottom - first.bottom) < 8);
              if (first.left > last.left) found.push(`${selector}: ${text} is mirrored`);
              if (rest.some((r) => r.left > first.left)) found.push(`${selector}: ${text} is on the wrong side`);
            }
          }
          return found;
        }"""
    )
    assert turned == []


def test_a_question_of_a_hundred_thousand_characters_is_told_the_limit(page: Page, address: str) -> None:
    page.goto(address)
    box = page.locator("#question textarea")
    box.fill("Who counted the votes? " + "x" * 100_000)
    box.press("Enter")
    chat = page.locator("#chat")
    expect(chat).to_contain_text("shorten it")
    expect(chat).to_contain_text("100,0")
    assert len(chat.inner_text()) < 5_000
    assert_whole(page)
    box.fill("How many votes did Odo Crail count?")
    box.press("Enter")
    page.wait_for_selector("#chat a[href^='#cite-']")
    expect(chat).to_contain_text("77 votes")
