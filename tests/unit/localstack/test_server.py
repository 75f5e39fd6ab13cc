"""The environment of the LocalStack that the suite starts."""

from pathlib import Path

import pytest

from tests.localstack.server import environment_of


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    environment = environment_of(tmp_path, 4711)

    assert environment["GATEWAY_LISTEN"] == "127.0.0.1:4711"
    assert environment["GATEWAY_SERVER"] == "hypercorn", "twisted listens on all addresses"
    assert environment["DNS_ADDRESS"] == "0"


def test_it_writes_to_its_folder_only(tmp_path: Path) -> None:
    environment = environment_of(tmp_path, 4711)

    places = ("HOME", "TMPDIR", "FILESYSTEM_ROOT", "LOCALSTACK_VOLUME_DIR", "CONFIG_DIR")
    for name in places:
        assert Path(environment[name]).is_relative_to(tmp_path)


def test_it_sends_no_telemetry_and_has_no_credentials_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALSTACK_AUTH_TOKEN", "ls-secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")

    environment = environment_of(tmp_path, 4711)

    assert environment["DISABLE_EVENTS"] == environment["SKIP_SSL_CERT_DOWNLOAD"] == "1"
    assert not environment.keys() & {"LOCALSTACK_AUTH_TOKEN", "AWS_SECRET_ACCESS_KEY"}
