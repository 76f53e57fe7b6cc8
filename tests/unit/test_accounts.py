from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest

from ingest.base.errors import SettingsError
from ui.serving.accounts import Accounts, change_account, check_name, read_accounts
from ui.serving.passwords import Cost, hash_password, is_hash, matches, unmatchable_hash

CHEAP = Cost(log_n=4, r=1, p=1)
ADA = hash_password("correct horse", CHEAP)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people"
    path.write_text(f"# the desk\n\nada:{ADA}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_hash_is_of_one_password_and_says_what_it_took() -> None:
    assert matches("correct horse", ADA)
    assert not matches("correct horsf", ADA)
    assert not matches("", ADA)
    assert ADA.startswith("scrypt$4$1$1$")
    assert hash_password("correct horse", CHEAP) != ADA
    assert hash_password("x" * 8).startswith("scrypt$15$8$3$")


def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    assert matches("cafe\u0301-cafe\u0301", hash_password("café-café", CHEAP))


@pytest.mark.parametrize(
    "text",
    ["", "secret", "scrypt$", ADA[:-1], ADA + "x", ADA.replace("scrypt", "bcrypt"), "$2b$12$abcdefghijklmnopqrstuv"]
    + [
        ADA.replace("scrypt$4$1$1", f"scrypt${cost}")
        for cost in ("30$8$1", "20$99$1", "4$1$99", "0$1$1", "4$0$1", "٤$1$1")
    ],
)
def test_what_is_no_hash_matches_nothing(text: str) -> None:
    assert not is_hash(text)
    assert not matches("correct horse", text)


def test_what_stands_for_an_unknown_name_takes_as_much_and_matches_nothing() -> None:
    nobody = unmatchable_hash(ADA)
    assert is_hash(nobody)
    assert nobody.split("$")[1:4] == ADA.split("$")[1:4]
    assert not matches("correct horse", nobody)


def test_accounts_are_read_beside_comments_and_empty_lines(people: Path) -> None:
    accounts = Accounts(people)
    assert accounts.check("ada", "correct horse")
    assert not accounts.check("ada", "wrong")
    assert not accounts.check("bo", "correct horse")
    assert accounts.mark("ada")
    assert accounts.mark("bo") is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "bo:hunter2-hunter2",
            "line 4: 'bo' has no valid hash; set a password with: dateline account bo --auth",
        ),
        ("hunter2", "line 4: expected NAME:HASH; create it with: dateline account NAME --auth"),
        (f":{ADA}", "line 4: expected NAME:HASH"),
        (f" ada : {ADA}", "line 4: 'ada' is there twice"),
    ],
)
def test_a_line_that_is_no_account_is_named_and_never_shown(people: Path, line: str, said: str) -> None:
    people.write_text(people.read_text() + line + "\n")
    with pytest.raises(SettingsError) as error:
        Accounts(people)
    assert f"{people}, {said}" in str(error.value)
    assert "hunter2" not in str(error.value)
    assert "scrypt" not in str(error.value)


def test_a_file_without_accounts_that_is_absent_or_that_others_can_write_is_refused(people: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read.*dateline account NAME --auth"):
        Accounts(people.with_name("absent"))
    people.chmod(0o622)
    with pytest.raises(SettingsError, match=r"can be written by others.*chmod go-w"):
        Accounts(people)
    people.chmod(0o644)
    assert Accounts(people).mark("ada")
    people.write_text("# nobody\n")
    with pytest.raises(SettingsError, match="has no account yet"):
        Accounts(people)
    people.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        Accounts(people)


def test_the_file_is_read_again_when_it_has_changed(people: Path, caplog: pytest.LogCaptureFixture) -> None:
    accounts = Accounts(people)
    mark = accounts.mark("ada")
    change_account(people, "bo", hash_password("bo's password", CHEAP))
    assert accounts.check("bo", "bo's password")
    assert accounts.mark("ada") == mark
    change_account(people, "ada", hash_password("another one", CHEAP))
    assert accounts.mark("ada") not in (mark, None)
    assert not accounts.check("ada", "correct horse")
    change_account(people, "ada", None)
    assert accounts.mark("ada") is None
    assert accounts.mark("bo")
    with caplog.at_level(logging.ERROR):
        people.write_text("broken\n")
        assert accounts.mark("bo")
        people.unlink()
        assert accounts.mark("bo")
        assert accounts.mark("bo")
    assert [record.getMessage().count("the previous accounts stay in use") for record in caplog.records] == [1, 1]
    change_account(people, "cy", None)
    people.write_text("# nobody any more\n")
    assert accounts.mark("bo") is None


def test_a_change_leaves_the_other_lines_and_is_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "people"
    assert not change_account(path, "ada", ADA)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text(f"# desk\nada:plain text\n\nbo:{ADA}\nada:twice\n# end", encoding="utf-8")
    path.chmod(0o664)
    assert change_account(path, "ada", ADA)
    assert path.read_text() == f"# desk\nada:{ADA}\n\nbo:{ADA}\n# end\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(read_accounts(path)) == ["ada", "bo"]
    assert change_account(path, "bo", None)
    assert not change_account(path, "bo", None)
    assert path.read_text() == f"# desk\nada:{ADA}\n\n# end\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_change_goes_through_a_link_and_says_where_it_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("")
    (tmp_path / "link").symlink_to("real")
    change_account(tmp_path / "link", "ada", ADA)
    assert (tmp_path / "link").is_symlink()
    assert read_accounts(tmp_path / "real") == {"ada": ADA}
    with pytest.raises(SettingsError, match="cannot be written"):
        change_account(tmp_path / "none" / "people", "ada", ADA)
    with pytest.raises(SettingsError, match="cannot be read"):
        change_account(tmp_path, "ada", ADA)


def test_names() -> None:
    assert check_name(" Ada Lovelace ") == "Ada Lovelace"
    assert check_name("Zoe\u0308") == "Zoë"
    for name in ("", " ", "a:b", "#ada", "a\nb", "\u202eada", "x" * 65):
        with pytest.raises(SettingsError, match="a name must have"):
            check_name(name)
