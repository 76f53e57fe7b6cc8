"""A real server on this machine, over a small page of Gradio's: who is let in, and what is answered."""

from __future__ import annotations

import concurrent.futures
import logging
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gradio as gr
import httpx
import pytest

from ui.render.sign_in import signed_in_html
from ui.serving.accounts import Accounts, change_account
from ui.serving.app import application
from ui.serving.attempts import FOR_NAME, WINDOW
from ui.serving.passwords import Cost, hash_password
from ui.serving.server import Server
from ui.serving.sessions import UNUSED
from ui.state.database import PageDatabase

PASSWORD, OTHER = "correct horse", "battery staple"
CHEAP = Cost(log_n=4, r=1, p=1)
PAGE = {"Accept": "text/html,application/xhtml+xml"}


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def _greet(word: str, request: gr.Request) -> str:
    return f"{word}, {request.username}"


def _page() -> gr.Blocks:
    blocks: gr.Blocks
    with gr.Blocks(analytics_enabled=False) as blocks:
        word, out = gr.Textbox("Hello"), gr.Textbox()
        gr.Button().click(_greet, word, out)
    return blocks


class Site:
    """A server that is up."""

    def __init__(self, port: int, clock: Clock, people: Path | None) -> None:
        self.port, self.clock, self.people = port, clock, people
        self.url = f"http://127.0.0.1:{port}"

    def visitor(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    @contextmanager
    def signed_in(self, name: str = "ada") -> Iterator[httpx.Client]:
        with self.visitor() as visitor:
            assert enter(visitor, name).status_code == 303
            yield visitor


@contextmanager
def serving(
    tmp_path: Path, port: int, *, people: bool = True, clock: Clock | None = None, **options: bool
) -> Iterator[Site]:
    path, clock = tmp_path / "people", clock or Clock()
    if people and not path.exists():
        for name in ("ada", "bo"):
            change_account(path, name, hash_password(PASSWORD, CHEAP))
    database = PageDatabase(tmp_path / "page.sqlite")
    accounts = Accounts(path) if people else None
    up = threading.Event()
    server = Server(application(_page(), database, port=port, accounts=accounts, clock=clock, **options), up.set)
    listening = socket.create_server(("127.0.0.1", port))
    port = listening.getsockname()[1]
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        assert up.wait(60)
        yield Site(port, clock, path if people else None)
    finally:
        server.should_exit = True
        thread.join(30)
        database.close()
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One that several tests share; none fails to sign in more than once."""
    with serving(tmp_path_factory.mktemp("site"), 0) as up:
        yield up


def enter(visitor: httpx.Client, name: str = "ada", password: str = PASSWORD, wanted: str = "/") -> httpx.Response:
    return visitor.post("/sign-in", data={"name": name, "password": password, "next": wanted})


# without a session


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/", "/sign-in"),
        ("/?share=a%26b", "/sign-in?next=/%3Fshare%3Da%2526b"),
        ("//evil.example/", "/sign-in"),
        ("/gradio_api/info", "/sign-in"),
    ],
)
def test_a_page_leads_to_the_sign_in_page_and_back(site: Site, path: str, to: str) -> None:
    with site.visitor(**PAGE) as visitor:
        answer = visitor.get(httpx.URL(site.url, raw_path=path.encode()))
        assert (answer.status_code, answer.headers["location"]) == (303, to)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/config"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/queue/data?session_hash=x"),
        ("POST", "/gradio_api/queue/join"),
        ("POST", "/gradio_api/queue/join/"),
        ("POST", "/gradio_api/call/_greet"),
        ("POST", "/gradio_api/run/_greet"),
        ("POST", "/gradio_api/cancel"),
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=/etc/hostname"),
        ("GET", "/gradio_api/heartbeat/x"),
        ("GET", "/gradio_api/startup-events"),
        ("GET", "/gradio_api/user"),
        ("GET", "/gradio_api/app_id"),
        ("GET", "/gradio_api/token"),
        ("GET", "/theme.css"),
        ("GET", "/manifest.json"),
        ("GET", "/static/fonts/system-ui/system-ui-Regular.woff2"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/sign-in/"),
        ("DELETE", "/sign-in"),
        ("GET", "/sign-out"),
        ("GET", "/SIGN-IN"),
        ("GET", "/sign-in/../config"),
        ("GET", "/sign-in%2f..%2fconfig"),
        ("POST", "/"),
        ("HEAD", "/"),
        ("OPTIONS", "/config"),
        ("PUT", "/config"),
    ],
)
def test_nothing_else_is_answered(site: Site, method: str, path: str) -> None:
    with site.visitor() as visitor:
        address = httpx.URL(site.url, raw_path=path.encode())
        answer = visitor.request(method, address, json={"data": ["x"], "fn_index": 0, "session_hash": "x"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Session")
        assert method == "HEAD" or answer.json()["detail"] == "You are not signed in, or your session has ended."


@pytest.mark.parametrize("cookie", ["", "x", "dateline-0=", "dateline-0=" + "a" * 43, "dateline-0=\xff"])
def test_a_made_up_cookie_is_no_session(site: Site, cookie: str) -> None:
    with site.visitor() as visitor:
        assert visitor.get("/config", headers={b"Cookie": cookie.encode("latin-1")}).status_code == 401


# with one


def test_who_signs_in_gets_the_page_and_events_know_the_name(site: Site) -> None:
    with site.visitor() as visitor:
        answer = enter(visitor, wanted="/?share=abc#answer")
        assert (answer.status_code, answer.headers["location"]) == (303, "/?share=abc#answer")
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Secure" not in cookie
        assert visitor.get("/", headers=PAGE).status_code == 200
        assert visitor.get("/config").json()["username"] == "ada"
        begun = visitor.post("/gradio_api/call/_greet", json={"data": ["Hello"]})
        event = begun.json()["event_id"]
        assert 'data: ["Hello, ada"]' in visitor.get(f"/gradio_api/call/_greet/{event}").text
        assert visitor.get("/sign-in?next=/x").headers["location"] == "/x"


def test_a_cookie_that_came_by_https_goes_by_nothing_else(site: Site) -> None:
    with site.visitor(**{"X-Forwarded-Proto": "https"}) as visitor:
        assert "Secure" in enter(visitor).headers["set-cookie"]


def test_signing_out_ends_the_session(site: Site) -> None:
    with site.signed_in() as visitor, site.signed_in() as elsewhere:
        kept = dict(visitor.cookies)
        answer = visitor.post("/sign-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert not visitor.cookies
        assert visitor.get("/config", cookies=kept).status_code == 401
        assert elsewhere.get("/config").status_code == 200
        assert visitor.post("/sign-out").status_code == 303
        assert visitor.get("/sign-out", cookies=dict(elsewhere.cookies)).status_code == 404
        assert elsewhere.get("/config").status_code == 200


def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    with site.signed_in() as visitor:
        before = dict(visitor.cookies)
        enter(visitor, "bo")
        assert visitor.get("/config").json()["username"] == "bo"
        with site.visitor() as other:
            assert other.get("/config", cookies=before).status_code == 401


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(site: Site) -> None:
    with site.visitor() as visitor:
        wrong, unknown = enter(visitor, password=OTHER), enter(visitor, '"><script>')
        for answer in (wrong, unknown):
            assert answer.status_code == 401
            assert 'role="alert" id="problem">Wrong name or password.' in answer.text
            assert "set-cookie" not in answer.headers
        assert "<script>\n" not in unknown.text
        assert 'value="&quot;&gt;&lt;script&gt;"' in unknown.text
        assert OTHER not in wrong.text
        assert enter(visitor, wanted="//evil.example").headers["location"] == "/"


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"name=ada", b"name=ada&password=", b"x" * 100_000, b"&" * 100, b"name=%ff&password=x"]
)
def test_a_form_that_is_none_is_told_so(site: Site, body: bytes) -> None:
    with site.visitor() as visitor:
        answer = visitor.post("/sign-in", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text


# sessions end


def test_a_session_outlives_a_restart_and_ends_in_time(tmp_path: Path) -> None:
    clock = Clock()
    with serving(tmp_path, 0, clock=clock) as site, site.signed_in() as visitor:
        cookies = dict(visitor.cookies)
    clock.now += UNUSED - 1
    with serving(tmp_path, 0, clock=clock) as site, site.visitor() as visitor:
        visitor.cookies.update(cookies)
        assert visitor.get("/config").json()["username"] == "ada"
        clock.now += UNUSED - 1
        assert visitor.get("/config").status_code == 200
        clock.now += UNUSED
        assert visitor.get("/config").status_code == 401


def test_a_session_ends_with_the_account_and_with_its_password(tmp_path: Path) -> None:
    with serving(tmp_path, 0) as site, site.signed_in() as ada, site.signed_in("bo") as bo:
        assert site.people
        change_account(site.people, "bo", None)
        assert bo.get("/config").status_code == 401
        assert enter(bo, "bo").status_code == 401
        assert ada.get("/config").status_code == 200
        change_account(site.people, "ada", hash_password(OTHER, CHEAP))
        assert ada.get("/config").status_code == 401
        assert enter(ada, password=OTHER).status_code == 303
        assert ada.get("/config").status_code == 200


# attempts


def test_attempts_are_limited_and_a_restart_forgets_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    with caplog.at_level(logging.DEBUG):
        with serving(tmp_path, 0, clock=clock) as site, site.visitor() as visitor:
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                codes = sorted(pool.map(lambda _: enter(visitor, password=OTHER).status_code, range(12)))
            assert codes == [401] * FOR_NAME + [429] * (12 - FOR_NAME)
            answer = enter(visitor)  # the right one, too
            assert answer.status_code == 429
            assert answer.headers["retry-after"] == str(WINDOW)
            assert "Too many attempts. Try again in 15 minutes." in answer.text
            assert enter(visitor, "bo").status_code == 303
        clock.now += 60
        with serving(tmp_path, 0, clock=clock) as site, site.visitor() as visitor:
            assert enter(visitor).headers["retry-after"] == str(WINDOW - 60)
            clock.now += WINDOW - 60
            assert enter(visitor).status_code == 303
    assert OTHER not in caplog.text
    assert PASSWORD not in caplog.text


def test_an_address_that_tries_many_names_has_to_wait(tmp_path: Path) -> None:
    with serving(tmp_path, 0) as site, site.visitor() as visitor:
        codes = [enter(visitor, f"name {number}").status_code for number in range(21)]
        assert codes == [401] * 20 + [429]
        with site.visitor(**{"X-Forwarded-For": "192.0.2.7"}) as other:  # as a server in front says
            assert enter(other).status_code == 303


def test_a_flood_of_attempts_is_turned_away_and_the_page_goes_on(tmp_path: Path) -> None:
    change_account(tmp_path / "people", "ada", hash_password(PASSWORD, Cost(log_n=14, p=4)))
    change_account(tmp_path / "people", "bo", hash_password(PASSWORD, CHEAP))
    with serving(tmp_path, 0) as site, site.signed_in("bo") as bo:

        def attempt(number: int) -> httpx.Response:
            with site.visitor(**{"X-Forwarded-For": f"192.0.2.{number}"}) as visitor:
                return enter(visitor, f"name {number}", OTHER)

        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            answers = [pool.submit(attempt, number) for number in range(40)]
            assert bo.get("/config").status_code == 200
            codes = {answer.result().status_code: answer.result() for answer in answers}
        assert codes.keys() == {401, 503}
        assert codes[503].headers["retry-after"] == "5"


# other sites and names


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_what_comes_from_another_site_is_refused(site: Site, headers: dict[str, str]) -> None:
    with site.signed_in() as visitor:
        assert visitor.get("/config", headers=headers).status_code == 403
        assert visitor.post("/sign-in", data={"name": "ada"}, headers=headers).status_code == 403
        assert visitor.post("/sign-out", headers=headers).status_code == 403
        assert visitor.get("/config").status_code == 200
        assert visitor.get("/config", headers={"Origin": site.url}).status_code == 200


def test_a_link_from_another_site_opens_the_page_and_sends_no_form(site: Site) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    with site.signed_in() as visitor:
        assert visitor.get("/", headers={**PAGE, **elsewhere}).status_code == 200
        assert visitor.post("/sign-out", headers=elsewhere).status_code == 403


def test_behind_another_server_the_name_is_the_one_it_was_asked_by(site: Site) -> None:
    with site.signed_in() as visitor:
        for host in ({"Host": "news.example"}, {"X-Forwarded-Host": "news.example"}):
            headers = {"Origin": "https://news.example", **host}
            assert visitor.get("/config", headers=headers).status_code == 200


@pytest.fixture(scope="module")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("site"), 0, people=False, loopback_only=True, read_only=True) as up:
        yield up


def test_loopback_without_sign_in_is_answered_under_its_own_names_only(loopback: Site) -> None:
    with loopback.visitor() as visitor:
        assert visitor.get("/config").json()["username"] is None
        for host in (
            "localhost",
            f"localhost:{loopback.port}",
            "[::1]:80",
            "dateline.localhost",
            "127.0.0.2",
            "LOCALHOST",
        ):
            assert visitor.get("/config", headers={"Host": host}).status_code == 200, host
        for host in (
            "evil.example",
            "127.0.0.1.evil.example",
            "",
            "192.0.2.1",
            "[",
            "localhost@evil.example",
        ):
            answer = visitor.get("/config", headers={"Host": host, "X-Forwarded-Host": "localhost"})
            assert answer.status_code == 421, host
            assert "127.0.0.1 and localhost only" in answer.text
        assert visitor.get("/sign-in").status_code == 404


def test_a_read_only_archive_takes_no_uploads(loopback: Site, site: Site) -> None:
    files = {"files": ("story.txt", b"x")}
    with loopback.visitor() as visitor:
        for path in ("/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/upload?upload_id=x"):
            answer = visitor.post(path, files=files)
            assert answer.status_code == 403
            assert "--read-only" in answer.json()["detail"]
    with site.signed_in() as visitor:
        assert visitor.post("/gradio_api/upload", files=files).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/login"),
        ("GET", "/logout"),
        ("GET", "/monitoring"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/run-history/connect"),
        ("POST", "/gradio_api/vibe-edit/"),
        ("GET", "/gradio_api/vibe-code"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1/"),
        ("GET", "/gradio_api/file=http://127.0.0.1:1/x"),
        ("GET", "/gradio_api/file=https%3A%2F%2Fevil.example%2Fx"),
        ("GET", "/gradio_api/file/https://evil.example/x"),
    ],
)
def test_what_the_page_has_no_use_for_is_closed(loopback: Site, method: str, path: str) -> None:
    with loopback.visitor() as visitor:
        answer = visitor.request(method, httpx.URL(loopback.url, raw_path=path.encode()))
        assert (answer.status_code, answer.text) == (404, "Not found.\n")


# headers


def test_every_answer_tells_the_browser_to_stay_here(site: Site) -> None:
    with site.signed_in() as visitor, site.visitor(**PAGE) as stranger:
        answers = [visitor.get("/"), visitor.get("/config"), visitor.get("/theme.css"), visitor.get("/nothing")]
        answers += [
            stranger.get("/"),
            stranger.get("/sign-in"),
            stranger.get("/", headers={"Origin": "http://x.example"}),
        ]
        for answer in answers:
            headers = answer.headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "http" not in headers["content-security-policy"]
            assert "*" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert "camera=()" in headers["permissions-policy"]
            assert "server" not in headers
        assert answers[0].headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answers[5].headers["content-security-policy"]


def test_a_stream_is_not_held_back(site: Site) -> None:
    with site.signed_in() as visitor, visitor.stream("GET", "/gradio_api/heartbeat/abc") as answer:
        assert next(answer.iter_lines()) == "data: ALIVE"


# who is signed in


def test_who_is_signed_in_is_said_with_a_button() -> None:
    assert signed_in_html(None) == ""
    shown = signed_in_html('<b>"ada')
    assert "<bdi>&lt;b&gt;&quot;ada</bdi>" in shown
    assert '<form class="signed-in" method="post" action="/sign-out">' in shown


def _sent(visitor: httpx.Client, value: object) -> str:
    """What an event says to a value of its text box."""
    asked = {"data": [value], "fn_index": 0, "session_hash": "s", "event_data": None, "trigger_id": None}
    joined = visitor.post("/gradio_api/queue/join", json=asked)
    if joined.status_code != 200:
        return f"{joined.status_code} {joined.text}"
    told = []
    with visitor.stream("GET", "/gradio_api/queue/data?session_hash=s") as stream:
        for line in stream.iter_lines():
            told.append(line)
            if "process_completed" in line:
                break
    return "\n".join(told)


@pytest.mark.parametrize("more", [{}, {"is_stream": True}, {"orig_name": "a.txt"}])
def test_a_path_of_this_machine_is_no_file_that_is_uploaded(
    loopback: Site, tmp_path: Path, more: dict[str, object]
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the seal")
    value = {"path": str(secret), "meta": {"_type": "gradio.FileData"}, **more}
    with loopback.visitor() as visitor:
        told = _sent(visitor, value)
        assert '"success": true' not in told
        assert '"success":true' not in told
        for copy in re.findall(r'"path":\s*"([^"]+)"', told):
            assert "the seal" not in visitor.get(f"/gradio_api/file={copy}").text
        assert visitor.get(f"/gradio_api/file={secret}").status_code == 403
    assert secret.read_text() == "the seal"


@pytest.mark.parametrize(
    "value",
    [
        {"path": "http://127.0.0.1:9/x", "meta": {"_type": "gradio.FileData"}},
        [{"deep": {"path": "https://evil.example/x", "meta": {"_type": "gradio.FileData"}}}],
    ],
)
def test_gradio_is_not_made_to_fetch(loopback: Site, value: object) -> None:
    with loopback.visitor() as visitor:
        assert _sent(visitor, value).startswith("403 Web addresses can be added on the Archive tab only")


def test_a_body_that_is_too_large_is_refused(loopback: Site) -> None:
    with loopback.visitor() as visitor:
        assert _sent(visitor, "x" * 20_000_001).startswith("413")
        assert "Hello, None" in _sent(visitor, "Hello")


def test_only_uploaded_files_are_added_and_deleted(tmp_path: Path) -> None:
    from gradio.utils import get_upload_folder

    from ui.views.intake import is_uploaded

    assert is_uploaded(f"{get_upload_folder()}/abc/story.txt")
    for path in ("/etc/passwd", f"{get_upload_folder()}/../x", str(tmp_path / "a"), None, 3):
        assert not is_uploaded(path)
