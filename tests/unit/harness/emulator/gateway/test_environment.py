import os
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import EmulatorError
from harness.emulator.configuration import SupervisorConfig
from harness.emulator.gateway.environment import GatewaySettings, gateway_environment
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS

DIRECTORY = Path("/private")


def environment(**more: Any) -> dict[str, str]:
    config = SupervisorConfig(DIRECTORY, region="eu-north-1", port=4566, **more)
    return gateway_environment(config, CREDENTIALS)


def test_settings_are_read_as_written() -> None:
    written = environment()

    assert GatewaySettings.read(written) == GatewaySettings(
        port=4566,
        directory=DIRECTORY / "gateway",
        parent=os.getpid(),
        credentials=CREDENTIALS,
    )
    assert GatewaySettings.read(environment(allow_code=True)).allow_code
    assert GatewaySettings.read(environment(aws_delays=True)).aws_delays


def test_all_files_are_in_the_private_folder() -> None:
    written = environment()

    folders = {name: Path(written[name]) for name in ("STATE_DIR", "S3_DATA_DIR", "TMPDIR")}
    assert all(folder.is_relative_to(DIRECTORY) for folder in folders.values())


def test_settings_of_the_user_are_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "BIND_HOST", "SERVICES", "USE_SSL"):
        monkeypatch.setenv(name, "the user's")
    monkeypatch.setenv("PATH", "/somewhere")

    written = environment()

    assert "the user's" not in written.values()
    assert written["PATH"] == "/somewhere"


def test_every_listener_of_ministack_is_bound_to_loopback_or_switched_off() -> None:
    written = environment()

    assert written["BIND_HOST"] == written["SFTP_HOST"] == "127.0.0.1"
    assert written["IOT_MTLS_ENABLED"] == written["SFTP_ENABLED"] == "0"


NEEDED = {
    "GATEWAY_PORT": "1",
    "STATE_DIR": "/d",
    "AWS_ACCESS_KEY_ID": "AKIA",
    "AWS_SECRET_ACCESS_KEY": "of the test",
}


@pytest.mark.parametrize("lacking", NEEDED)
def test_an_incomplete_environment_is_an_error_with_a_remedy(lacking: str) -> None:
    incomplete = {name: value for name, value in NEEDED.items() if name != lacking}

    with pytest.raises(EmulatorError, match="gateway_environment"):
        GatewaySettings.read(incomplete)


@pytest.mark.parametrize("name", ["GATEWAY_PORT", "GATEWAY_PARENT"])
def test_a_value_that_is_not_a_number_is_an_error(name: str) -> None:
    with pytest.raises(EmulatorError, match="many"):
        GatewaySettings.read({**NEEDED, name: "many"})


def test_the_parent_is_optional() -> None:
    assert GatewaySettings.read(NEEDED).parent is None
