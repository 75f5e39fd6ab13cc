"""What the doctor says of packages, PostgreSQL, loopback, sockets and engines."""

import importlib.metadata
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.core.errors import EmulatorError
from harness.doctor import cloud
from harness.doctor.cloud import (
    MINISTACK,
    diagnose_container_engines,
    diagnose_database_server,
    diagnose_loopback,
    diagnose_ministack,
    diagnose_packages,
    diagnose_temporary_folder,
)
from harness.doctor.diagnosis import Verdict
from harness.emulator.container_engine import PostgresInstallation, network, postgres_install


def installed(monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    def version(name: str) -> str:
        if name.replace("-", "_") not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name.replace("-", "_")]

    monkeypatch.setattr(importlib.metadata, "version", version)


class TestPackages:
    def test_the_ministack_that_the_repairs_are_made_for_is_right(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        installed(monkeypatch, ministack=MINISTACK)

        assert diagnose_ministack().verdict is Verdict.OK

    def test_another_ministack_is_a_warning(self, monkeypatch: pytest.MonkeyPatch) -> None:
        installed(monkeypatch, ministack="1.6.0")

        found = diagnose_ministack()

        assert found.verdict is Verdict.WARNING
        assert "1.6.0" in found.found
        assert MINISTACK in found.found

    def test_no_ministack_is_missing_with_the_command_to_install_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        installed(monkeypatch)

        found = diagnose_ministack()

        assert found.verdict is Verdict.MISSING
        assert found.remedy == "pip install 'catalog-harness[embedded]'"

    def test_the_doctor_expects_the_ministack_that_the_package_pins(self) -> None:
        pins = importlib.metadata.requires("catalog-harness") or []

        assert any(pin.startswith(f"ministack=={MINISTACK};") for pin in pins)

    def test_the_other_packages_are_listed_with_their_versions(self) -> None:
        found = diagnose_packages()

        assert found.verdict is Verdict.OK
        assert "uvicorn " in found.found

    def test_those_that_are_missing_are_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        installed(monkeypatch, fastapi="1", uvicorn="1")

        found = diagnose_packages()

        assert found.verdict is Verdict.MISSING
        assert found.found == "not installed: psycopg-pool, starlette"


class TestDatabaseServer:
    @pytest.mark.parametrize(("tls", "verdict"), [(True, Verdict.OK), (False, Verdict.WARNING)])
    def test_a_server_without_tls_is_a_warning(
        self, monkeypatch: pytest.MonkeyPatch, tls: bool, verdict: Verdict
    ) -> None:
        server = PostgresInstallation(Path("/pg/bin"), "16.15", tls, "of a test")
        monkeypatch.setattr(postgres_install, "find_local_postgres", lambda _: server)

        found = diagnose_database_server()

        assert found.verdict is verdict
        assert "PostgreSQL 16.15 (of a test" in found.found

    def test_none_here_means_a_download_which_the_doctor_leaves_to_the_cloud(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres_install, "find_local_postgres", lambda _: None)

        found = diagnose_database_server()

        assert found.verdict is Verdict.WARNING
        assert "downloaded from PyPI" in found.found


class TestLoopback:
    def test_free_ports_on_addresses_of_its_own_are_right(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cloud, "_PROBED_ADDRESS", "127.0.0.1")
        monkeypatch.setattr(network, "require_free_port", lambda *_: None)

        assert diagnose_loopback().verdict is Verdict.OK

    def test_a_system_with_one_address_is_told_how_to_add_some(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cloud, "_PROBED_ADDRESS", "192.0.2.1")

        found = diagnose_loopback()

        assert found.verdict is Verdict.MISSING
        assert "ifconfig lo0 alias" in found.remedy

    def test_a_program_that_holds_a_port_on_all_addresses_is_an_error_to_show(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            monkeypatch.setattr(cloud, "_PROBED_ADDRESS", "127.0.0.1")
            monkeypatch.setattr(cloud, "_PORTS", {holder.getsockname()[1]: "PostgreSQL"})

            with pytest.raises(EmulatorError, match="not possible"):
                diagnose_loopback()


class TestTemporaryFolder:
    def test_the_usual_one_is_right(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", "/tmp")  # noqa: S108

        assert diagnose_temporary_folder().verdict is Verdict.OK

    def test_one_that_is_too_long_for_a_socket_is_missing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", "/tmp/" + "x" * 80)  # noqa: S108

        found = diagnose_temporary_folder()

        assert found.verdict is Verdict.MISSING
        assert "TMPDIR" in found.remedy

    def test_the_longest_that_is_accepted_really_works(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        longest = 103 - len("/catalog-cloud-xxxxxxxx/docker.sock")
        monkeypatch.setattr(tempfile, "tempdir", "/" + "x" * (longest - 1))
        assert diagnose_temporary_folder().verdict is Verdict.OK

        monkeypatch.setattr(tempfile, "tempdir", "/" + "x" * longest)
        assert diagnose_temporary_folder().verdict is Verdict.MISSING


class TestContainerEngines:
    @pytest.fixture(autouse=True)
    def _nowhere(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    @pytest.fixture
    def podman(self, tmp_path: Path) -> Iterator[Path]:
        path = tmp_path / "podman" / "podman.sock"
        path.parent.mkdir()
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            yield path

    def test_one_that_listens_is_offered_as_an_option(self, podman: Path) -> None:
        found = diagnose_container_engines()

        assert found.verdict is Verdict.OK
        assert f"--container-engine unix://{podman}" in found.found

    def test_the_one_of_the_variable_counts(
        self, podman: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("XDG_RUNTIME_DIR")
        monkeypatch.setenv("DOCKER_HOST", f"unix://{podman}")

        assert str(podman) in diagnose_container_engines().found

    def test_a_socket_without_a_listener_does_not(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "dead.sock"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")

        found = diagnose_container_engines()

        assert found.verdict is Verdict.OK
        assert str(path) not in found.found
