"""The page is for everyone: axe-core, the keyboard alone, less motion, narrow screens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.shots import shoot
from tests.browser.test_page import QUESTION, ask

pytestmark = [pytest.mark.browser, pytest.mark.part("ui")]

PHONE = {"width": 380, "height": 760}
NARROW = {"width": 320, "height": 640}  # a page of 1280 px at a zoom of 400 %
UNKNOWN = "What did Merkel say about Lufthansa?"


@pytest.fixture
def address(samples_address: str) -> str:
    return samples_address


def ready(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#chat button.example").first.wait_for()


def settled(page: Page) -> None:
    """Wait for what is drawn in steps; what fades has another contrast half-way."""
    page.wait_for_timeout(600)


def assert_for_everyone(page: Page) -> None:
    settled(page)
    found = violations(page)
    assert not found, "\n".join(map(str, found))


def tabs(page: Page) -> Iterator[Locator]:
    """Each tab of the page, opened; none where the page has none."""
    found = page.get_by_role("tab")
    for number in range(found.count()):
        tab = found.nth(number)
        if tab.is_visible():
            tab.click()
            yield tab


def panels(page: Page) -> Iterator[str]:
    """What opens and closes: sidebars, panels and menus, one after the other, opened."""
    closed = page.locator('summary, button[aria-expanded="false"], .toggle-button, .label-wrap:not(.open)')
    for number in range(closed.count()):
        handle = closed.nth(number)
        if handle.is_visible() and handle.is_enabled():
            name = handle.inner_text() or handle.get_attribute("aria-label") or ""
            handle.click()
            yield name
            if handle.is_visible():
                handle.click()


def overflow(page: Page) -> int:
    """How many pixels the page is wider than what is seen of it."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(
    page: Page, address: str, theme: str, size: dict[str, int] | None, request: pytest.FixtureRequest
) -> None:
    if size:
        page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    ready(page, f"{address}/?__theme={theme}")
    assert_for_everyone(page)
    if theme == "light" and not size:
        shoot(page, request, "empty")
    ask(page, f"{address}/?__theme={theme}", QUESTION)
    page.locator("#chat a[href='#cite-0-1']").click()
    expect(page.locator("#article mark.active")).to_be_visible()
    assert_for_everyone(page)
    if theme == "light" and not size:
        shoot(page, request, "article", page.locator("#article"))
    if size:
        assert overflow(page) <= 0
        if theme == "light":
            page.locator("#chat").scroll_into_view_if_needed()
            shoot(page, request, "phone")
    ask(page, f"{address}/?__theme={theme}", UNKNOWN)
    assert_for_everyone(page)
    page.locator("#question textarea").fill("?!")
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat")).to_contain_text("the question is empty")
    assert_for_everyone(page)
    if theme == "light" and not size:
        shoot(page, request, "error")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_tab_and_in_any_panel(
    page: Page, address: str, theme: str, request: pytest.FixtureRequest
) -> None:
    ask(page, f"{address}/?__theme={theme}", QUESTION)
    for name in panels(page):
        settled(page)
        found = violations(page)
        assert not found, f"{name} opened:\n" + "\n".join(map(str, found))
    for tab in tabs(page):
        assert_for_everyone(page)
        if theme == "light":
            shoot(page, request, tab.inner_text().strip().lower())
        for name in panels(page):
            settled(page)
            found = violations(page)
            assert not found, f"{tab.inner_text()}, {name} opened:\n" + "\n".join(map(str, found))


def focused(page: Page) -> str:
    """What has the focus: its address, name or id."""
    return str(
        page.evaluate(
            """() => { const e = document.activeElement;
              return e.getAttribute('href') || e.getAttribute('aria-label') || e.id || e.textContent.trim(); }"""
        )
    )


def assert_focus_is_seen(page: Page) -> None:
    seen = page.evaluate(
        """() => { const style = getComputedStyle(document.activeElement), box = document.activeElement
            .getBoundingClientRect();
          return { width: parseFloat(style.outlineWidth), style: style.outlineStyle, color: style.outlineColor,
            shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight }; }"""
    )
    assert seen["width"] >= 2, (focused(page), seen)
    assert seen["style"] == "solid", (focused(page), seen)
    assert seen["shown"], (focused(page), seen)


def walk(page: Page, key: str, to: str, steps: int = 60) -> None:
    """Press a key until the focus is on what a selector picks; each stop is seen."""
    for _ in range(steps):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement !== document.body"):
            assert_focus_is_seen(page)
        if page.evaluate("(selector) => document.activeElement.matches(selector)", to):
            return
    pytest.fail(f"{steps} times {key} lead to no {to}; the focus is on {focused(page)}")


@pytest.mark.smoke
def test_the_keyboard_alone_asks_opens_an_article_and_comes_back(page: Page, address: str) -> None:
    ready(page, address)
    walk(page, "Shift+Tab", "a.skip")  # the question has the focus from the start
    expect(page.locator("a.skip")).to_have_text("Skip to the question")
    page.keyboard.press("Enter")
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector("#chat a[href^='#cite-0-']")
    settled(page)
    expect(page.locator("#question textarea")).to_be_focused()  # an answer takes no focus away
    walk(page, "Shift+Tab", "#chat a[href='#cite-0-2']")
    page.keyboard.press("Enter")
    expect(page.locator("#article mark.active")).to_be_focused()
    expect(page.locator("#article mark.active")).to_be_in_viewport()
    assert_focus_is_seen(page)
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('#article') !== null"), focused(page)
    assert_focus_is_seen(page)
    page.keyboard.press("Escape")
    expect(page.locator("#chat a[href='#cite-0-2']")).to_be_focused()
    assert_focus_is_seen(page)
    walk(page, "Tab", "#sources a.card[href='#cite-0-1']")
    page.keyboard.press("Enter")
    expect(page.locator("#article mark.active")).to_be_focused()


def test_a_screen_reader_has_landmarks_names_and_a_log(page: Page, address: str) -> None:
    ask(page, address, QUESTION)
    settled(page)
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text("Dateline")
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log.get_by_role("group", name="Question")).to_contain_text(QUESTION)
    expect(log.get_by_role("group", name="Answer")).to_contain_text("Sedley")
    expect(page.get_by_role("complementary", name="Sources")).to_be_visible()
    expect(page.get_by_role("region", name="Article")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a[href], input, select, textarea')]
          .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !(e.getAttribute('aria-label') || e.title
            || e.getAttribute('aria-labelledby') || e.textContent.trim() || [...(e.labels || [])]
              .some((label) => label.textContent.trim())))
          .map((e) => e.outerHTML.slice(0, 200))"""
    )
    assert nameless == []


def test_nothing_moves_for_those_who_want_no_motion(page: Page, address: str) -> None:
    page.add_init_script(
        """window.smooth = []; for (const name of ['scrollTo', 'scrollBy', 'scrollIntoView', 'scroll']) {
          const before = Element.prototype[name];
          Element.prototype[name] = function (...given) {
            if (given[0]?.behavior === 'smooth') window.smooth.push(`${name} ${this.className}`);
            return before.apply(this, given); }; }"""
    )
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#question textarea").press("Enter")
    moving: set[str] = set()
    for _ in range(60):
        moving |= set(
            page.evaluate(
                """() => document.getAnimations().filter((a) => a.playState === 'running'
                  && (a.effect.getComputedTiming().endTime > 100 || a.effect.getComputedTiming().endTime === Infinity))
                  .map((a) => `${a.constructor.name} ${a.animationName || ''} ${a.effect.target?.className}`)"""
            )
        )
        if page.locator("#chat a[href^='#cite-0-']").count():
            break
        page.wait_for_timeout(50)
    page.wait_for_selector("#chat a[href^='#cite-0-']")
    page.locator("#chat a[href='#cite-0-2']").click()
    expect(page.locator("#article mark.active")).to_be_in_viewport()
    smooth = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).scrollBehavior === 'smooth')
          .map((e) => e.id || e.className)"""
    )
    assert (moving, smooth, page.evaluate("window.smooth")) == (set(), [], [])


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "zoom"])
def test_a_narrow_page_does_not_scroll_sideways(page: Page, address: str, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    ready(page, address)
    assert overflow(page) <= 0
    ask(page, address, QUESTION)
    page.locator("#chat a[href='#cite-0-1']").click()
    expect(page.locator("#article mark.active")).to_be_in_viewport()
    settled(page)
    assert overflow(page) <= 0
    for tab in tabs(page):
        settled(page)
        assert overflow(page) <= 0, tab.inner_text()
