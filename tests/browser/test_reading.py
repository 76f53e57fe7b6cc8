"""The reading room beside a conversation, over an archive that changes while the page is open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import gradio as gr
import pytest
from playwright.sync_api import Browser, Page, expect

from ingest import Archive
from ingest.base.article import Article, Published
from qa.base.answer import Answer, Carrier, Citation, Nearby, Sentence
from qa.question.question import Question
from tests.browser.conftest import PATIENCE
from tests.browser.test_page import shoot
from ui import words
from ui.assets import head, styles
from ui.page import theme
from ui.render import answer_markdown
from ui.state.conversations import Conversation, ConversationCodec
from ui.views.reading import ReadingPane

pytestmark = [pytest.mark.browser, pytest.mark.part("ui")]

LONG = "\n\n".join(f"Paragraph {n}: the council spoke of the harbour until the tide went out again." for n in range(60))
FIRST = "The tunnel will cost 712 million crowns."
SECOND = "“Nobody told us,” the mayor said."
TUNNEL = LONG.replace("Paragraph 40:", f"{FIRST} Paragraph 40:").replace("Paragraph 55:", f"{SECOND} Paragraph 55:")
RIGHT_TO_LEFT = "השר דוד פל התפטר ביום שלישי לאחר פרסום המסמך."


def story(name: str, text: str, headline: str, **facts: object) -> Article:
    given = {"publisher": "Tidewater", "published": Published.parse("2025-03-18"), "place": "Port Hallam"} | facts
    return Article(identity=name, headline=headline, text=text, **given)  # type: ignore[arg-type]


ARTICLES = {
    "tunnel": story("tunnel", TUNNEL, "Tunnel bill climbs", url="https://gull.example/1", authors=("Saffi Moran",)),
    "copy": story("copy", f"A copy. {FIRST}", "Tunnel dearer", publisher="Gull"),
    "fare": story("fare", "The fare will rise to 18 crowns.", "Ferry fare to rise to 18"),
    "gone": story("gone", "The cannery was sold in May.", "Cannery sold"),
    "killed": story("killed", "The plant will close.", "Plant to close"),
    "hebrew": story("hebrew", RIGHT_TO_LEFT, "השר התפטר", language="he", publisher="הארץ"),
}


def cite(name: str, quote: str, **facts: object) -> Citation:
    told = ARTICLES[name]
    start = told.text.index(quote)
    published = told.published and told.published.iso
    return Citation(
        told.article_id, told.version, told.headline, told.publisher, published, told.url, quote, start,
        start + len(quote), told.place, **facts,  # type: ignore[arg-type]
    )  # fmt: skip


def near(name: str) -> tuple[str, str, str | None, None, None]:
    return ARTICLES[name].article_id, ARTICLES[name].headline, ARTICLES[name].publisher, None, None


def answers() -> list[Answer]:
    carried = cite("tunnel", FIRST, also_carried_by=(Carrier(*near("copy")),))
    cost = (Sentence(FIRST, (carried,)), Sentence(SECOND, (cite("tunnel", SECOND),)))
    refusal = "The archive holds no answer to this question. It covers 6 articles of 18 March 2025."
    changing = [("fare", "18 crowns"), ("gone", "sold in May"), ("killed", "will close"), ("hebrew", RIGHT_TO_LEFT)]
    changes = tuple(Sentence(f"It is said: {quote}", (cite(name, quote),)) for name, quote in changing)
    question = Question.parse("What did the council say?")
    return [
        Answer(question, True, cost, confidence=0.8, note=LONG[:1500]),
        Answer(question, False, refusal=refusal, nearby=(Nearby(*near("copy")),)),
        Answer(question, True, changes, confidence=0.4),
    ]


def change(archive: Archive) -> None:
    """What happens to the articles after the answers."""
    corrected = "The fare is 16 crowns, not 18."
    archive.write([
        story("fare", "The fare will rise to 16 crowns.", "Ferry fare to rise to 16", correction=corrected),
        story("killed", "Please do not use the story.", "WITHDRAWN: Plant to close", status="canceled"),
    ])  # fmt: skip
    archive.remove(ARTICLES["gone"].article_id)


def app(archive: Archive) -> gr.Blocks:
    codec = ConversationCodec(b"key")
    conversation, messages = Conversation.begin(), []
    for turn, answer in enumerate(answers()):
        conversation = conversation.with_turn(codec.turn(answer))
        messages.append({"role": "user", "content": answer.question.text})
        messages.append({"role": "assistant", "content": answer_markdown(answer, turn)})
    room = ReadingPane(archive, codec)
    with gr.Blocks(analytics_enabled=False, fill_width=True) as blocks:
        kept = gr.Textbox(codec.dump(conversation), visible="hidden", elem_id="talk")
        with gr.Row():
            with gr.Column(scale=3, min_width=340):
                gr.Chatbot(messages, elem_id="chat", height=420, allow_tags=False, latex_delimiters=[])
                gr.Textbox(elem_id="question", label="Question")
            with gr.Column(scale=2, min_width=320):
                room.build(kept)
        blocks.load(lambda: room.show(conversation, 0), None, room.outputs, api_visibility="private")
    return blocks


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Archive.open(tmp_path_factory.mktemp("reading") / "archive", create=True) as archive:
        archive.write(list(ARTICLES.values()))
        change(archive)
        blocks = app(archive)
        _, url, _ = blocks.launch(
            prevent_thread_lock=True, quiet=True, ssr_mode=False, share=False, theme=theme(), css=styles(), head=head()
        )
        yield url
        blocks.close()


@pytest.fixture
def room(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator("#article mark.active")).to_have_text(FIRST)
    page.wait_for_timeout(500)  # the chat moves to its end by itself
    return page


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 380, "height": 700}, has_touch=True, is_mobile=True)
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    opened.goto(address)
    expect(opened.locator("#article mark.active")).to_have_text(FIRST)
    opened.wait_for_timeout(500)
    yield opened
    context.close()


def marker(room: Page, turn: int, number: int = 1) -> Callable[[], None]:
    return room.locator(f"#chat a[href='#cite-{turn}-{number}']").click


def test_the_sources_of_an_answer_have_all_that_tells_them(room: Page, request: pytest.FixtureRequest) -> None:
    card = room.locator("#sources .card").first
    expect(card).to_contain_text("Tunnel bill climbs")
    expect(card).to_contain_text("Tidewater · 18 March 2025 · Port Hallam")
    expect(card).to_contain_text(FIRST)
    expect(room.locator("#sources .carriers").first).to_contain_text("Also carried by Gull")
    expect(room.locator("#sources .sure")).to_have_text(
        "One source, from 18 March 2025. Quoted word for word. Likely correct."
    )
    shoot(room, request, "reading-room")


@pytest.mark.smoke
def test_the_article_opens_at_the_cited_words_with_the_others_fainter(room: Page) -> None:
    marker(room, 0, 2)()
    active, other = room.locator("#article mark.active"), room.locator("#article mark:not(.active)")
    expect(active).to_have_text(SECOND)
    expect(active).to_be_in_viewport()
    expect(active).to_be_focused()
    expect(other).to_have_text(FIRST)
    colours = [each.evaluate("each => getComputedStyle(each).backgroundColor") for each in (active, other)]
    assert colours[0] != colours[1]
    assert room.evaluate("scrollY") == 0  # the page stays where it is
    marker(room, 0, 1)()
    expect(active).to_have_text(FIRST)
    expect(active).to_be_in_viewport()


def test_escape_and_the_link_lead_back_to_the_marker(room: Page) -> None:
    link = room.locator("#chat a[href='#cite-0-2']")
    link.focus()
    room.keyboard.press("Enter")
    expect(room.locator("#article mark.active")).to_be_focused()
    room.keyboard.press("Escape")
    expect(link).to_be_focused()
    room.keyboard.press("Enter")
    expect(room.locator("#article mark.active")).to_be_focused()
    back = room.locator("#article a.back")
    back.focus()
    expect(back).to_be_visible()
    room.keyboard.press("Enter")
    expect(link).to_be_focused()


def test_reduced_motion_is_kept_to(room: Page) -> None:
    room.emulate_media(reduced_motion="reduce")
    marker(room, 0, 2)()
    expect(room.locator("#article mark.active")).to_be_focused()
    assert room.evaluate("document.getElementById('article').scrollTop") > 500  # at once


def test_hovering_a_marker_shows_the_quote_that_can_be_hovered_and_dismissed(room: Page) -> None:
    link, tip = room.locator("#chat a[href='#cite-0-1']"), room.locator("#quote")
    link.hover()
    expect(tip).to_be_visible()
    expect(tip).to_have_text(f"“{FIRST}”")
    expect(tip).to_have_attribute("role", "tooltip")
    expect(link).to_have_attribute("aria-describedby", "quote")
    assert link.get_attribute("title") is None  # one is enough
    tip.hover()
    room.wait_for_timeout(500)
    expect(tip).to_be_visible()
    room.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    link.hover()
    expect(tip).to_be_visible()
    room.mouse.move(5, 5)
    expect(tip).to_be_hidden()


def test_focusing_a_marker_shows_the_quote(room: Page) -> None:
    link, tip = room.locator("#chat a[href='#cite-0-2']"), room.locator("#quote")
    room.locator("#chat a[href='#cite-0-1']").focus()
    room.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(tip).to_be_visible()
    expect(tip).to_have_text(SECOND)
    room.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    expect(link).to_be_focused()


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("Chicago", "Saffi Moran, “Tunnel bill climbs,” Tidewater, March 18, 2025, https://gull.example/1"),
        ("AP", "Saffi Moran, “Tunnel bill climbs,” Tidewater, March 18, 2025, https://gull.example/1"),
        ("BibTeX", "@online{tidewater2025tunnel,\n  author = {Saffi Moran},"),
    ],
)
def test_a_citation_is_copied_and_that_is_said(room: Page, style: str, shown: str) -> None:
    room.context.grant_permissions(["clipboard-read", "clipboard-write"])
    room.emulate_media(reduced_motion="reduce")
    marker(room, 0, 1)()
    expect(room.locator("#article mark.active")).to_be_focused()
    before = room.evaluate("document.getElementById('article').scrollTop")
    room.get_by_role("button", name=f"Copy citation: {style}").click()
    expect(room.locator("#article [role=status]")).to_have_text(f"{style}: Copied.")
    assert room.evaluate("navigator.clipboard.readText()").startswith(shown)
    assert abs(room.evaluate("document.getElementById('article').scrollTop") - before) < 5


def test_what_cannot_be_copied_is_shown_to_be_copied_by_hand(room: Page) -> None:
    room.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    room.get_by_role("button", name="Copy citation: BibTeX").click()
    expect(room.locator("#article [role=status]")).to_contain_text(words.NOT_COPIED)
    expect(room.locator("#article [role=status] code")).to_contain_text("author = {Saffi Moran}")


def test_the_original_is_linked_and_the_article_alone_is_printed(room: Page) -> None:
    link = room.get_by_role("link", name=re.compile("^Original"))
    expect(link).to_have_attribute("href", "https://gull.example/1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    room.evaluate("() => { window.print = () => { window.printed = true; }; }")
    room.get_by_role("button", name="Print").click()
    assert room.evaluate("window.printed")
    room.emulate_media(media="print")
    expect(room.locator("#article article h2")).to_be_visible()
    for other in ("#chat", "#sources", "#article .bar"):
        expect(room.locator(other)).to_be_hidden()
    room.emulate_media(media="screen")
    expect(room.locator("#chat")).to_be_visible()
    room.evaluate("dispatchEvent(new Event('afterprint'))")
    assert room.locator("[data-unprinted]").count() == 0


def test_another_carrier_opens_and_leads_back(room: Page) -> None:
    room.locator("#sources .carriers a").first.click()
    expect(room.locator("#article article h2")).to_have_text("Tunnel dearer")
    room.locator("#article a.back").focus()
    room.keyboard.press("Enter")
    expect(room.locator("#chat a[href='#cite-0-1']")).to_be_focused()


def test_a_changed_article_is_shown_as_it_was_cited_with_its_versions(
    room: Page, request: pytest.FixtureRequest
) -> None:
    marker(room, 2, 1)()
    expect(room.locator("#article mark.active")).to_have_text("18 crowns")
    notice = room.locator("#article .notice")
    expect(notice).to_contain_text("corrected after this answer")
    expect(notice).to_contain_text("The fare is 16 crowns, not 18.")
    shoot(room, request, "changed")
    notice.get_by_role("link", name=words.SHOW_CURRENT).click()
    expect(room.locator("#article article")).to_contain_text("16 crowns.")
    expect(room.locator("#article mark")).to_have_count(0)
    expect(notice).to_contain_text("The answer cites an earlier one")
    versions = room.locator("#article details.versions")
    versions.locator("summary").click()
    expect(versions.locator("li")).to_have_count(2)
    expect(versions.locator("li").last).to_contain_text("replaced, cited by the answer")
    versions.locator("a").last.click()
    expect(room.locator("#article mark.active")).to_have_text("18 crowns")


def test_a_removed_article_leaves_the_cited_words(room: Page) -> None:
    marker(room, 2, 2)()
    expect(room.locator("#article .notice")).to_have_text(words.GONE)
    expect(room.locator("#article mark.active")).to_have_text("sold in May")
    expect(room.locator("#article")).not_to_contain_text("The cannery was")


def test_a_withdrawn_article_shows_the_notice_and_nothing_of_what_it_said(room: Page) -> None:
    marker(room, 2, 3)()
    expect(room.locator("#article .notice")).to_have_text(words.WITHDRAWN)
    expect(room.locator("#article")).to_contain_text("Please do not use the story.")
    expect(room.locator("#article")).not_to_contain_text("The plant will close.")


def test_right_to_left_words_stand_from_the_right(room: Page) -> None:
    marker(room, 2, 4)()
    expect(room.locator("#article mark.active")).to_have_text(RIGHT_TO_LEFT)
    expect(room.locator("#article article")).to_have_attribute("lang", "he")
    expect(room.locator("#article article > p[dir=auto]").last).to_have_css("direction", "rtl")
    expect(room.locator("#article .bar")).to_have_css("direction", "ltr")


def test_a_refusal_offers_headlines_to_open_and_the_dates_that_are_covered(room: Page) -> None:
    expect(room.locator("#chat")).to_contain_text("It covers 6 articles of 18 March 2025.")
    room.locator("#chat a[href='#near-1-1']").click()
    expect(room.locator("#article article h2")).to_have_text("Tunnel dearer")
    expect(room.locator("#article article h2")).to_be_focused()
    expect(room.locator("#sources .hint")).to_have_text(words.NO_SOURCES_OF_REFUSAL)
    expect(room.locator("#sources .card")).to_have_count(0)
    room.keyboard.press("Escape")
    expect(room.locator("#chat a[href='#near-1-1']")).to_be_focused()


def test_the_sources_follow_the_answer_that_is_in_view(room: Page) -> None:
    room.locator("#chat [data-testid=bot]").first.hover()
    room.mouse.wheel(0, 5000)
    expect(room.locator("#sources [data-turn='2']")).to_be_visible()
    expect(room.locator("#article mark.active")).to_have_text("18 crowns")
    expect(room.locator("#sources .sure")).to_contain_text("Uncertain: check the source.")
    room.mouse.wheel(0, -5000)
    expect(room.locator("#sources [data-turn='0']")).to_be_visible()
    expect(room.locator("#article mark.active")).to_have_text(FIRST)


def test_what_was_clicked_stays_though_the_chat_moves_by_itself(room: Page) -> None:
    marker(room, 2, 4)()
    expect(room.locator("#article mark.active")).to_have_text(RIGHT_TO_LEFT)
    room.wait_for_timeout(1700)
    room.evaluate(
        """() => { const panes = [...document.querySelectorAll('#chat *')].filter((e) => e.scrollTop > 0);
        panes.forEach((pane) => { pane.scrollTop = 0; }); }"""
    )
    room.wait_for_timeout(1000)
    expect(room.locator("#sources [data-turn='2']")).to_be_visible()


def test_a_link_that_was_made_up_opens_nothing(room: Page) -> None:
    for href in ("#cite-9-1", "#cite-0-9", "#near-1-9", "#carrier-0-1-7", "#version-0-1-000000000000", "#article-../x"):
        room.evaluate(
            """href => { const a = document.createElement('a'); a.href = href; document.body.append(a); a.click(); }""",
            href,
        )
    room.wait_for_timeout(800)
    expect(room.locator("#article article h2")).to_have_text("Tunnel bill climbs")


def test_a_withdrawn_article_is_not_opened_by_its_id(room: Page) -> None:
    killed = ARTICLES["killed"]
    href = f"#article-{killed.article_id}-{killed.version}"
    room.evaluate(
        """href => { const a = document.createElement('a'); a.href = href; document.body.append(a); a.click(); }""",
        href,
    )
    expect(room.locator("#article .notice")).to_have_text(words.WITHDRAWN)
    expect(room.locator("#article")).not_to_contain_text("The plant will close.")


def test_on_a_phone_the_article_comes_to_the_reader_and_leads_back(phone: Page, request: pytest.FixtureRequest) -> None:
    phone.locator("#chat a[href='#cite-0-2']").tap()
    expect(phone.locator("#article mark.active")).to_have_text(SECOND)
    expect(phone.locator("#article mark.active")).to_be_in_viewport()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 380
    shoot(phone, request, "reading-phone")
    back = phone.locator("#article a.back")
    expect(back).to_be_in_viewport()
    back.tap()
    expect(phone.locator("#chat a[href='#cite-0-2']")).to_be_in_viewport()
    expect(phone.locator("#chat a[href='#cite-0-2']")).to_be_focused()


def test_it_is_read_in_the_dark(page: Page, address: str, request: pytest.FixtureRequest) -> None:
    page.goto(f"{address}?__theme=dark")
    marker(page, 2, 1)()
    expect(page.locator("#article mark.active")).to_have_text("18 crowns")
    shoot(page, request, "reading-dark")
    assert page.foreign == []  # type: ignore[attr-defined]
