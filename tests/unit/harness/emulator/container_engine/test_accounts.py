import os
import pwd
from pathlib import Path

import pytest

from harness.core.errors import EmulatorError
from harness.emulator.container_engine.accounts import (
    Account,
    change_owner,
    first_inaccessible_folder,
    require_account,
    unprivileged_account,
)


def test_an_ordinary_user_needs_no_other_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam("nobody").pw_uid)
    assert unprivileged_account() is None
    require_account()


def test_root_uses_the_first_account_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_nobody(name: str) -> pwd.struct_passwd:
        if name != "nobody":
            raise KeyError(name)
        return pwd.struct_passwd(("nobody", "x", 65534, 65533, "", "/", ""))

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", only_nobody)
    assert unprivileged_account() == Account(65534, 65533)


def test_a_user_id_without_an_account_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    monkeypatch.setattr(pwd, "getpwuid", unknown)

    with pytest.raises(EmulatorError, match="as user ID 12345, which has no account"):
        require_account()
    assert unprivileged_account() is None, "what needs no database runs"


def test_root_without_an_unprivileged_account_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", none)
    with pytest.raises(EmulatorError, match="refuses to run as root"):
        unprivileged_account()


def test_the_first_inaccessible_folder_of_a_path_is_returned(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("pytest-", "popen-", "test_")):
            folder.chmod(0o711)
    if first_inaccessible_folder(tmp_path):
        pytest.skip("the temporary folder itself is closed to other accounts")
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    for folder in (inner.parent, inner):
        folder.chmod(0o711)
    assert first_inaccessible_folder(inner) is None
    (tmp_path / "closed").chmod(0o700)
    assert first_inaccessible_folder(inner) == tmp_path / "closed"


def test_the_owner_of_a_folder_and_its_contents_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").touch()
    handed: dict[str, tuple[int, int]] = {}

    def chown(path: Path, uid: int, gid: int, *, follow_symlinks: bool = True) -> None:
        handed[Path(path).name] = (uid, gid)

    monkeypatch.setattr(os, "chown", chown)
    change_owner(tmp_path, None)
    assert handed == {}
    change_owner(tmp_path, Account(7, 8))
    assert handed == dict.fromkeys((tmp_path.name, "folder", "file"), (7, 8))
