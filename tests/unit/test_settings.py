"""What can be configured, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from ingest.base.errors import DatelineError, SettingsError
from ingest.base.settings import DEFAULT_EMBEDDER, VARIABLES, Settings, default_archive


def test_without_an_environment_the_defaults_count() -> None:
    assert Settings.load(environment={}) == Settings(default_archive(), DEFAULT_EMBEDDER, 130)


def test_the_environment_counts() -> None:
    environment = {
        "DATELINE_ARCHIVE": "/news/archive",
        "DATELINE_EMBEDDER": "/models/own",
        "DATELINE_PASSAGE_WORDS": "90",
        "HOME": "/home/ida",
    }
    assert Settings.load(environment=environment) == Settings(Path("/news/archive"), "/models/own", 90)


def test_the_environment_of_the_process_is_the_one_that_is_read(run: Callable[..., CompletedProcess[str]]) -> None:
    program = "from ingest.base.settings import Settings; print(Settings.load().passage_words)"
    assert run("-c", program, DATELINE_PASSAGE_WORDS="75").stdout == "75\n"


def test_what_is_passed_wins_over_the_environment() -> None:
    environment = {"DATELINE_ARCHIVE": "/news/archive", "DATELINE_PASSAGE_WORDS": "90"}
    settings = Settings.load("/other", environment, passage_words=200)
    assert (settings.archive, settings.passage_words) == (Path("/other"), 200)


@pytest.mark.parametrize("name", VARIABLES)
def test_an_empty_variable_is_none(name: str) -> None:
    assert Settings.load(environment={name: ""}) == Settings.load(environment={})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DATELINE_ARCHIV", "DATELINE_ARCHIVE"),
        ("DATELINE_EMBEDER", "DATELINE_EMBEDDER"),
        ("DATELINE_PASSAGE_WORD", "DATELINE_PASSAGE_WORDS"),
    ],
)
def test_an_unknown_variable_is_refused_with_a_suggestion(name: str, meant: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(environment={name: "x"})
    assert name in str(caught.value)
    assert f"did you mean {meant}?" in str(caught.value)


def test_an_unknown_variable_like_no_other_is_refused_with_all_that_are_known() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(environment={"DATELINE_QQQQQQQQQQQQQQQQQQQQQQ": "x"})
    assert all(name in str(caught.value) for name in VARIABLES)


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(SettingsError, match="colour"):
        Settings.load(environment={}, colour="red")


@pytest.mark.parametrize("words", ["many", "12.5", "1e2", "19", "401", "0", "-130", "0x82"])
def test_a_bad_number_of_words_is_refused(words: str) -> None:
    with pytest.raises(SettingsError, match="20 to 400") as caught:
        Settings.load(environment={"DATELINE_PASSAGE_WORDS": words})
    assert words in str(caught.value)


@pytest.mark.parametrize("words", ["20", "400", " 130 "])
def test_numbers_of_words_up_to_the_limits_are_taken(words: str) -> None:
    assert Settings.load(environment={"DATELINE_PASSAGE_WORDS": words}).passage_words == int(words)


def test_an_archive_may_be_an_address() -> None:
    settings = Settings.load("https://echo.example/desk", {"DATELINE_CHROMA_HEADERS": "X-Key=abc=d, X-Team=desk"})
    assert str(settings.archive) == settings.place == "https://echo.example:443/desk"
    assert settings.headers() == {"X-Key": "abc=d", "X-Team": "desk"}
    assert "abc" not in repr(settings)
    assert str(Settings.load("http://[::1]:8001", {}).archive) == "http://[::1]:8001/default"


@pytest.mark.parametrize("headers", ["Authorization", "=x", "A B=c", "X=", "X=a\x07b", "X=é"])
def test_headers_that_are_none_are_refused_and_not_repeated(headers: str) -> None:
    with pytest.raises(SettingsError, match="NAME=VALUE") as raised:
        Settings.load("http://h", {"DATELINE_CHROMA_HEADERS": f"{headers},X-Key=hush-hush"})
    assert "hush" not in str(raised.value)


def test_an_embedder_without_a_name_is_refused() -> None:
    with pytest.raises(SettingsError, match=DEFAULT_EMBEDDER):
        Settings.load(environment={}, embedder="")


def test_the_archive_may_be_in_the_users_home() -> None:
    assert Settings.load("~/archive", {}).archive == Path.home() / "archive"


def test_a_settings_error_is_one_of_datelines_own() -> None:
    assert issubclass(SettingsError, DatelineError)


def test_the_reader_shapes_no_archive_and_a_folder_is_named_from_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    assert Settings.load(environment={}).reader == ""
    assert Settings.load(environment={"DATELINE_READER": "model"}).reader == str(tmp_path / "model")
    assert Settings.load(environment={"DATELINE_READER": "some/model"}).reader == "some/model"
