import os
from pathlib import Path

import pytest

from harness.emulator.gateway.environment import GatewaySettings, gateway_environment
from harness.errors import EmulatorError


def test_settings_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    environment = gateway_environment(
        port=4566, region="eu-north-1", docker_host="unix:///e", state_directory=tmp_path, pace=0.5
    )

    assert GatewaySettings.read(environment) == GatewaySettings(
        port=4566, region="eu-north-1", state_directory=tmp_path, pace=0.5, parent=os.getpid()
    )


def test_nothing_is_kept_without_a_state_directory() -> None:
    environment = gateway_environment(port=1, region="r", docker_host="d")

    assert environment["PERSIST_STATE"] == "0"
    assert GatewaySettings.read(environment).state_directory is None


def test_the_users_aws_settings_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "BIND_HOST", "SERVICES", "USE_SSL"):
        monkeypatch.setenv(name, "the user's")
    monkeypatch.setenv("PATH", "/somewhere")

    environment = gateway_environment(port=1, region="r", docker_host="d")

    assert "the user's" not in environment.values()
    assert environment["PATH"] == "/somewhere"


def test_every_listener_of_ministack_is_bound_to_loopback_or_switched_off() -> None:
    environment = gateway_environment(port=1, region="r", docker_host="d")

    assert environment["BIND_HOST"] == environment["SFTP_HOST"] == "127.0.0.1"
    assert environment["IOT_MTLS_ENABLED"] == environment["SFTP_ENABLED"] == "0"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"GATEWAY_PORT": "many", "MINISTACK_REGION": "r"},
        {"GATEWAY_PORT": "1"},
        {"GATEWAY_PORT": "1", "MINISTACK_REGION": "r", "PERSIST_STATE": "1"},
    ],
)
def test_an_unusable_environment_is_refused_with_what_to_do(environment: dict[str, str]) -> None:
    with pytest.raises(EmulatorError, match="gateway_environment"):
        GatewaySettings.read(environment)


def test_a_parent_is_optional() -> None:
    settings = GatewaySettings.read({"GATEWAY_PORT": "1", "MINISTACK_REGION": "r"})

    assert settings.parent is None
    assert settings.pace == 0.05
