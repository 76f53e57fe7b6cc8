from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.serving.attempts import FOR_NAME, FROM_ADDRESS, WINDOW, Attempts
from ui.serving.sessions import LONGEST, UNUSED, Sessions
from ui.serving.targets import back_to, sign_in_for
from ui.state.database import PageDatabase


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database() -> Iterator[PageDatabase]:
    opened = PageDatabase()
    yield opened
    opened.close()


# sessions


def test_a_session_is_found_by_its_token_and_no_other(database: PageDatabase, clock: Clock) -> None:
    sessions = Sessions(database, clock)
    token = sessions.begin("ada", "mark")
    found = sessions.find(token)
    assert found
    assert (found.name, found.mark) == ("ada", "mark")
    assert sessions.find("") is None
    assert sessions.find(token[:-1]) is None
    assert sessions.find("\udcff") is None
    assert token not in str(database.rows("SELECT * FROM sessions"))


def test_a_session_ends_when_it_is_not_used_and_after_a_month_in_any_case(database: PageDatabase, clock: Clock) -> None:
    sessions = Sessions(database, clock)
    token, begun = sessions.begin("ada", "mark"), clock.now
    clock.now += UNUSED - 1
    assert sessions.find(token)
    clock.now += UNUSED - 1
    assert sessions.find(token)
    clock.now += UNUSED
    assert sessions.find(token) is None
    token, begun = sessions.begin("ada", "mark"), clock.now
    while clock.now < begun + LONGEST:
        assert sessions.find(token)
        clock.now += UNUSED / 2
    assert sessions.find(token) is None
    sessions.begin("bo", "mark")
    assert len(database.rows("SELECT * FROM sessions")) == 1


def test_a_session_that_was_just_seen_needs_no_database(database: PageDatabase, clock: Clock) -> None:
    sessions = Sessions(database, clock)
    token = sessions.begin("ada", "mark")
    assert sessions.cached(token) is None
    sessions.find(token)
    assert sessions.cached(token)
    clock.now += 5
    assert sessions.cached(token) is None
    sessions.find(token)
    sessions.end(token)
    assert sessions.cached(token) is None
    assert sessions.find(token) is None


def test_sessions_and_attempts_outlive_a_restart(tmp_path: Path, clock: Clock) -> None:
    before = PageDatabase(tmp_path / "page.sqlite")
    token = Sessions(before, clock).begin("ada", "mark")
    for _ in range(FOR_NAME):
        assert Attempts(before, clock).begin("bo", "192.0.2.1") == 0
    before.close()
    after = PageDatabase(tmp_path / "page.sqlite")
    assert Sessions(after, clock).find(token)
    assert Attempts(after, clock).begin("bo", "192.0.2.2") == WINDOW
    after.close()


# attempts


def test_a_name_may_fail_five_times_from_wherever_it_comes(database: PageDatabase, clock: Clock) -> None:
    attempts = Attempts(database, clock)
    for number in range(FOR_NAME):
        assert attempts.begin("ada", f"192.0.2.{number}") == 0
        clock.now += 10
    assert attempts.begin("ada", "198.51.100.1") == WINDOW - 10 * FOR_NAME
    assert attempts.begin("bo", "198.51.100.1") == 0
    clock.now += WINDOW - 10 * FOR_NAME
    assert attempts.begin("ada", "198.51.100.1") == 0  # the first one is a quarter of an hour ago
    assert attempts.begin("ada", "198.51.100.1") == 10


def test_success_clears_a_name_and_leaves_the_others(database: PageDatabase, clock: Clock) -> None:
    attempts = Attempts(database, clock)
    for name in ("ada", "bo"):
        for _ in range(FOR_NAME):
            attempts.begin(name, "192.0.2.1")
    attempts.succeeded("ada")
    assert attempts.begin("ada", "192.0.2.1") == 0
    assert attempts.begin("bo", "192.0.2.1") > 0


@pytest.mark.parametrize(
    ("addresses", "other"),
    [
        (["192.0.2.1"], "192.0.2.2"),
        (["2001:db8::1", "2001:db8::2:3", "2001:0db8:0::ffff"], "2001:db8:0:1::1"),
        (["::ffff:192.0.2.1", "192.0.2.1"], "::ffff:192.0.2.2"),
        (["fe80::1%eth0", "fe80::2"], "fe81::1"),
        (["testclient"], ""),
    ],
)
def test_an_address_may_fail_twenty_times(
    database: PageDatabase, clock: Clock, addresses: list[str], other: str
) -> None:
    attempts = Attempts(database, clock)
    for number in range(FROM_ADDRESS):
        assert attempts.begin(f"name {number}", addresses[number % len(addresses)]) == 0
    assert attempts.begin("one more", addresses[0]) == WINDOW
    assert attempts.begin("one more", other) == 0


def test_old_attempts_are_dropped_and_names_are_not_kept_as_they_were_typed(
    database: PageDatabase, clock: Clock
) -> None:
    attempts = Attempts(database, clock)
    attempts.begin("hunter2", "192.0.2.1")
    assert "hunter2" not in str(database.rows("SELECT * FROM attempts"))
    clock.now += WINDOW
    attempts.begin("ada", "192.0.2.1")
    assert len(database.rows("SELECT * FROM attempts")) == 1
    clock.now -= 10 * WINDOW  # a clock that is set back locks nobody out for long
    for _ in range(FOR_NAME):
        assert attempts.begin("ada", "192.0.2.1") == 0


# where it goes on


@pytest.mark.parametrize("path", ["/", "/?share=abc", "/?a=/b//c", "/#answer-1", "/?q=%C3%A9#x"])
def test_a_path_of_this_host_is_gone_back_to(path: str) -> None:
    assert back_to(path) == path


@pytest.mark.parametrize(
    "wanted",
    [
        "", "x", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "/x\\..\\", "https://evil.example",
        "javascript:alert(1)", "/\tevil", "/x\r\nSet-Cookie: a=b", " /", "/ /", "/é", "/" + "x" * 2000, "/sign-in",
        "/sign-in?next=/", "/sign-out", "/sign-out/", "/gradio_api/queue/data", "/\u2028",
    ],
)  # fmt: skip
def test_anything_else_leads_to_the_page(wanted: str) -> None:
    assert back_to(wanted) == "/"


def test_the_sign_in_page_is_told_where_to_go_on() -> None:
    assert sign_in_for("/") == "/sign-in"
    assert sign_in_for("/", "share=a&b=c") == "/sign-in?next=/%3Fshare%3Da%26b%3Dc"
    assert sign_in_for("//evil.example") == "/sign-in"
