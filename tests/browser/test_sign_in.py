from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from ui.serving.accounts import change_account
from ui.serving.passwords import hash_password

pytestmark = pytest.mark.browser

PASSWORD = "correct horse"  # noqa: S105


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    people = tmp_path_factory.mktemp("people") / "people"
    change_account(people, "Zoë", hash_password(PASSWORD))
    return serve(samples=True, arguments=["--auth", str(people), "--read-only"])


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill("Zoë")
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


def test_signing_in_leads_to_the_page_that_answers_and_signing_out_back(page: Page, address: str) -> None:
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{address}/?__theme=light#here")
    expect(page.get_by_label("Name")).to_be_focused()
    sign_in(page, "wrong horse")
    expect(page.get_by_role("alert")).to_have_text("Wrong name or password. Try again.")
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Zoë")
    sign_in(page)
    page.wait_for_selector("#question textarea")
    assert page.url == f"{address}/?__theme=light#here"
    expect(page.locator("#who")).to_contain_text("Signed in as Zoë · Sign out")
    page.locator("#question textarea").fill("Who is the mayor of Brannock?")
    page.locator("#question textarea").press("Enter")
    page.locator("#chat a[href^='#cite-0-']").first.click()
    expect(page.locator("#article mark.active")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(address)
    assert page.url == f"{address}/sign-in"
    assert refused == []
    assert page.foreign == []  # type: ignore[attr-defined]


def test_a_page_whose_session_is_over_says_so_and_leads_back(page: Page, address: str) -> None:
    page.goto(address)
    sign_in(page)
    page.wait_for_selector("#question textarea")
    page.context.clear_cookies()
    page.locator("#question textarea").fill("Who is the mayor of Brannock?")
    page.locator("#question textarea").press("Enter")
    notice = page.locator("#signed-out")
    expect(notice).to_have_text("You are not signed in, or your session has ended. Sign in")
    notice.get_by_role("link").click()
    sign_in(page)
    page.wait_for_selector("#question textarea")
    expect(page.locator("#signed-out")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_on_a_phone(page: Page, address: str, request: pytest.FixtureRequest, scheme: str) -> None:
    page.set_viewport_size({"width": 380, "height": 700})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address)
    sign_in(page, "wrong horse")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page).to_have_title(re.compile("^Wrong name or password"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    for field in ("Name", "Password"):
        box = page.get_by_label(field).bounding_box()
        assert box
        assert box["height"] >= 44
    assert violations(page) == []
    folder: Path | None = request.config.getoption("--screenshots")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"sign-in-{scheme}.png")
