"""The container engine that the setting names."""

from pathlib import Path

import pytest

from harness.core.errors import UsageError
from harness.targets.embedded.target import docker_host_of


class TestContainerEngine:
    def test_the_built_in_engine_has_no_address(self) -> None:
        assert docker_host_of("built-in") is None

    def test_a_socket_can_be_named(self, engine_socket: str) -> None:
        assert docker_host_of(engine_socket) == engine_socket

    def test_docker_is_at_the_address_of_its_variable(
        self, engine_socket: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DOCKER_HOST", engine_socket)

        assert docker_host_of("docker") == engine_socket

    def test_docker_is_at_its_usual_socket_otherwise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        monkeypatch.setattr(Path, "is_socket", lambda _: True)

        assert docker_host_of("docker") == "unix:///var/run/docker.sock"

    def test_an_engine_that_is_not_there_is_refused_before_anything_starts(
        self, tmp_path: Path
    ) -> None:
        with pytest.raises(UsageError, match=r"no such socket\n.*built-in engine"):
            docker_host_of(f"unix://{tmp_path}/nothing.sock")

    @pytest.mark.parametrize("engine", ["podmann", "tcp://10.0.0.1:2375", ""])
    def test_anything_else_is_refused(self, engine: str) -> None:
        with pytest.raises(UsageError, match=r"cannot be used\n.*built-in, docker"):
            docker_host_of(engine)
