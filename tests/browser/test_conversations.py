"""Conversations that are kept, named, found, deleted and taken away; links to answers; thumbs and comments."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.conftest import PATIENCE, wait_for
from tests.chat_server import chat_server
from tests.conftest import GUARD, ROOT
from tests.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.part("ui")]

QUESTION = "Who is the mayor of Brannock?"
OTHER = "Why did Davin Pell resign?"
_IN_STORE = """async ([name, use]) => {
  const { name: base } = (await indexedDB.databases()).find((each) => each.name.startsWith('dateline-'));
  const database = await new Promise((done) => {
    const asked = indexedDB.open(base);
    asked.onsuccess = () => done(asked.result);
  });
  try {
    return await new Promise((done) => {
      const transaction = database.transaction(name, 'readwrite');
      const asked = eval(use)(transaction.objectStore(name));
      transaction.oncomplete = () => done(asked.result);
    });
  } finally { database.close(); }
}"""  # what is kept, read or changed behind the page's back
Copy = Callable[[Path], Path]
_DESK = {"width": 1360, "height": 850}


class Server:
    """A page over the samples that can be killed and started again at its address."""

    def __init__(self, folder: Path, copy_samples: Copy, **variables: str) -> None:
        self.folder, self.variables = folder, variables
        self.archive = copy_samples(folder / "archive")
        self.copy = copy_samples(folder / "copy")
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self, *command: str) -> None:
        log = self.folder / "log"
        told = log.open("w")
        given = command or ("ui.cli", "serve", "--archive", str(self.archive), "--port", str(self.port))
        self.process = subprocess.Popen(
            [sys.executable, "-m", *given],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}", **self.variables},
            stdout=told,
            stderr=told,
            text=True,
        )
        wait_for(self.address, self.process, log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=PATIENCE / 1000)

    def command(self, *arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}"}
        command = [sys.executable, "-m", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, copy_samples: Copy) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("talks"), copy_samples)
    started.start()
    yield started
    started.kill()


@pytest.fixture
def restarting(tmp_path: Path, copy_samples: Copy) -> Iterator[Server]:
    made = Server(tmp_path, copy_samples, DATELINE_CHAT_MODEL="openai:scripted", OPENAI_API_KEY="unused")
    yield made
    made.kill()


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory, copy_samples: Copy) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("people"), copy_samples)
    started.start("tests.browser.signed_in", str(started.archive), str(started.port))
    yield started
    started.kill()


@contextmanager
def visit(browser: Browser, address: str, **facts: Any) -> Iterator[Page]:
    """Somebody else's browser."""
    context = browser.new_context(viewport=_DESK, **facts)
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        page.goto(address)
        yield page
    finally:
        context.close()


def ask(page: Page, question: str, turn: int = 0) -> None:
    box = page.locator("#question textarea")
    box.fill(question)
    box.press("Enter")
    page.wait_for_selector(f"#chat a[href='#link-{turn}']")


def sidebar(page: Page, *, whole: bool = False) -> None:
    """Open the sidebar, and in it what is about the open conversation."""
    if not page.locator("#find-talk textarea, #find-talk input").is_visible():
        page.get_by_role("button", name="Toggle Sidebar").click()
    expect(page.locator("#new-talk")).to_be_in_viewport()
    if whole and not page.locator("#rename-talk").is_visible():
        page.locator("#this-talk").get_by_role("button", name="This conversation").click()


def until_kept(page: Page, number: int, words: str = "") -> None:
    """Wait until the browser keeps so many conversations with some words."""
    deadline = time.monotonic() + PATIENCE / 1000
    kept = ["talks", "(store) => store.getAll()"]
    while sum(words in text for text in page.evaluate(_IN_STORE, kept)) != number:
        assert time.monotonic() < deadline, f"never {number} conversations"
        page.wait_for_timeout(100)


def names(page: Page) -> list[str]:
    return [name.strip() for name in page.locator("#talks .name").all_text_contents()]


def field(page: Page, name: str) -> Any:
    return page.locator(f"#{name} textarea, #{name} input").first


def talk_in(page: Page) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(field(page, "talk").input_value())
    return whole


def saved(page: Page, form: str) -> tuple[str, str]:
    with page.expect_download() as told:
        page.locator(f"#export-{form}").click()
    return told.value.suggested_filename, Path(told.value.path()).read_text(encoding="utf-8")


@pytest.mark.smoke
def test_a_conversation_is_kept_over_a_reload_and_goes_on(page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    expect(page.locator("#talks a[aria-current='true'] .name")).to_have_text(QUESTION)
    page.reload()
    expect(page.locator("#chat")).to_contain_text(QUESTION)
    expect(page.locator("#sources .card").first).to_be_visible()
    page.locator("#chat a[href='#cite-0-1']").click()
    expect(page.locator("#article mark.active")).to_have_count(1)
    ask(page, "why?", 1)
    page.reload()
    expect(page.locator("#chat a[href='#link-1']")).to_be_visible()
    assert [turn["answer"]["question"]["typed"] for turn in talk_in(page)["turns"]] == [None, "why?"]
    assert names(page) == [QUESTION]
    assert page.foreign == []  # type: ignore[attr-defined]


def test_conversations_are_opened_found_renamed_deleted_and_put_back(page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    sidebar(page, whole=True)
    page.locator("#new-talk").click()
    expect(page.locator("#chat")).not_to_contain_text(QUESTION)
    ask(page, OTHER)
    expect(page.locator("#talks .name")).to_have_count(2)
    assert names(page) == [OTHER, QUESTION]

    field(page, "find-talk").fill("MAYOR who")
    expect(page.locator("#talks .name")).to_have_text([QUESTION])
    page.locator("#talks a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chat")).to_contain_text("Ivo Sedley")
    expect(page.locator("#talks a[aria-current='true']")).to_have_count(1)
    expect(field(page, "talk-name")).to_have_value(QUESTION)
    field(page, "talk-name").fill("Brannock <b>& its</b> mayor")
    page.locator("#rename-talk").click()
    expect(page.locator("#talks-said")).to_contain_text("Renamed")
    field(page, "find-talk").fill("its")
    expect(page.locator("#talks .name")).to_have_text(["Brannock <b>& its</b> mayor"])
    field(page, "find-talk").fill("nothing of the kind")
    expect(page.locator("#talks")).to_contain_text("No conversation matches")
    field(page, "find-talk").fill("")
    expect(page.locator("#talks .name")).to_have_count(2)

    expect(page.locator("#undo-talk")).to_have_count(0)
    page.locator("#delete-talk").click()
    expect(page.locator("#talks .name")).to_have_text([OTHER])
    expect(page.locator("#chat")).not_to_contain_text("Ivo Sedley")
    page.locator("#undo-talk").click()
    expect(page.locator("#talks .name")).to_have_count(2)
    expect(page.locator("#chat")).to_contain_text("Ivo Sedley")
    page.locator("#delete-talk").click()
    expect(page.locator("#talks .name")).to_have_text([OTHER])
    page.reload()
    expect(page.locator("#talks .name")).to_have_text([OTHER])


def test_an_answer_on_its_way_does_not_bring_a_deleted_conversation_back(page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    until_kept(page, 1)
    late = field(page, "talk").input_value()
    sidebar(page, whole=True)
    page.locator("#delete-talk").click()
    expect(page.locator("#talks .name")).to_have_count(0)
    changed = """async (late) => {
      const { name } = (await indexedDB.databases()).find((each) => each.name.startsWith('dateline-'));
      return Dateline.changed(name.slice('dateline-'.length), late, '', '[]');
    }"""
    assert page.evaluate(changed, late) == ["", "", "[]"]
    until_kept(page, 0)
    page.locator("#undo-talk").click()
    expect(page.locator("#talks .name")).to_have_text([QUESTION])
    until_kept(page, 1)


def test_each_export_has_every_citation(page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    ask(page, OTHER, 1)
    ask(page, "What did Merkel say about Lufthansa?", 2)
    turns = talk_in(page)["turns"]
    cited = [c for turn in turns for s in turn["answer"]["sentences"] for c in s["citations"]]
    assert len(cited) >= 3
    sidebar(page, whole=True)
    name, markdown = saved(page, "markdown")
    assert re.fullmatch(r"Who-is-the-mayor-of-Brannock-\d{4}-\d\d-\d\d\.md", name)
    plain = re.sub(r"\\([^\w\s])", r"\1", markdown)
    name, page_text = saved(page, "html")
    assert name.endswith(".html")
    shown = html.unescape(re.sub(r"<[^>]+>", "", page_text))
    for citation in cited:
        place = f"{citation['article_id']}, characters {citation['start']:,} to {citation['end']:,}"
        for text in (plain, shown):
            assert " ".join(citation["quote"].split()) in " ".join(text.split())
            assert citation["headline"] in text
            assert f"{place} of version {citation['version']}" in text
    assert page.foreign == []  # type: ignore[attr-defined]


def test_an_exported_page_opens_by_itself_and_asks_nobody(page: Page, server: Server, tmp_path: Path) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    sidebar(page, whole=True)
    (tmp_path / "talk.html").write_text(saved(page, "html")[1], encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"file://{tmp_path}/talk.html")
    expect(page.locator("h2")).to_have_text(QUESTION)
    page.locator("sup a").first.click()
    expect(page.locator("li:target blockquote")).to_be_in_viewport()
    assert asked == [f"file://{tmp_path}/talk.html"]


def test_a_link_opens_the_answer_with_its_sources_for_somebody_else(
    browser: Browser, page: Page, server: Server
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(server.address)
    ask(page, OTHER)
    ask(page, QUESTION, 1)
    page.locator("#chat a[href='#link-1']").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{server.address}/?answer=")
    with visit(browser, link) as other:
        expect(other.locator("#chat")).to_contain_text("Ivo Sedley")
        expect(other.locator("#chat")).not_to_contain_text(OTHER)
        expect(other.locator("#sources .card").first).to_be_visible()
        other.locator("#chat a[href='#cite-0-1']").click()
        expect(other.locator("#article mark.active")).to_have_count(1)
        assert names(other) == []
        other.reload()
        expect(other.locator("#chat")).to_contain_text("Ivo Sedley")
        ask(other, "What did he say?", 1)
        expect(other.locator("#talks .name")).to_have_text([QUESTION])
        assert "answer=" not in other.url
        other.reload()
        expect(other.locator("#chat a[href='#link-1']")).to_be_visible()
    with visit(browser, f"{server.address}/?answer=%3Cscript%3E") as other:
        expect(other.locator("#talks-said")).to_contain_text("this link does not lead to an answer")
        ask(other, QUESTION)


def test_a_link_that_cannot_be_copied_is_shown(page: Page, server: Server) -> None:
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    page.goto(server.address)
    ask(page, QUESTION)
    page.locator("#chat a[href='#link-0']").click()
    expect(page.get_by_text("The browser blocked copying")).to_be_visible()
    page.locator("#talks-said a").click()
    expect(page).to_have_url(re.compile(r"\?answer=\w{32}$"))
    expect(page.locator("#chat")).to_contain_text("Ivo Sedley")


def test_thumbs_and_comments_are_kept_and_evals_ask_them(page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    down, up = page.locator("#chat a[href='#down-0']"), page.locator("#chat a[href='#up-0']")
    expect(down).to_have_attribute("aria-pressed", "false")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    up.focus()
    page.keyboard.press("Space")
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(down).to_have_attribute("aria-pressed", "false")
    page.locator("#chat a[href='#comment-0']").click()
    expect(page.locator("#comment textarea")).to_be_focused()
    page.keyboard.type("Two articles say so.")
    page.locator("#send-comment").click()
    expect(page.locator("#comment-box")).not_to_be_visible()
    page.reload()
    expect(up).to_have_attribute("aria-pressed", "true")
    ask(page, OTHER, 1)
    expect(page.locator("#chat a[href='#up-1']")).to_have_attribute("aria-pressed", "false")
    page.locator("#chat a[href='#down-1']").click()
    expect(page.locator("#chat a[href='#down-1']")).to_have_attribute("aria-pressed", "true")

    printed = server.command("ui.cli", "feedback", "--archive", str(server.archive))
    told = {record["question"]: record for record in map(json.loads, printed.splitlines())}
    good, bad = told[QUESTION], told[OTHER]
    assert (good["rating"], good["comment"], good["answerable"]) == ("up", "Two articles say so.", True)
    assert (bad["rating"], bad["answerable"], bad["evidence"]) == ("down", None, [])
    for citation in good["answer"]["citations"]:
        assert citation["quote"] in good["evidence"]
        assert citation["version"]
    path = server.folder / "feedback.jsonl"
    path.write_text(printed, encoding="utf-8")
    given = ["--data", str(path), "--archive", str(server.copy), "--json", str(server.folder / "figures.json")]
    server.command("evals.run", "feedback", *given)
    figures = json.loads((server.folder / "figures.json").read_text(encoding="utf-8"))
    assert figures["options"]["left_out_as_unsaid"] == 1
    assert figures["systems"]["dateline"]["correct"] == 1.0


def test_nobody_sees_what_another_browser_keeps(browser: Browser, page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    with visit(browser, server.address) as other:
        ask(other, OTHER)
        expect(other.locator("#talks .name")).to_have_text([OTHER])
        page.reload()
        expect(page.locator("#talks .name")).to_have_text([QUESTION])


def test_half_of_a_character_hides_no_conversation(page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    sidebar(page)
    page.locator("#new-talk").click()
    expect(page.locator("#chat")).not_to_contain_text(QUESTION)
    ask(page, "x" + "\N{FERRY}\N{GRINNING FACE}" * 120)  # the 300th unit of UTF-16 is half of one
    expect(page.locator("#talks .name")).to_have_count(2)
    kept = page.evaluate(_IN_STORE, ["heads", "(store) => store.getAll()"])
    broken = {"id": "b" * 22, "name": "Broken", "updated": "2026-01-01T00:00:00Z", "questions": "none"}
    assert len(kept) == 2
    page.evaluate(_IN_STORE, ["heads", f"(store) => store.put({json.dumps(broken)})"])
    page.reload()
    expect(page.locator("#talks .name")).to_have_count(2)


def test_a_question_that_could_not_be_answered_first_leaves_nothing(page: Page, server: Server) -> None:
    page.goto(server.address)
    sidebar(page)
    page.locator("#settings").get_by_role("button", name="Settings").click()
    field(page, "as-of").fill("2020-99")
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat")).to_contain_text("2020-99")
    expect(page.locator("#question .stop-button")).to_have_count(0)
    until_kept(page, 0)
    expect(page.locator("#talks")).to_contain_text("Your conversations appear here")
    page.reload()
    expect(page.locator("#talks")).to_contain_text("Your conversations appear here")
    expect(page.locator("#chat")).not_to_contain_text("was interrupted")
    assert page.evaluate(_IN_STORE, ["talks", "(store) => store.getAll()"]) == []


def test_a_conversation_that_cannot_be_read_can_be_deleted(page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    expect(page.locator("#talks .name")).to_have_count(1)
    talk_id = talk_in(page)["id"]
    sidebar(page, whole=True)
    page.locator("#new-talk").click()
    expect(page.locator("#chat")).not_to_contain_text(QUESTION)
    for text in ("{", json.dumps({"id": talk_id, "name": "Old", "turns": 3})):
        page.evaluate(_IN_STORE, ["talks", f"(store) => store.put({json.dumps(text)}, {json.dumps(talk_id)})"])
        page.locator("#talks a").click()
        expect(page.locator("#chat")).to_contain_text("cannot be read")
        expect(page.locator("#talks .name")).to_have_count(1)
        page.reload()
        expect(page.locator("#talks a[aria-current='true']")).to_have_count(1)
        expect(page.locator("#chat")).to_contain_text("cannot be read")
        sidebar(page, whole=True)
    page.locator("#delete-talk").click()
    expect(page.locator("#talks .name")).to_have_count(0)
    expect(page.locator("#chat")).not_to_contain_text("cannot be read")
    ask(page, OTHER)
    expect(page.locator("#talks .name")).to_have_text([OTHER])


def test_a_comment_stays_with_its_answer_and_leads_back_to_its_link(page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    commenting, box = page.locator("#chat a[href='#comment-0']"), page.locator("#comment-box")
    commenting.click()
    page.locator("#cancel-comment").click()
    expect(box).not_to_be_visible()
    expect(commenting).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#comment textarea")).to_be_focused()
    page.keyboard.type("Right.")
    page.locator("#send-comment").click()
    expect(box).not_to_be_visible()
    expect(commenting).to_be_focused()
    commenting.click()
    expect(page.locator("#comment textarea")).to_have_value("Right.")
    ask(page, OTHER, 1)
    expect(box).to_be_visible()  # its answer is still there
    sidebar(page)
    page.locator("#new-talk").click()
    expect(box).not_to_be_visible()
    ask(page, OTHER)
    expect(box).not_to_be_visible()


def test_a_new_name_is_not_undone_by_another_window(page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    second = page.context.new_page()
    second.goto(server.address)
    sidebar(second, whole=True)
    second.locator("#talks a").click()
    expect(second.locator("#chat")).to_contain_text("Ivo Sedley")
    field(second, "talk-name").fill("The mayor")
    second.locator("#rename-talk").click()
    expect(second.locator("#talks .name")).to_have_text(["The mayor"])
    ask(page, OTHER, 1)
    expect(page.locator("#talks .name")).to_have_count(2)
    assert sorted(names(page)) == ["The mayor", QUESTION]
    ask(second, OTHER, 1)
    expect(second.locator("#talks .name")).to_have_count(2)
    assert names(second)[0] == "The mayor"


def test_two_windows_of_one_conversation_lose_nothing(page: Page, server: Server) -> None:
    page.goto(server.address)
    ask(page, QUESTION)
    second = page.context.new_page()
    second.goto(server.address)
    sidebar(second)
    second.locator("#talks a").click()
    expect(second.locator("#chat")).to_contain_text("Ivo Sedley")
    ask(second, OTHER, 1)
    expect(second.locator("#talks .name")).to_have_count(1)
    ask(page, "What happened to the ferry Silver Tern?", 1)
    expect(page.locator("#talks .name")).to_have_count(2)
    page.reload()
    expect(page.locator("#chat")).to_contain_text("Silver Tern")
    second.reload()
    expect(second.locator("#chat")).to_contain_text(OTHER)


def test_a_browser_that_keeps_nothing_is_told_once_and_answers(browser: Browser, server: Server) -> None:
    context: BrowserContext = browser.new_context(viewport=_DESK)
    context.set_default_timeout(PATIENCE)
    context.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'InvalidStateError'); }")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(server.address)
    expect(page.locator("#talks-said")).to_contain_text("This browser cannot save conversations")
    ask(page, QUESTION)
    sidebar(page)
    page.locator("#new-talk").click()
    expect(page.locator("#talks-said")).not_to_contain_text("cannot save conversations")
    ask(page, OTHER)
    assert problems == []
    context.close()


def test_what_signed_in_people_ask_is_kept_on_the_server_for_them_alone(browser: Browser, signed_in: Server) -> None:
    ada, bob = ({"extra_http_headers": {"x-who": who}} for who in ("ada", "bob"))
    with visit(browser, signed_in.address, **ada) as page:
        ask(page, QUESTION)
        expect(page.locator("#talks .name")).to_have_text([QUESTION])
        page.locator("#chat a[href='#up-0']").click()
        expect(page.locator("#chat a[href='#up-0']")).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
        page.reload()
        expect(page.locator("#chat")).to_contain_text("Ivo Sedley")
    with visit(browser, signed_in.address, **bob) as page:
        ask(page, OTHER)
        expect(page.locator("#talks .name")).to_have_text([OTHER])
    with visit(browser, signed_in.address, **ada) as page:  # another device
        sidebar(page, whole=True)
        expect(page.locator("#talks .name")).to_have_text([QUESTION])
        page.locator("#talks a").click()
        expect(page.locator("#chat")).to_contain_text("Ivo Sedley")
        expect(page.locator("#chat a[href='#up-0']")).to_have_attribute("aria-pressed", "true")
        field(page, "talk-name").fill("The mayor")
        field(page, "talk-name").press("Enter")
        expect(page.locator("#talks .name")).to_have_text(["The mayor"])
        page.locator("#delete-talk").click()
        expect(page.locator("#talks .name")).to_have_count(0)
        page.locator("#undo-talk").click()
        expect(page.locator("#talks .name")).to_have_text(["The mayor"])
    with visit(browser, signed_in.address, **ada) as page:
        expect(page.locator("#talks .name")).to_have_text(["The mayor"])
    (record,) = map(
        json.loads, signed_in.command("ui.cli", "feedback", "--archive", str(signed_in.archive)).splitlines()
    )
    assert record["who"] == "ada"


def test_nothing_is_kept_for_somebody_who_signed_in_in_another_window(browser: Browser, signed_in: Server) -> None:
    with visit(browser, signed_in.address, extra_http_headers={"x-who": "cleo"}) as page:
        ask(page, QUESTION)
        expect(page.locator("#talks .name")).to_have_text([QUESTION])
        page.context.set_extra_http_headers({"x-who": "dan"})
        ask(page, OTHER, 1)
        expect(page.locator("#talks-said")).to_contain_text("Somebody else has signed in")
        sidebar(page, whole=True)
        page.locator("#delete-talk").click()
        expect(page.locator("#talks-said")).to_contain_text("Somebody else has signed in")
        second = page.context.new_page()
        second.goto(signed_in.address)
        expect(second.locator("#talks")).to_contain_text("Your conversations appear here")
        page.context.set_extra_http_headers({"x-who": "cleo"})
        page.reload()
        expect(page.locator("#talks .name")).to_have_text([QUESTION])


def test_an_answer_ends_where_another_conversation_is_opened(page: Page, restarting: Server) -> None:
    server = restarting
    with chat_server("word " * 400, pause=0.5) as slow:
        server.variables["DATELINE_CHAT_URL"] = slow
        server.start()
        page.goto(server.address)
        sidebar(page, whole=True)
        page.locator("#settings").get_by_role("button", name="Settings").click()
        page.get_by_label("quoted from the articles").check()
        ask(page, QUESTION)
        page.locator("#new-talk").click()
        expect(page.locator("#chat")).not_to_contain_text(QUESTION)
        page.get_by_label("written by").check()
        page.locator("#question textarea").fill(OTHER)
        page.locator("#question textarea").press("Enter")
        expect(page.locator("#talks .name")).to_have_text([OTHER, QUESTION])
        page.wait_for_timeout(1_000)  # the model is asked
        page.locator("#talks a").last.click()
        expect(page.locator("#chat")).to_contain_text("Ivo Sedley")
        page.wait_for_timeout(2_000)
        expect(page.locator("#chat")).not_to_contain_text(OTHER)
        assert [turn["answer"]["question"]["text"] for turn in talk_in(page)["turns"]] == [QUESTION]
        page.locator("#talks a").first.click()
        expect(page.locator("#chat")).to_contain_text(f"The answer to “{OTHER}” was interrupted")
        page.locator("#chat a[href='#again-0']").click()
        expect(page.locator("#chat")).not_to_contain_text("was interrupted")
        page.wait_for_timeout(1_000)
        page.locator("#delete-talk").click()
        expect(page.locator("#talks .name")).to_have_text([QUESTION])
        page.wait_for_timeout(2_000)
        expect(page.locator("#talks .name")).to_have_text([QUESTION])
        page.reload()
        expect(page.locator("#talks .name")).to_have_text([QUESTION])
        expect(page.locator("#chat")).not_to_contain_text(OTHER)


def test_a_restart_in_mid_answer_loses_no_conversation(page: Page, restarting: Server) -> None:
    server = restarting
    with chat_server("The harbour tunnel will cost 712 million crowns. [1]", pause=0.05) as quick:
        server.variables["DATELINE_CHAT_URL"] = quick
        server.start()
        page.goto(server.address)
        ask(page, "What is the harbour tunnel going to cost now?")
        until_kept(page, 1, "712 million crowns")
        server.kill()
    with chat_server("word " * 400, pause=0.5) as slow:
        server.variables["DATELINE_CHAT_URL"] = slow
        server.start()
        page.reload()
        expect(page.locator("#chat")).to_contain_text("712 million crowns")
        page.locator("#question textarea").fill(OTHER)
        page.locator("#question textarea").press("Enter")
        expect(page.locator("#chat")).to_contain_text("Understanding the question")
        page.wait_for_timeout(1_000)  # the model is asked
        server.kill()
    page.wait_for_timeout(3_000)
    expect(page.locator("#chat")).to_contain_text("712 million crowns")  # the page is whole
    expect(page.locator("#question textarea")).to_be_visible()
    with chat_server("The minister resigned. [1]", pause=0.01) as quick:
        server.variables["DATELINE_CHAT_URL"] = quick
        server.start()
        with suppress(Error):  # the page reloads itself when the server is back, which may end this
            page.reload()
        expect(page.locator("#chat")).to_contain_text("712 million crowns")
        expect(page.locator("#chat")).to_contain_text(f"The answer to “{OTHER}” was interrupted")
        expect(page.locator("#talks .name")).to_have_count(1)
        page.locator("#chat a[href='#again-0']").click()
        page.wait_for_selector("#chat a[href='#link-1']")
        expect(page.locator("#chat")).not_to_contain_text("was interrupted")
        page.reload()
        expect(page.locator("#chat a[href='#link-1']")).to_be_visible()
