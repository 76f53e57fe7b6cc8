"""The `dateline` command: through its function, and in a process of its own where that is the point."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import httpx
import pytest

from ingest import Archive, Article, Published
from qa.base.answer import Answer
from qa.question.question import Question
from tests.conftest import GUARD, ROOT
from ui.serving.accounts import Accounts
from ui.state.conversations import ConversationCodec
from ui.state.database import FILE, PageDatabase
from ui.state.shared import SharedAnswers

Command = Callable[..., CompletedProcess[str]]

COMMANDS = ["ingest", "ask", "serve", "account", "articles", "show", "remove", "reindex", "stats", "check"]
TEXT = "The paper mill in Millbrook was fined 400 crowns for dyeing the river green."
MILL = f"MILLBROOK, May 2, 2024 (Valley Wire) - {TEXT}\n"
QUESTION = "How much was the paper mill in Millbrook fined?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive of two articles that is not open."""
    with Archive.open(tmp_path / "archive", create=True) as archive:
        archive.write(
            [
                Article(
                    identity="guid mill",
                    headline="Paper mill fined",
                    text=TEXT,
                    published=Published.parse("2024-05-02"),
                    publisher="Valley Wire",
                ),
                Article(identity="guid secret", headline="Secret", text="The secret is out.", status="withheld"),
            ]
        )
    return tmp_path / "archive"


def mill() -> str:
    return Article(identity="guid mill", headline="", text="").article_id


def failed_plainly(done: CompletedProcess[str], code: int = 1) -> str:
    """What it says on standard error, where it says one thing there and nothing else."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


# ingest


def test_ingest_prints_the_report(dateline: Command, tmp_path: Path) -> None:
    (tmp_path / "mill.txt").write_text(MILL)
    done = dateline("ingest", "mill.txt", "--archive", "made")
    assert (done.returncode, done.stdout) == (0, "1 added, 0 unchanged, 0 replaced, 0 failed\n"), done.stderr
    assert done.stderr == ""
    done = dateline("ingest", "mill.txt", DATELINE_ARCHIVE="made")
    assert (done.returncode, done.stdout) == (0, "0 added, 1 unchanged, 0 replaced, 0 failed\n"), done.stderr


def test_ingest_names_a_date_that_is_still_to_come(dateline: Command, tmp_path: Path) -> None:
    (tmp_path / "mill.jsonl").write_text('{"text": "The mill was fined 400 florins.", "published": "2924-05-01"}')
    done = dateline("ingest", "mill.jsonl", "--archive", "made")
    assert (done.returncode, done.stdout.count("1 dated in the future")) == (0, 1), done.stderr
    assert "warning: " in done.stderr
    assert "2924-05-01" in done.stderr


def test_ingest_takes_the_rest_where_something_failed(dateline: Command, tmp_path: Path) -> None:
    (tmp_path / "mill.txt").write_text(MILL)
    (tmp_path / "empty.txt").write_text("")
    done = dateline("ingest", "empty.txt", "missing.txt", "mill.txt", "--json", "--archive", "made")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["added"], [Path(error["file"]).name for error in report["failed"]]) == (
        1,
        ["empty.txt", "missing.txt"],
    )
    done = dateline("ingest", "empty.txt", "--archive", "made")
    assert done.returncode == 1
    assert done.stdout == "0 added, 0 unchanged, 0 replaced, 1 failed\n"
    assert "empty.txt: the file is empty." in done.stderr


def test_ingest_refuses_columns_that_no_article_has(dateline: Command, tmp_path: Path) -> None:
    (tmp_path / "mill.txt").write_text(MILL)
    said = failed_plainly(dateline("ingest", "mill.txt", "--columns", "titel=kop", "--archive", "made"))
    assert "titel" in said
    said = failed_plainly(dateline("ingest", "mill.txt", "--columns", "title", "--archive", "made"), 2)
    assert "FACT=NAME" in said


# ask


def test_an_answer_exits_0(dateline: Command, folder: Path) -> None:
    done = dateline("ask", QUESTION, "--archive", folder)
    assert done.returncode == 0, done.stderr
    assert "400 crowns" in done.stdout
    assert "[1] Paper mill fined" in done.stdout
    assert f"dateline show {mill()}" in done.stdout
    assert done.stderr == ""


def test_a_question_is_read_from_standard_input(dateline: Command, folder: Path) -> None:
    assert "400 crowns" in dateline("ask", "-", "--archive", folder, stdin=io.StringIO(f"{QUESTION}\n")).stdout


def test_an_answer_is_json_for_programs(dateline: Command, folder: Path) -> None:
    done = dateline("ask", QUESTION, "--published", "2024-05-01..2024-05-31", "--json", "--archive", folder)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["answered"] is True
    (citation,) = answer["citations"]
    assert citation["article_id"] == mill()
    assert "400 crowns" in citation["quote"]


def test_a_refusal_exits_3(dateline: Command, folder: Path) -> None:
    done = dateline("ask", "How tall is the lighthouse on Gull Point?", "--archive", folder)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("The archive holds no answer to this question.")
    assert "1 article of 2 May 2024" in done.stdout


def test_wrong_usage_exits_2(dateline: Command) -> None:
    for arguments in (
        [],
        ["ask"],
        ["ask", "Who?", "--colour"],
        ["ask", "Who?", "--published", "2024-13"],
        ["ask", "Who?", "--caution", "huge"],
        ["tell", "Who?"],
        ["serve", "--port", "high"],
        ["serve", "--port", "99999"],
        ["show", "1d545a70", "--versions", "--version", "ab"],
        ["links", "--remove"],
        ["links", "5f0c9e"],
    ):
        assert "Usage: dateline" in failed_plainly(dateline(*arguments), 2)


def test_an_unknown_archive_exits_1(dateline: Command, tmp_path: Path) -> None:
    for arguments in (
        ["ask", "Who resigned?"],
        ["articles"],
        ["show", "12345678"],
        ["remove", "12345678"],
        ["reindex"],
    ):
        said = failed_plainly(dateline(*arguments, "--archive", "nowhere"))
        assert said.startswith(f"dateline: there is no archive in {tmp_path / 'nowhere'}")
        assert "dateline ingest" in said
    assert not (tmp_path / "nowhere").exists()


def test_a_question_that_cannot_be_asked_exits_1(dateline: Command, folder: Path) -> None:
    for question, extra in (("", []), ("?!", []), ("x" * 2_001, [])):
        assert failed_plainly(dateline("ask", question, *extra, "--archive", folder)).startswith("dateline: ")


# articles, show, remove


def test_articles_are_listed(dateline: Command, folder: Path) -> None:
    done = dateline("articles", "--archive", folder)
    assert (done.returncode, done.stdout.split()[:3]) == (0, [mill(), "2024-05-02", "Valley"])
    assert len(done.stdout.splitlines()) == 1
    listed = json.loads(dateline("articles", "--all", "--json", "--archive", folder).stdout)
    assert [article["headline"] for article in listed] == ["Paper mill fined", "Secret"]
    assert "text" not in listed[0]


def test_an_article_is_shown(dateline: Command, folder: Path) -> None:
    done = dateline("show", mill()[:8], "--archive", folder)
    assert done.returncode == 0
    assert done.stdout.startswith("Paper mill fined\n")
    assert done.stdout.endswith("\n\nThe paper mill in Millbrook was fined 400 crowns for dyeing the river green.\n")
    shown = json.loads(dateline("show", mill(), "--json", "--archive", folder).stdout)
    assert (shown["article_id"], shown["published"], shown["publisher"]) == (mill(), "2024-05-02", "Valley Wire")
    assert "ffffffff" in failed_plainly(dateline("show", "ffffffff", "--archive", folder))


def test_a_removed_article_can_be_put_back(dateline: Command, folder: Path) -> None:
    done = dateline("remove", mill()[:8], "--archive", folder)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "removed: Paper mill fined"), done.stderr
    assert f"dateline remove --undo {mill()}" in done.stdout
    assert dateline("articles", "--archive", folder).stdout == ""
    done = dateline("remove", "--undo", mill(), "--json", "--archive", folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"article_id": mill(), "headline": "Paper mill fined", "removed": False}
    assert mill() in dateline("articles", "--archive", folder).stdout
    assert json.loads(dateline("remove", mill(), "--json", "--archive", folder).stdout)["removed"] is True


def test_versions_are_listed_and_shown(dateline: Command, folder: Path) -> None:
    with Archive.open(folder) as archive:
        old = archive.article(mill())
        archive.add([Article(identity="guid mill", headline="Paper mill fined again", text="It was 500 crowns.")])
    listed = dateline("show", mill()[:8], "--versions", "--archive", folder)
    first, second = listed.stdout.splitlines()
    assert first.startswith(old.version)
    assert "replaced" in first
    assert second.endswith("current   Paper mill fined again")
    shown = dateline("show", mill(), "--version", old.version[:6], "--archive", folder)
    assert shown.stdout.startswith("Paper mill fined\n")
    assert shown.stdout.endswith(f"{TEXT}\n")
    told = json.loads(dateline("show", mill(), "--versions", "--json", "--archive", folder).stdout)
    assert [each["why"] for each in told] == ["replaced", "current"]
    assert old.version in failed_plainly(dateline("show", mill(), "--version", "ffff", "--archive", folder))


def test_stats_and_check_say_what_is_there(dateline: Command, folder: Path) -> None:
    stats = dateline("stats", "--archive", folder)
    assert stats.stdout.startswith("2 articles in 2 passages\n1 can be found; 1 withheld"), stats.stderr
    assert json.loads(dateline("stats", "--json", "--archive", folder).stdout)["publishers"] == {
        "": 1,
        "Valley Wire": 1,
    }
    checked = dateline("check", "--archive", folder)
    assert (checked.returncode, checked.stdout) == (0, "2 articles checked, 0 problems found\n"), checked.stderr
    with Archive.open(folder) as archive:
        archive._derived.keywords.replace([mill()], [])
        archive._derived.keywords.agree(archive._store.collections.revision, archive._store.collections.key)
        archive._store.delete_passages([archive.passages_of(mill())[0].passage_id])
    broken = dateline("check", "--json", "--archive", folder)
    assert broken.returncode == 1
    (problem,) = json.loads(broken.stdout)["problems"]
    assert problem["where"] == mill()
    assert problem["remedy"]


def test_logs_are_json_lines_without_secrets(dateline: Command, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mill.txt").write_text(MILL)
    (tmp_path / "empty.txt").write_text("")
    secret = {"DATELINE_CHROMA_HEADERS": "Authorization=Bearer empty.txt"}  # whatever it is, it is not shown
    done = dateline("ingest", "mill.txt", "empty.txt", "--log", "log.jsonl", "--archive", folder, DATELINE_LOG="json",
                    **secret)  # fmt: skip
    on_screen = "\n".join(line for line in done.stderr.splitlines() if line.startswith("{"))
    for lines in ((tmp_path / "log.jsonl").read_text(), on_screen):
        told = [json.loads(line) for line in lines.splitlines()]
        assert any(each["message"] == "added articles" and each["added"] == 1 for each in told)
        assert {"time", "level", "logger", "message"} <= told[0].keys()
        assert "empty.txt" not in lines
        assert any("***" in each["message"] for each in told)
    plain = dateline("ingest", "empty.txt", "--verbose", "--archive", folder, **secret)
    assert [line for line in plain.stderr.splitlines() if line.startswith("INFO not ingested: ***: the file is empty")]
    assert "INFO not ingested: empty.txt" not in plain.stderr
    assert "it takes json" in failed_plainly(dateline("articles", DATELINE_LOG="xml"))
    assert "cannot be written" in failed_plainly(dateline("articles", "--log", tmp_path))


def test_an_archive_that_is_open_elsewhere_is_left_alone(dateline_process: Command, folder: Path) -> None:
    with Archive.open(folder):
        assert "is open in process" in failed_plainly(dateline_process("articles", "--archive", folder))


# what the page keeps


def test_links_are_listed_and_removed(dateline: Command, folder: Path) -> None:
    assert "dateline serve" in failed_plainly(dateline("links", "--archive", folder))
    database = PageDatabase(folder / FILE)
    codec = ConversationCodec(database.secret("seal"))
    turns = [codec.turn(Answer(Question.parse(text), answered=False, refusal="No.")) for text in ("Who?", "Why?")]
    first, second = (SharedAnswers(database, codec).share("ada", turn) for turn in turns)
    database.close()
    listed = dateline("links", "--archive", folder).stdout
    assert {line.split()[0] for line in listed.splitlines()} == {first, second}
    assert {link["id"] for link in json.loads(dateline("links", "--json", "--archive", folder).stdout)} == {
        first,
        second,
    }
    done = dateline("links", "--remove", first, "0" * 32, "--json", "--archive", folder)
    assert (done.returncode, json.loads(done.stdout)) == (1, {first: True, "0" * 32: False})
    done = dateline("links", "--archive", folder, "--remove", second)
    assert (done.returncode, done.stdout) == (0, f"removed: {second}\n")
    assert dateline("links", "--archive", folder).stdout == ""


# serve


@pytest.fixture(scope="session")
def bound() -> list[object]:
    """Addresses that this process binds; an audit hook cannot be taken out, so there is one for all tests."""
    addresses: list[object] = []
    sys.addaudithook(lambda event, about: addresses.append(about[1]) if event == "socket.bind" else None)
    return addresses


@pytest.fixture
def refused_to_serve(dateline: Command, bound: list[object]) -> Callable[..., str]:
    """Run a `dateline serve` that fails before it binds any port; what it says."""

    def serve(*arguments: str) -> str:
        bound.clear()
        message = failed_plainly(dateline("serve", *arguments))
        assert bound == []
        return message

    return serve


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.7.7"])  # noqa: S104 - it has to refuse them
def test_serve_opens_no_port_to_others_unless_that_was_said(
    refused_to_serve: Callable[..., str], tmp_path: Path, host: str
) -> None:
    message = refused_to_serve("--host", host, "--archive", "new")
    assert message.startswith(f"dateline: {host} can be reached by others")
    assert "--auth" in message
    assert "dateline account NAME" in message
    assert "--no-auth" in message
    assert not (tmp_path / "new").exists()


def test_serve_refuses_a_file_of_accounts_that_holds_none(refused_to_serve: Callable[..., str], tmp_path: Path) -> None:
    for content in ("", "# nobody\n", "ada\n", ":secret\n", "ada:\n", "ada:secret\n"):
        (tmp_path / "people").write_text(content)
        (tmp_path / "people").chmod(0o600)
        message = refused_to_serve("--auth", "people")
        assert "dateline account" in message
        assert "secret" not in message
    assert "absent" in refused_to_serve("--auth", "absent")
    assert "--host" in refused_to_serve("--host", "example.org")


def test_serve_with_and_without_accounts_at_once_is_wrong_usage(dateline: Command) -> None:
    assert "--no-auth: not allowed with --auth" in failed_plainly(dateline("serve", "--auth", "people", "--no-auth"), 2)


def test_serve_says_what_it_means_to_let_everybody_in(dateline: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for arguments, may in ([], "change the archive"), (["--read-only"], "read everything, without"):
        done = dateline("serve", "--host", "0.0.0.0", "--no-auth", "--archive", "file", *arguments)  # noqa: S104
        assert done.returncode == 1
        assert "warning: --no-auth: whoever reaches 0.0.0.0 can read everything" in done.stderr
        assert may in done.stderr


def test_serve_stops_in_good_order(folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ui.cli", "serve", "--archive", str(folder), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, text=True, **pipes) as server:
        try:
            assert server.stdout
            said = [server.stdout.readline(), server.stdout.readline()]
            assert said[1] == f"Dateline is at http://127.0.0.1:{port}  (stop it with Ctrl+C)\n"
            with httpx.stream("GET", f"http://127.0.0.1:{port}/gradio_api/heartbeat/x") as stream:
                next(stream.iter_lines())
                server.terminate()
                out, err = server.communicate(timeout=30)
        finally:
            server.kill()
    assert (server.returncode, out, err) == (0, "Dateline has stopped.\n", "")


# account


def test_accounts_are_added_changed_and_taken_out(dateline: Command, tmp_path: Path) -> None:
    def account(password: str, *arguments: str) -> CompletedProcess[str]:
        return dateline("account", "--auth", "people", *arguments, stdin=io.StringIO(password))

    done = account("correct horse\nanother line\n", "ada")
    assert (done.returncode, done.stdout, done.stderr) == (0, "added: ada\n", "")
    assert (tmp_path / "people").stat().st_mode & 0o777 == 0o600
    accounts = Accounts(tmp_path / "people")
    assert accounts.check("ada", "correct horse")
    assert account("battery staple", "ada").stdout == "password changed: ada\n"
    assert accounts.check("ada", "battery staple")
    assert "8 to 1,024 characters" in failed_plainly(account("short\n", "ada"))
    assert "8 to 1,024 characters" in failed_plainly(account("", "ada"))
    assert "a name must have" in failed_plainly(account("correct horse", "a:b"))
    assert accounts.check("ada", "battery staple")
    assert account("", "ada", "--remove").stdout == "removed: ada\n"
    assert "has no account 'ada'" in failed_plainly(account("", "ada", "--remove"))
    assert dateline("account", "ada").returncode == 2


# help and settings


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example(dateline: Command, name: str) -> None:
    done = dateline(name, "--help")
    assert done.returncode == 0
    assert "example:" in done.stdout
    assert f"dateline {name}" in done.stdout.split("example:")[1]
    assert "exit codes:" in done.stdout


def test_help_names_every_command(dateline: Command) -> None:
    done = dateline("--help")
    assert done.returncode == 0
    assert "example" in done.stdout
    listed = done.stdout.split("Commands:")[1]
    assert all(f"\n  {name} " in listed for name in COMMANDS)


def test_an_unknown_variable_is_an_error_that_suggests_the_right_one(dateline: Command) -> None:
    said = failed_plainly(dateline("articles", DATELINE_ARCHIV="news"))
    assert "DATELINE_ARCHIV " in said
    assert "did you mean DATELINE_ARCHIVE?" in said
    assert "20 to 400" in failed_plainly(dateline("articles", DATELINE_PASSAGE_WORDS="many"))
    assert "20 to 400" in failed_plainly(dateline("articles", DATELINE_PASSAGE_WORDS="7"))


# the process


def test_the_process_exits_with_the_code_of_the_command(dateline_process: Command) -> None:
    assert "there is no archive in" in failed_plainly(dateline_process("articles", "--archive", "nowhere"))


@pytest.mark.parametrize("headline", ["Rain", "Rain " * 4_000], ids=["at the end", "on the way"])  # over a buffer
def test_a_reader_that_stops_reading_ends_the_command_quietly(folder: Path, tmp_path: Path, headline: str) -> None:
    with Archive.open(folder) as archive:
        archive.write([Article(identity="guid rain", headline=headline, text="It rained.")])
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ui.cli", "articles", "--archive", str(folder)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}"},
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_an_interrupted_command_exits_130(dateline: Command, folder: Path) -> None:
    class Interrupted(io.StringIO):
        def read(self, size: int | None = -1) -> str:
            raise KeyboardInterrupt

    said = failed_plainly(dateline("ask", "-", "--archive", folder, stdin=Interrupted()), 130)
    assert said == "dateline: interrupted; the archive is intact\n"
