"""The archive tab: search, browse, open, compare, add, remove and restore articles."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_page import shoot

pytestmark = [pytest.mark.browser, pytest.mark.part("ui")]

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    return serve(samples=True)


@pytest.fixture(scope="module")
def reading(serve: Callable[..., str]) -> str:
    return serve(samples=True, arguments=["--read-only"])


def open_tab(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("tab", name="Archive").click()
    expect(page.locator("#archive-list .entry").first).to_be_visible()


def send(page: Page, *paths: Path) -> None:
    if not page.locator("#intake-files").is_visible():
        page.get_by_role("button", name="Add articles").click()
    page.locator("#intake-files input[type=file]").set_input_files(list(paths))


def test_the_list_is_limited_by_a_bar_and_a_second_click_takes_that_back(
    page: Page, address: str, request: pytest.FixtureRequest
) -> None:
    open_tab(page, address)
    listed = page.locator("#archive-list")
    expect(listed).to_contain_text("1 to 30 of 40 articles")
    march = page.locator("#archive-plot a[href='#month-2025-03']")
    expect(march).to_have_attribute("aria-label", "March 2025: 10 articles")
    shoot(page, request, "archive")
    march.focus()
    page.keyboard.press("Enter")
    expect(listed).to_contain_text("10 articles")
    expect(page.locator("#archive-plot a[aria-current]")).to_have_attribute("href", "#month-2025-03")
    expect(page.locator("#archive-when input")).to_have_value("March 2025")
    page.locator("#archive-plot a[href='#month-2025-03']").click()
    expect(listed).to_contain_text("of 40 articles")
    assert page.foreign == []  # type: ignore[attr-defined]


def test_words_publisher_and_pages_find_articles(page: Page, address: str) -> None:
    open_tab(page, address)
    page.locator("#archive-list a[href='#leaf-1']").click()
    expect(page.locator("#archive-list")).to_contain_text("31 to 40 of 40 articles")
    page.locator("#archive-search textarea, #archive-search input").first.fill("Silver Tern")
    page.keyboard.press("Enter")
    expect(page.locator("#archive-list")).to_contain_text("articles")
    expect(page.locator("#archive-list .entry").first).to_contain_text("ern")
    page.locator("#archive-publisher input").click()
    page.get_by_role("option", name="Saltreath Gazette").first.click()
    expect(page.locator("#archive-list .entry").first).to_contain_text("Saltreath Gazette")
    page.locator("#archive-search textarea, #archive-search input").first.fill("xylophone zeppelin")
    page.keyboard.press("Enter")
    expect(page.locator("#archive-list")).to_contain_text("No articles match")


@pytest.mark.smoke
def test_an_article_opens_is_removed_and_put_back(page: Page, address: str) -> None:
    open_tab(page, address)
    entry = page.locator("#archive-list .entry").first
    headline = entry.locator(".headline").inner_text()
    entry.click()
    expect(page.locator("#archive-item article h2")).to_have_text(headline)
    expect(page.locator("#archive-list .entry[aria-current]")).to_contain_text(headline)
    page.get_by_role("button", name="Remove from the archive").click()
    notice = page.locator("#archive-notice .notice")
    expect(notice).to_contain_text(f"Removed “{headline}”.")
    expect(page.locator("#archive-list")).to_contain_text("of 39 articles")
    expect(page.locator("#archive-item")).to_contain_text("Select an article")
    notice.get_by_role("link", name="Undo").click()
    expect(notice).to_contain_text("Restored")
    expect(page.locator("#archive-list")).to_contain_text("of 40 articles")
    expect(page.locator("#archive-item article h2")).to_have_text(headline)


def test_the_same_file_with_other_words_is_a_new_version_and_the_two_are_compared(
    page: Page, address: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    story = tmp_path / "quay.txt"
    story.write_text("Quay opens\n\nSALTREATH, May 2 (CP) -- The old quay opened on Friday with 12 berths.\n")
    open_tab(page, address)
    send(page, story)
    report = page.locator("#intake-report")
    expect(report).to_contain_text("1 added, 0 unchanged")
    assert "gradio" not in report.inner_text()
    story.write_text("Quay opens\n\nSALTREATH, May 2 (CP) -- The old quay opened on Friday with 14 new berths.\n")
    send(page, story)
    expect(report).to_contain_text("0 added, 0 unchanged, 1 replaced")
    report.get_by_role("link", name="Quay opens").click()
    changes = page.locator("#archive-changes")
    expect(changes.locator(".changed del")).to_have_text("[deleted: 12 ]")
    expect(changes.locator(".changed ins")).to_have_text("[inserted: 14 new ]")
    shoot(page, request, "versions")
    page.wait_for_timeout(1_000)  # the list of versions is drawn anew with the article
    page.locator("#version-after input").click()
    page.get_by_role("option").first.click()
    expect(changes).to_contain_text("The text is the same in both versions.")
    page.get_by_role("button", name="Remove from the archive").click()
    expect(page.locator("#archive-notice .notice")).to_contain_text("Removed")


def test_of_ten_files_the_one_of_two_gigabytes_is_named_and_nine_go_in(
    page: Page, address: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    open_tab(page, address)
    paths = []
    for number in range(9):
        paths.append(tmp_path / f"ten-{number}.txt")
        paths[-1].write_text(f"Ferry {number} sails\n\nFerry number {number} sailed on time on Monday.\n")
    paths[4].write_text("")  # one of them is empty
    big = tmp_path / f"{EVIL}‮.txt"
    with big.open("wb") as file:
        file.truncate(2_000_000_000)
    send(page, *paths, big)
    refused = page.locator("#intake-refused")
    expect(refused).to_contain_text("it has 2.0 GB, and the limit is 200.0 MB per file")
    expect(refused).to_contain_text(EVIL.replace("/", ":"))
    report = page.locator("#intake-report")
    expect(report).to_contain_text("8 added")
    expect(report).to_contain_text("ten-4.txt")
    shoot(page, request, "intake")
    assert page.locator("#intake-refused img, #intake-report img").count() == 0
    expect(page.locator("#archive-list")).to_contain_text("of 48 articles")


def test_a_folder_goes_in_and_errors_name_files_by_their_place_in_it(page: Page, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "broken.jsonl").write_text("not json\n")
    (folder / ".hidden.txt").write_text("Hidden\n\nNobody reads this.\n")
    (folder / "tern.txt").write_text("Tern seen\n\nA tern was seen in Kittern on Monday.\n")
    open_tab(page, address)
    page.get_by_role("button", name="Add articles").click()
    page.locator("#add-articles input[webkitdirectory]").set_input_files(folder)
    report = page.locator("#intake-report")
    expect(report).to_contain_text("1 added, 0 unchanged, 0 replaced, 1 failed")
    expect(report.locator(".errors")).to_contain_text("desk/sub/broken.jsonl")
    assert "gradio" not in report.inner_text()


def test_what_is_dropped_goes_in(page: Page, address: str) -> None:
    open_tab(page, address)
    page.get_by_role("button", name="Add articles").click()
    page.wait_for_selector("#intake-files button")
    page.evaluate(
        """() => {
          const carried = new DataTransfer();
          carried.items.add(new File(['Gannet seen\\n\\nA gannet was seen on Monday.'], 'gannet.txt'));
          const at = document.querySelector('#intake-files button');
          at.dispatchEvent(new DragEvent('drop', { dataTransfer: carried, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#intake-report")).to_contain_text("1 added")


def test_questions_are_answered_while_articles_go_in_and_that_can_be_stopped(
    page: Page, address: str, tmp_path: Path
) -> None:
    path = tmp_path / "many.jsonl"
    text = "The ferry number {} sailed from Kittern to Saltreath with {} people, said the harbour master. " * 20
    lines = ({"guid": f"many {n}", "title": f"Ferry {n}", "text": text.replace("{}", str(n))} for n in range(4_000))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    open_tab(page, address)
    send(page, path)
    progress = page.locator("#intake-progress")
    expect(progress).to_contain_text("MB read")
    page.get_by_role("tab", name="Ask").click()
    page.locator("#question textarea").fill("Who is the mayor of Brannock?")
    page.locator("#question textarea").press("Enter")
    page.wait_for_selector("#chat a[href^='#cite-']")
    page.get_by_role("tab", name="Archive").click()
    expect(progress).to_contain_text("articles")  # it is not over yet
    page.locator("#intake-stop").click()
    expect(page.locator("#intake-report")).to_contain_text("Stopped. Articles that were already added stay")
    expect(progress).not_to_be_visible()


def test_hostile_names_and_words_leave_the_page_whole(page: Page, address: str, tmp_path: Path) -> None:
    words = f"{EVIL} <script>window.broken=1</script> ![x](http://elsewhere.example/y.png) \u202eevil\u202c \u200b😀 "
    record = {"title": words, "text": words + "x" * 50_000, "publisher": words, "published": "2025-12-31"}
    path = tmp_path / f"{EVIL}\u202e😀\u200b.jsonl"
    path.write_text(json.dumps(record) + "\nnot json " + EVIL + "\n")
    page.set_viewport_size({"width": 380, "height": 800})
    open_tab(page, address)
    send(page, path)
    report = page.locator("#intake-report")
    expect(report).to_contain_text("1 added")
    expect(report).to_contain_text("1 was not added")
    report.locator("a[href^='#item-']").first.click()
    expect(page.locator("#archive-item article h2")).to_contain_text(EVIL)
    expect(page.locator("#archive-list")).to_contain_text(EVIL)
    tags = "img[src=x], img[src*=elsewhere], script"
    assert (
        page.locator(f"#archive-item :is({tags}), #archive-list :is({tags}), #intake-report :is({tags})").count() == 0
    )
    assert page.evaluate("window.broken") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.foreign == []  # type: ignore[attr-defined]


def test_an_address_on_this_machine_is_refused_in_words(page: Page, address: str) -> None:
    open_tab(page, address)
    page.get_by_role("button", name="Add articles").click()
    page.locator("#intake-addresses textarea").fill("nothing of the kind")
    page.locator("#intake-fetch").click()
    expect(page.locator("#intake-report")).to_contain_text("Enter addresses that begin with http:// or https://")
    page.locator("#intake-addresses textarea").fill(f"{address}/feed.xml")
    page.locator("#intake-fetch").click()
    expect(page.locator("#intake-report")).to_contain_text("1 was not added")
    expect(page.locator("#intake-report .errors")).to_contain_text("127.0.0.1")


def test_who_may_only_read_finds_nothing_that_changes_the_archive(page: Page, reading: str) -> None:
    open_tab(page, reading)
    page.locator("#archive-list .entry").first.click()
    expect(page.locator("#archive-item article h2")).to_be_visible()
    gone = "#add-articles, #intake-files, #intake-fetch, #archive-remove, #archive-removed, #archive-restoring"
    assert page.locator(gone).count() == 0
