"""The embedded target without a cloud, and the setting of its container engine."""

from pathlib import Path

import pytest

from harness.aws.capability import Capability
from harness.core.errors import TargetError, UsageError
from harness.targets.embedded import EmbeddedTarget, docker_host_of


class TestContainerEngine:
    def test_the_built_in_engine_has_no_address(self) -> None:
        assert docker_host_of("built-in") is None

    def test_a_socket_can_be_set(self, engine_socket: str) -> None:
        assert docker_host_of(engine_socket) == engine_socket

    def test_docker_uses_the_address_of_its_variable(
        self, engine_socket: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DOCKER_HOST", engine_socket)

        assert docker_host_of("docker") == engine_socket

    def test_docker_uses_the_standard_socket_by_default(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        monkeypatch.setattr(Path, "is_socket", lambda _: True)

        assert docker_host_of("docker") == "unix:///var/run/docker.sock"

    def test_a_missing_socket_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"the socket does not exist\n.*built-in engine"):
            docker_host_of(f"unix://{tmp_path}/nothing.sock")

    @pytest.mark.parametrize("engine", ["podmann", "tcp://10.0.0.1:2375", ""])
    def test_anything_else_is_refused(self, engine: str) -> None:
        with pytest.raises(UsageError, match=r"invalid container engine .*\n.*built-in, docker"):
            docker_host_of(engine)


def test_a_session_requires_a_started_target() -> None:
    with pytest.raises(TargetError, match="has not been started"):
        EmbeddedTarget(region="eu-north-1").session()


def test_capabilities_are_available_before_the_start() -> None:
    assert Capability.DATABASE_TLS not in EmbeddedTarget(region="eu-north-1").missing()
