"""Diagnoses of packages, PostgreSQL, loopback, sockets and engines."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.core.errors import EmulatorError
from harness.doctor import cloud
from harness.doctor.cloud import (
    diagnose_container_engines,
    diagnose_loopback,
)
from harness.doctor.diagnosis import Verdict


class TestLoopback:
    def test_free_ports_on_loopback_addresses_are_ok(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cloud, "_PROBED_ADDRESS", "127.0.0.1")
        monkeypatch.setattr("harness.doctor.cloud.require_free_port", lambda *_: None)

        assert diagnose_loopback().verdict is Verdict.OK

    def test_a_system_with_one_address_is_missing_with_a_remedy(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cloud, "_PROBED_ADDRESS", "192.0.2.1")

        found = diagnose_loopback()

        assert found.verdict is Verdict.MISSING
        assert "ifconfig lo0 alias" in found.remedy

    def test_a_port_in_use_on_all_addresses_raises_an_error(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            monkeypatch.setattr(cloud, "_PROBED_ADDRESS", "127.0.0.1")
            monkeypatch.setattr(cloud, "_PORTS", {holder.getsockname()[1]: "PostgreSQL"})

            with pytest.raises(EmulatorError, match="not possible"):
                diagnose_loopback()


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

    def test_a_listening_socket_is_offered_as_an_option(self, podman: Path) -> None:
        found = diagnose_container_engines()

        assert found.verdict is Verdict.OK
        assert f"--container-engine unix://{podman}" in found.found

    def test_the_socket_of_docker_host_is_found(
        self, podman: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("XDG_RUNTIME_DIR")
        monkeypatch.setenv("DOCKER_HOST", f"unix://{podman}")

        assert str(podman) in diagnose_container_engines().found

    def test_a_socket_without_a_listener_is_not_offered(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "dead.sock"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")

        found = diagnose_container_engines()

        assert found.verdict is Verdict.OK
        assert str(path) not in found.found
